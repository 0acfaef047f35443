"""What to read: files, folders, standard input, and rows of JSON lines or of a table."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from metier.documents.formats import SUFFIXES
from metier.errors import CorruptDocument, EmptyDocument, InvalidInput, NotFound, UnreadableFile
from metier.wide_csv import next_row

STANDARD_INPUT = "-"
DOCUMENT_SUFFIXES = tuple(f".{suffix}" for suffix in SUFFIXES)
ROWS_SUFFIX = ".jsonl"
TABLE_DELIMITERS: Final = {".csv": ",", ".tsv": "\t"}
_TEXT_KEYS = ("text", "resume", "description")
FIELD_KEYS: Final = ("role", "title", "level", "years", "place", "date")
"""What a row may say of its document beside id and text."""
_MAX_CELL_CHARS: Final = 10_000_000

_MAX_NAME_CHARS = 200
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Source:
    """One document that is still to be read.

    Attributes:
        name: what a person knows it by: a file name, `file.jsonl:3` or the id of a row.
        path: the file that holds it, for documents that are files.
        data: its bytes, for a document that came through standard input or the network.
        text: the text itself, for documents that are rows.
        error: why the row or file could not be taken, if so.
        fields: what a row says of its document, by the keys of `FIELD_KEYS`; empty for files.
    """

    name: str
    path: Path | None = None
    data: bytes | None = None
    text: str | None = None
    error: InvalidInput | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", printable_name(self.name))


def printable_name(name: str) -> str:
    """Return a name that a terminal and a log can show: no control characters, at most 200 characters."""
    shown = _UNPRINTABLE.sub("\ufffd", name)
    return shown if len(shown) <= _MAX_NAME_CHARS else f"{shown[: _MAX_NAME_CHARS - 1]}…"


def find_sources(path: Path) -> Iterator[Source]:
    """Yield the documents at a path, in the order of their names or rows.

    Args:
        path: a file of any kind, a folder (searched with its folders, for files whose ending metier
            reads; hidden ones are passed over), or a `.jsonl`, `.csv` or `.tsv` file with a text in each
            row and, if it likes, the fields of `FIELD_KEYS`.

    Raises:
        NotFound: nothing is there.
        InvalidInput: the folder holds no document.
    """
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except OSError as exc:
        raise InvalidInput(f"{printable_name(str(path))} cannot be opened: {exc.strerror}.") from exc
    if is_folder:
        yield from _in_folder(path)
    elif not exists:
        raise NotFound(f"There is no file or folder at {printable_name(str(path))}. Check the path.")
    elif path.suffix.lower() == ROWS_SUFFIX:
        yield from _rows(path, name=path.name)
    elif path.suffix.lower() in TABLE_DELIMITERS:
        yield from _table_rows(path)
    else:
        yield Source(path.name, path=path)


def _in_folder(folder: Path) -> Iterator[Source]:
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in (*DOCUMENT_SUFFIXES, ROWS_SUFFIX)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    ]
    if not os.access(folder, os.R_OK | os.X_OK):
        raise InvalidInput(f"{folder} cannot be opened. Ask for the right to read it.")
    if not files:
        endings = ", ".join((*DOCUMENT_SUFFIXES, ROWS_SUFFIX))
        raise InvalidInput(f"{folder} holds no document. Files that are read end in {endings}.")
    for path in files:
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() == ROWS_SUFFIX:
            yield from _rows(path, name=name)
        else:
            yield Source(name, path=path)


def _rows(path: Path, *, name: str) -> Iterator[Source]:
    n_rows = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    n_rows += 1
                    yield _row(line, f"{name}:{number}")
    except OSError as exc:
        yield Source(name, error=UnreadableFile(f"{name} cannot be opened: {exc.strerror}."))
        return
    if not n_rows:
        yield Source(name, error=EmptyDocument(f"{name} holds no rows."))


def _row(line: bytes, place: str) -> Source:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return Source(
            place, error=CorruptDocument(f"{place} is not a line of UTF-8 JSON. Mend or remove it.")
        )
    return _source_of(row if isinstance(row, dict) else {"text": row}, place)


def _table_rows(path: Path) -> Iterator[Source]:
    """Yield the rows of a table whose first line names its columns."""
    n_rows = 0
    try:
        with path.open(encoding="utf-8-sig", errors="strict", newline="") as file:
            reader = csv.DictReader(file, delimiter=TABLE_DELIMITERS[path.suffix.lower()])
            while (row := next_row(reader, _MAX_CELL_CHARS)) is not None:
                n_rows += 1
                named = {key.strip().lower(): cell for key, cell in row.items() if isinstance(key, str)}
                yield _source_of(named, f"{path.name}:{n_rows}")
    except OSError as exc:
        yield Source(path.name, error=UnreadableFile(f"{path.name} cannot be opened: {exc.strerror}."))
        return
    except (UnicodeDecodeError, csv.Error):
        place = f"{path.name}:{n_rows + 1}"
        error = CorruptDocument(f"{place} and what follows is no table in UTF-8. Save it as CSV in UTF-8.")
        yield Source(place, error=error)
        return
    if not n_rows:
        yield Source(path.name, error=EmptyDocument(f"{path.name} holds no rows."))


def _source_of(row: Mapping[str, Any], place: str) -> Source:
    identifier = row.get("id")
    name = str(identifier) if isinstance(identifier, str | int) and str(identifier).strip() else place
    text = next((row[key] for key in _TEXT_KEYS if row.get(key) is not None), None)
    if not isinstance(text, str):
        keys = ", ".join(_TEXT_KEYS)
        error: InvalidInput = CorruptDocument(f"{place} needs one of the keys {keys} with a string.")
        return Source(name, error=error)
    if not text.strip():
        return Source(name, error=EmptyDocument(f"{place} holds no text."))
    said = {key: str(row[key]).strip() for key in FIELD_KEYS if isinstance(row.get(key), str | int | float)}
    return Source(name, text=text, fields={key: value for key, value in said.items() if value})
