"""Files of rows as people export them: CSV, JSON lines, and JSON in rows or in columns.

A row's number is that of its line for JSON lines, that of the entry for JSON, from 1; in CSV the header is
row 1, as spreadsheets show it. Names of columns are compared without case, and with blanks and hyphens as
underscores.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from metier.documents.plain import decode_text
from metier.documents.source import printable_name
from metier.errors import InvalidInput, NotFound, UnsupportedFormat
from metier.wide_csv import next_row

LINES_SUFFIXES: Final = (".jsonl", ".ndjson")
_DELIMITERS: Final = (",", ";", "\t")
_MAX_CELL_CHARS: Final = 10_000_000
_JOINTS: Final = re.compile(r"[\s_-]+")
_READ: Final = "Rows are read from CSV, JSON lines, a JSON list of objects, or a JSON object of columns"


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file.

    Attributes:
        name: its number, or what a column of JSON calls it.
        place: file and row, for messages.
        fields: by the folded name of the column.
    """

    name: str
    place: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowFile:
    """The content of a file.

    Attributes:
        name: of the file, as messages show it.
        columns: folded names of all columns of all rows, in order.
        rows: at least one.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[FileRow, ...]


def fold_column(name: str) -> str:
    """Return the name of a column as it is compared: "Key Skills" is key_skills."""
    return _JOINTS.sub("_", name.strip().casefold()).strip("_")


def read_rows(path: Path, *, known: Collection[str]) -> RowFile:
    """Return the rows of a file; its content tells the format, with `.jsonl` and `.ndjson` by name.

    Args:
        path: UTF-8, UTF-16 with its mark, or Windows-1251.
        known: folded names of columns in order of weight, of which a table has at least one.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it cannot be opened or is empty, is no table or damaged, a column stands twice, columns
            differ in length, or no column is known.
    """
    name = printable_name(path.name)
    text = _text(path, name)
    if path.suffix.lower() in LINES_SUFFIXES:
        rows = list(_json_lines(text, name))
    elif text.lstrip()[:1] in ("{", "["):
        rows = list(_json(text, name, known))
    else:
        rows = list(_csv(text, name, known))
    columns = tuple(dict.fromkeys(column for row in rows for column in row.fields))
    if not rows:
        raise InvalidInput(f"{name} must hold at least one row. It holds none.")
    _check_known(columns, name, known)
    return RowFile(name, columns, tuple(rows))


def _check_known(columns: Collection[str], name: str, known: Collection[str]) -> None:
    if not set(known) & set(columns):
        raise InvalidInput(
            f"{name} must be a table with columns such as {', '.join(list(known)[:3])}. It has none of them. "
            "Rename its columns."
        )


def _text(path: Path, name: str) -> str:
    try:
        if not path.is_file():
            raise NotFound(f"There is no data file at {printable_name(str(path))}. Check the path.")
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{name} cannot be opened: {error.strerror}. Check its rights.") from error
    try:
        text, _ = decode_text(content, name)
    except UnsupportedFormat as error:
        raise InvalidInput(str(error)) from None  # the error beneath holds the content
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InvalidInput(f"{name} must hold at least one row. It is empty.")
    return text


def _json_lines(text: str, name: str) -> Iterator[FileRow]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"{name}, row {number}"
            yield _row(_parsed(line, place, "the line"), str(number), place)


def _json(text: str, name: str, known: Collection[str]) -> Iterator[FileRow]:
    first, _, rest = text.strip().partition("\n")
    if first.startswith("{") and first.rstrip().endswith("}") and rest.lstrip().startswith("{"):
        yield from _json_lines(text, name)
        return
    value = _parsed(text, name, "the file")
    if isinstance(value, dict):
        folded = {fold_column(key) for key in value}
        in_columns = value and all(isinstance(column, dict) for column in value.values())
        in_lists = any(isinstance(value[key], list) for key in value if fold_column(key) == "position")
        if in_columns or in_lists:
            yield from _columns(value, name, known)
            return
        if not folded & set(known):
            raise InvalidInput(f"{name} must be a table. It is an object of something else. {_READ}.")
        value = [value]
    for number, entry in enumerate(value, start=1):
        yield _row(entry, str(number), f"{name}, row {number}")


def _columns(value: Mapping[str, Any], name: str, known: Collection[str]) -> Iterator[FileRow]:
    """Yield the rows of columns such as pandas writes: {"position": {"0": "...", "1": "..."}}."""
    columns: dict[str, dict[str, Any]] = {}
    for column, values in value.items():
        if isinstance(values, list):
            values = {str(i): entry for i, entry in enumerate(values, start=1)}
        if isinstance(values, dict):
            columns[column] = values
        elif fold_column(column) in known:
            raise InvalidInput(
                f"{name}, column {printable_name(column)}: a column must hold a value for each row. It holds "
                f"{_kind(values)}. Mend the file."
            )
    _once([fold_column(column) for column in columns], name)
    read = {column: values for column, values in columns.items() if fold_column(column) in known} or columns
    longest = max(read.values(), key=len)
    for column, values in read.items():
        missing = [key for key in longest if key not in values]
        if missing or len(values) != len(longest):
            lacking = f" It has nothing for row {printable_name(missing[0])}." if missing else ""
            raise InvalidInput(
                f"{name}, column {printable_name(column)}: all columns must have the same rows. It has "
                f"{len(values):,}, another has {len(longest):,}.{lacking} Write null where there is no value."
            )
    for key in longest:
        fields = {fold_column(column): values.get(key) for column, values in columns.items()}
        yield FileRow(key, f"{name}, row {printable_name(key)}", fields)


def _row(entry: object, number: str, place: str) -> FileRow:
    if not isinstance(entry, dict):
        raise InvalidInput(f"{place}: a row must be an object. It is {_kind(entry)}. {_READ}.")
    folded = [fold_column(key) for key in entry]
    _once(folded, place)
    return FileRow(number, place, dict(zip(folded, entry.values(), strict=True)))


def _once(columns: Sequence[str], place: str) -> None:
    column, count = next(iter(Counter(columns).most_common(1)), ("", 0))
    if count > 1:
        raise InvalidInput(
            f"{place}: a column may stand once. {printable_name(column)!r} stands {count} times. Rename one."
        )


def _parsed(text: str, place: str, what: str) -> Any:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        _once([key for key, _ in found], place)
        return dict(found)

    try:
        # NaN is what pandas leaves where a cell is empty.
        return json.loads(text, parse_constant=lambda _: None, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, column {error.colno:,}"
        message = f"{place}: {what} must be JSON. It breaks off or has a mistake at {where}. Mend it."
    except RecursionError:
        message = f"{place}: {what} must be JSON of a few layers. It is nested too deep. Mend it."
    except ValueError as error:
        if isinstance(error, InvalidInput):
            raise
        message = f"{place}: {what} must be JSON. It has a number of too many digits. Mend it."
    raise InvalidInput(message)


def _csv(text: str, name: str, known: Collection[str]) -> Iterator[FileRow]:
    header: list[str] = []
    for number, cells in enumerate(_cells(text, name, _delimiter(text, known)), start=1):
        place = f"{name}, row {number}"
        if not header:
            header = [fold_column(cell) for cell in cells]
            _once([column for column in header if column], place)
            _check_known(header, name, known)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise InvalidInput(
                f"{place}: a row must have {len(header)} fields, as the header. It has {len(cells)}. "
                "Put quotes around fields with commas, semicolons or line ends."
            )
        # pandas writes its index as a first column without a name.
        fields = {column: cell for column, cell in zip(header, cells, strict=True) if column}
        yield FileRow(str(number), place, fields)


def _cells(text: str, name: str, delimiter: str) -> Iterator[list[str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next_row(rows, _MAX_CELL_CHARS)
        except csv.Error as error:
            raise InvalidInput(
                f"{name}, row {number}: the row must be CSV, with quotes doubled inside quoted fields and at "
                f"most {_MAX_CELL_CHARS:,} characters in a field. It is not. Mend the row."
            ) from error
        if cells is None:
            return
        yield cells


def _delimiter(text: str, known: Collection[str]) -> str:
    """Return what parts the columns of a header: whatever gives the most that are known."""
    line = text.lstrip("\r\n").partition("\n")[0]

    def fitting(delimiter: str) -> tuple[int, int]:
        columns = _columns_of(line, delimiter)
        return len({fold_column(column) for column in columns} & set(known)), len(columns)

    return max(_DELIMITERS, key=fitting)


def _columns_of(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
