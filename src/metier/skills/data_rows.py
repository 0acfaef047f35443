"""Rows of data files with their numbers: JSON lines and CSV, checked as far as their form goes.

A row's number is the number of its line for JSON lines, from 1; in CSV the header is row 1, as spreadsheets
show it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from metier.documents.source import printable_name
from metier.errors import InvalidInput, NotFound
from metier.skills.data import json_kind, quoted

MAX_LINE_BYTES: Final = 10_000_000
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class DataRow:
    """One row of a data file: `place` names file and row for messages."""

    place: str
    fields: dict[str, Any]


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 file with their numbers from 1, ends of line included.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it cannot be opened, is not UTF-8, or has a line of over 10,000,000 bytes.
    """
    name = printable_name(path.name)
    try:
        if not path.is_file():
            raise NotFound(f"There is no data file at {printable_name(str(path))}. Check the path.")
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                yield number, _decoded(line, name, number)
    except OSError as exc:
        raise InvalidInput(f"{name} cannot be opened: {exc.strerror}. Check its rights.") from exc


def json_rows(path: Path) -> Iterator[DataRow]:
    """Yield the objects in a file of JSON lines; blank lines are passed over.

    Raises:
        NotFound: there is no such file.
        InvalidInput: `read_lines`; a line is no JSON object, or names a key twice; there is no row.
    """
    empty = True
    for number, line in read_lines(path):
        if line.strip():
            empty = False
            place = f"{printable_name(path.name)}, row {number}"
            yield DataRow(place, _json_object(line, place))
    if empty:
        raise InvalidInput(f"{printable_name(path.name)} must hold at least one row. It holds none.")


def csv_rows(path: Path, *, check_header: Callable[[Sequence[str]], None]) -> Iterator[DataRow]:
    """Yield the rows under the header of a CSV file, by column; blank lines are passed over.

    Args:
        path: the file.
        check_header: told the columns before any row is read; raises where they are not the right ones.

    Raises:
        NotFound: there is no such file.
        InvalidInput: `read_lines`; broken quotes, a column twice, a row with more or fewer fields than the
            header; there is no row.
    """
    name = printable_name(path.name)
    header: list[str] = []
    number = 0
    for number, fields in enumerate(_csv_fields(path, name), start=1):
        place = f"{name}, row {number}"
        if number == 1:
            header = _header(fields, place)
            check_header(header)
        elif fields:
            if len(fields) != len(header):
                raise InvalidInput(
                    f"{place}: a row must have {len(header)} fields, as the header. It has {len(fields)}. "
                    "Put quotes around fields with commas."
                )
            yield DataRow(place, dict(zip(header, fields, strict=True)))
    if number < 2:
        raise InvalidInput(f"{name} must hold a header and at least one row. It holds {number} rows.")


def field_of(row: DataRow, name: str) -> Any:
    """Return a field of a row.

    Raises:
        InvalidInput: the row has no such field.
    """
    if name not in row.fields:
        raise InvalidInput(f"{row.place}: a row must have the field {name!r}. It has none. Add it.")
    return row.fields[name]


def _decoded(line: bytes, name: str, number: int) -> str:
    if len(line) > MAX_LINE_BYTES:
        raise InvalidInput(
            f"{name}, row {number}: a line may have {MAX_LINE_BYTES:,} bytes. It has more. Split the row."
        )
    try:
        return line.removeprefix(_BOM if number == 1 else b"").decode()
    except UnicodeDecodeError as exc:
        raise InvalidInput(
            f"{name}, row {number}: the line must be UTF-8. Byte {exc.start} of it is not. "
            "Save the file as UTF-8."
        ) from exc


def _json_object(line: str, place: str) -> dict[str, Any]:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(found)
        if len(fields) < len(found):
            names = [key for key, _ in found]
            twice = next(key for key in names if names.count(key) > 1)
            raise InvalidInput(f"{place}: a key may stand once. {quoted(twice)} stands twice. Remove one.")
        return fields

    try:
        value = json.loads(line, object_pairs_hook=pairs)
    except InvalidInput:
        raise
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(
            f"{place}: the line must be one JSON object. It is no JSON. Mend the line; "
            "a file has one object per line, with no list around them."
        ) from exc
    if not isinstance(value, dict):
        raise InvalidInput(
            f"{place}: the line must be one JSON object. It is {json_kind(value)}. Mend the line."
        )
    return value


def _csv_fields(path: Path, name: str) -> Iterator[list[str]]:
    reader = csv.reader((line for _, line in read_lines(path)), strict=True)
    number = 0
    try:
        for fields in reader:
            number += 1
            yield fields
    except csv.Error as exc:
        raise InvalidInput(
            f"{name}, row {number + 1}: the row must be CSV, with quotes doubled inside quoted fields and at "
            f"most {csv.field_size_limit():,} characters in a field. It is not. Mend the row."
        ) from exc


def _header(fields: list[str], place: str) -> list[str]:
    header = [column.strip() for column in fields]
    for column in header:
        if header.count(column) > 1:
            raise InvalidInput(
                f"{place}: a column may stand once. {quoted(column)} stands twice. Rename one."
            )
    return header
