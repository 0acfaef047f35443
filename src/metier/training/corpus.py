"""Reads plain texts out of files, for choosing a vocabulary and for calibrating numbers."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from metier.errors import InvalidInput, NotFound

MIN_CHARS: Final = 20
_CELL_LIMIT: Final = 10_000_000
_TABLES: Final = {".csv": ",", ".tsv": "\t"}


def read_texts(paths: Sequence[Path]) -> Iterator[str]:
    """Yield every text of 20 characters or more that some files hold, each file's own texts once.

    Args:
        paths: text files (one text each), JSON and JSON lines (all strings in them), CSV and TSV
            (all cells).

    Raises:
        NotFound: no such file.
        InvalidInput: a file of another kind, or one that does not parse.
    """
    for path in paths:
        seen: set[bytes] = set()
        for text in _strings(path):
            # JSON can spell half a surrogate pair, which no tokenizer takes.
            content = text.encode(errors="replace")
            key = hashlib.blake2b(content, digest_size=12).digest()
            if len(text) >= MIN_CHARS and key not in seen:
                seen.add(key)
                yield content.decode()


def read_set_texts(path: Path) -> list[str]:
    """Return the texts of a file of a set of texts, in order.

    Args:
        path: JSON lines, each with a `text` that is not blank; other fields, such as `language`, are passed
            over, and so are empty lines.

    Raises:
        NotFound: no such file.
        InvalidInput: it holds no texts, is no UTF-8, or a line is no JSON object with a text; the message
            names file and line.
    """
    if not path.is_file():
        raise NotFound(f"There is no text file {path}.")
    found = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    found.append(_set_text(line, f"{path.name}, line {number}"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} must be UTF-8. It is not. Write it again as UTF-8.") from error
    if not found:
        raise InvalidInput(f"{path.name} must hold at least one text. It holds none.")
    return found


def in_held_out_part(text: str, *, share: float) -> bool:
    """Tell whether a text belongs to the part kept for reporting; its hash decides, so order does not."""
    first = hashlib.sha256(text.encode(errors="replace")).digest()[:8]
    return int.from_bytes(first, "big") < share * 2**64


def _set_text(line: str, where: str) -> str:
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput(f"{where}: a line must be a JSON object with a text. This one is not.") from error
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(f"{where}: text must be a string that is not blank. Mend it or leave it out.")
    return text


def _strings(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise NotFound(f"There is no text file {path}.")
    try:
        if path.suffix == ".jsonl":
            with path.open(encoding="utf-8") as lines:
                for line in filter(str.strip, lines):
                    yield from _leaves(json.loads(line))
        elif path.suffix == ".json":
            yield from _leaves(_json(path.read_text(encoding="utf-8")))
        elif path.suffix in _TABLES:
            yield from _cells(path)
        elif path.suffix in {".txt", ".md"}:
            yield path.read_text(encoding="utf-8")
        else:
            raise InvalidInput(
                f"{path} must be txt, md, json, jsonl, csv or tsv. Got {path.suffix or 'no ending'}."
            )
    except (ValueError, csv.Error, RecursionError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"{path} does not parse as {path.suffix[1:]}: {type(error).__name__}.") from error


def _cells(path: Path) -> list[str]:
    limit = csv.field_size_limit(_CELL_LIMIT)  # it is one for the whole process
    try:
        with path.open(encoding="utf-8", newline="") as table:
            return [cell for row in csv.reader(table, delimiter=_TABLES[path.suffix]) for cell in row]
    finally:
        csv.field_size_limit(limit)


def _json(text: str) -> Any:
    """Return a JSON document, or the list of its lines where every line is one."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            if max(map(len, value)) > 1:  # else a row of tags: O O B I
                yield " ".join(value)  # one text cut into words, as tagged sentences come
        else:
            for item in value:
                yield from _leaves(item)
