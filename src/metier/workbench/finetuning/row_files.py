"""Data files as far as their form goes: lines, JSON lines and tables, each row with its place for messages.

A row of JSON lines or of columns is named by its line, from 1; one of a table by its row, the header being
row 1, as spreadsheets show it. Messages never quote what a row says.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from metier.documents.source import printable_name
from metier.errors import InvalidInput, NotFound
from metier.wide_csv import next_row

MOST_BYTES: Final = 2_000_000_000
MOST_CELL: Final = 10_000_000
DELIMITERS: Final[Mapping[str, str]] = {".csv": ",", ".tsv": "\t"}
_WORDS: Final = {",": "commas", "\t": "tabs"}
JSON_LINES: Final = ".jsonl"


class FileRow(NamedTuple):
    """A row of a file: where it stands, for messages, and its fields."""

    place: str
    fields: Mapping[str, Any]


def check_kind(path: Path, kinds: Collection[str]) -> str:
    """Return the ending of a file in lower case.

    Raises:
        NotFound: no such file.
        InvalidInput: another ending than those given.
    """
    if not path.is_file():
        raise NotFound(f"There is no data file {printable_name(str(path))}. Check the path.")
    ending = path.suffix.lower()
    if ending not in kinds:
        raise InvalidInput(
            f"{printable_name(path.name)} must end in {', '.join(sorted(kinds))} for this task. Got "
            f"{printable_name(ending) or 'no ending'}."
        )
    return ending


def read_content(path: Path) -> str:
    """Return the text of a file, without a byte order mark; lines end in a line feed alone.

    Raises:
        InvalidInput: it is empty, too large, cannot be opened, is not UTF-8 or holds a NUL byte.
    """
    name = printable_name(path.name)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"{name} must be at most {MOST_BYTES:,} bytes. Split it.")
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{name} cannot be opened: {error.strerror}. Check its rights.") from error
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise InvalidInput(f"{name}, line {line}: a NUL byte is no text. Save the file as UTF-8 text.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InvalidInput(f"{name}, line {line}: the file must be UTF-8. Save it as UTF-8.") from error
    if not text.strip():
        raise InvalidInput(f"{name} must hold at least one row. It holds none.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_table(path: Path, columns: Collection[str]) -> Iterator[FileRow]:
    """Yield the rows of a CSV, TSV or JSON lines file that has some columns; others are passed over.

    Args:
        path: told by its ending.
        columns: that each row must have.

    Raises:
        NotFound: no such file.
        InvalidInput: of `read_content`; another ending, a missing column, broken quotes, a row of more or
            fewer cells than the header, or a line that is no JSON object.
    """
    ending = check_kind(path, {*DELIMITERS, JSON_LINES})
    rows = read_json_lines(path) if ending == JSON_LINES else _cells(path, DELIMITERS[ending], columns)
    for row in rows:
        for column in columns:
            if column not in row.fields:
                raise InvalidInput(f"{row.place}: a row must have the field {column}. Add it.")
        yield row


def read_json_lines(path: Path) -> Iterator[FileRow]:
    """Yield the objects of a file of JSON lines; blank lines are passed over.

    Raises:
        InvalidInput: of `read_content`; a line is no JSON object.
    """
    name = printable_name(path.name)
    for number, line in enumerate(read_content(path).split("\n"), start=1):
        if line.strip():
            value = parse_json(line, f"{name}, line {number}")
            if not isinstance(value, dict):
                raise InvalidInput(f"{name}, line {number}: a line must be a JSON object. This one is not.")
            yield FileRow(f"{name}, line {number}", value)


def parse_json(text: str, place: str) -> Any:
    """Return a JSON value; half a surrogate pair, which JSON can spell and no tokenizer takes, becomes `?`.

    Raises:
        InvalidInput: it is no JSON, or nested too deeply.
    """
    try:
        return _whole(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{place}: it must be JSON. It does not parse; mend it.") from error


def text_of(row: FileRow, name: str) -> str:
    """Return a field that is a text, as it stands.

    Raises:
        InvalidInput: it is no string, or blank.
    """
    value = row.fields[name]
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{row.place}: {name} must be a text that is not blank. Mend it or drop the row.")
    return value


def label_of(row: FileRow, name: str) -> str:
    """Return a field that is a name or whole number, without spaces at its ends.

    Raises:
        InvalidInput: it is neither, blank, or longer than a line.
    """
    value = row.fields[name]
    label = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(label, str) or not label.strip() or "\n" in label.strip():
        raise InvalidInput(f"{row.place}: {name} must be a name or a whole number, on one line. Mend it.")
    return label.strip()


def _cells(path: Path, delimiter: str, columns: Collection[str]) -> Iterator[FileRow]:
    name = printable_name(path.name)
    header: list[str] = []
    number = 0
    content = io.StringIO(read_content(path), newline="")
    for number, cells in enumerate(_csv_rows(content, delimiter, name), start=1):
        if number == 1:
            header = [cell.strip() for cell in cells]
            _check_header(header, columns, name, _WORDS[delimiter])
        elif cells:
            if len(cells) != len(header):
                raise InvalidInput(
                    f"{name}, row {number}: a row must have {len(header)} cells, as the header. It has "
                    f"{len(cells)}. Put double quotes around cells that hold the separator."
                )
            yield FileRow(f"{name}, row {number}", dict(zip(header, cells, strict=True)))
    if number < 2:
        raise InvalidInput(f"{name} must hold a header and at least one row. It holds the header alone.")


def _csv_rows(content: io.StringIO, delimiter: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(content, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next_row(reader, MOST_CELL)
        except csv.Error as error:
            raise InvalidInput(
                f"{name}, row {number}: cells must be parted by {_WORDS[delimiter]}, have double quotes that "
                f"close, and at most {MOST_CELL:,} characters each. They do not."
            ) from error
        if cells is None:
            return
        yield cells


def _check_header(header: list[str], columns: Collection[str], name: str, parted: str) -> None:
    if missing := [column for column in columns if column not in header]:
        raise InvalidInput(
            f"{name}: the header must have the columns {', '.join(columns)}. It lacks {', '.join(missing)}. "
            f"Name the columns in the first row, parted by {parted}."
        )
    if len(set(header)) < len(header):
        raise InvalidInput(f"{name}: each column must have a name of its own. Rename those that share one.")


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return {_whole(key): _whole(item) for key, item in value.items()} if isinstance(value, dict) else value
