"""Tables of an interview's training data: CSV with a header, in UTF-8.

The header is row 1, as spreadsheets show it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metier.documents.source import printable_name
from metier.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row under the header.

    Attributes:
        number: of the row; the first under the header has 2.
        place: file and row, for messages.
        fields: by column.
    """

    number: int
    place: str
    fields: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a field without white space around it.

        Raises:
            InvalidInput: it is empty.
        """
        words = self.fields[column].strip()
        if not words:
            raise InvalidInput(
                f"{self.place}, column {column}: the field must not be empty. It is. Fill it in, or remove "
                "the row."
            )
        return words


@dataclass(frozen=True, slots=True)
class Table:
    """The content of a file.

    Attributes:
        name: of the file, as messages show it.
        columns: in their order.
        rows: at least one.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]

    def require(self, columns: Sequence[str]) -> None:
        """Hold the header against what must be in it.

        Raises:
            InvalidInput: a column is missing.
        """
        for column in columns:
            if column not in self.columns:
                raise InvalidInput(
                    f"{self.name}, row 1: the header must have the column {column!r}. It has none. Add it."
                )


def read_table(path: Path) -> Table:
    """Return the rows of a CSV file; a byte order mark and blank lines are passed over.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it cannot be opened, is not UTF-8 or no CSV, a column stands twice, a row has more or
            fewer fields than the header, or there is no row.
    """
    name = printable_name(path.name)
    records = _records(_content(path, name), name)
    columns = tuple(column.strip() for column in next(records, ()))
    for column in columns:
        if columns.count(column) > 1:
            raise InvalidInput(f"{name}, row 1: a column may stand once. {column!r} stands twice.")
    rows = tuple(
        _row(fields, columns, number, name) for number, fields in enumerate(records, start=2) if fields
    )
    if not rows:
        raise InvalidInput(f"{name} must hold a header and at least one row. It holds no row.")
    return Table(name, columns, rows)


def _content(path: Path, name: str) -> str:
    if not path.is_file():
        raise NotFound(f"There is no data file at {printable_name(str(path))}. Check the path.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{name} cannot be opened: {error.strerror}. Check its rights.") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput(
            f"{name}, line {number}: the file must be UTF-8. Byte {error.start:,} of it is not. "
            "Save it as UTF-8."
        ) from None  # the error holds the content


def _records(content: str, name: str) -> Iterator[list[str]]:
    number = 0
    try:
        for fields in csv.reader(io.StringIO(content, newline=""), strict=True):
            number += 1
            yield fields
    except csv.Error as error:
        raise InvalidInput(
            f"{name}, row {number + 1}: the row must be CSV, with quotes doubled inside quoted fields and at "
            f"most {csv.field_size_limit():,} characters in a field. It is not. Mend the row."
        ) from error


def _row(fields: Sequence[str], columns: Sequence[str], number: int, name: str) -> TableRow:
    place = f"{name}, row {number}"
    if len(fields) != len(columns):
        raise InvalidInput(
            f"{place}: a row must have {len(columns)} fields, as the header. It has {len(fields)}. "
            "Put quotes around fields with commas."
        )
    return TableRow(number, place, dict(zip(columns, fields, strict=True)))
