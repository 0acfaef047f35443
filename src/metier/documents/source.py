"""What to read: files, folders, standard input, and rows of JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metier.errors import CorruptDocument, EmptyDocument, InvalidInput, NotFound

STANDARD_INPUT = "-"
DOCUMENT_SUFFIXES = (".pdf", ".docx", ".txt", ".md", ".text")
ROWS_SUFFIX = ".jsonl"
_TEXT_KEYS = ("text", "resume", "description")


@dataclass(frozen=True, slots=True)
class Source:
    """One document that is still to be read.

    Attributes:
        name: what a person knows it by: a file name, `file.jsonl:3` or the id of a row.
        path: the file that holds it, for documents that are files.
        data: its bytes, for a document that came through standard input or the network.
        text: the text itself, for documents that are rows.
        error: why the row could not be taken, if so.
    """

    name: str
    path: Path | None = None
    data: bytes | None = None
    text: str | None = None
    error: InvalidInput | None = None


def find_sources(path: Path) -> Iterator[Source]:
    """Yield the documents at a path, in the order of their names or rows.

    Args:
        path: a file of any kind, a folder (searched with its folders, for files whose ending metier
            reads; hidden ones are passed over), or a `.jsonl` file with a text in each row.

    Raises:
        NotFound: nothing is there.
        InvalidInput: the folder holds no document.
    """
    if path.is_dir():
        yield from _in_folder(path)
    elif not path.exists():
        raise NotFound(f"There is no file or folder at {path}. Check the path.")
    elif path.suffix.lower() == ROWS_SUFFIX:
        yield from _rows(path, name=path.name)
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
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _row(line, f"{name}:{number}")


def _row(line: bytes, place: str) -> Source:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return Source(
            place, error=CorruptDocument(f"{place} is not a line of UTF-8 JSON. Mend or remove it.")
        )
    fields: dict[str, object] = row if isinstance(row, dict) else {"text": row}
    identifier = fields.get("id")
    name = str(identifier) if isinstance(identifier, str | int) and str(identifier).strip() else place
    text = next((fields[key] for key in _TEXT_KEYS if key in fields), None)
    if not isinstance(text, str):
        keys = ", ".join(_TEXT_KEYS)
        error: InvalidInput = CorruptDocument(f"{place} needs one of the keys {keys} with a string.")
        return Source(name, error=error)
    if not text.strip():
        return Source(name, error=EmptyDocument(f"{place} holds no text."))
    return Source(name, text=text)
