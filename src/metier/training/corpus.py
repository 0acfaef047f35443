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


def in_held_out_part(text: str, *, share: float) -> bool:
    """Tell whether a text belongs to the part kept for reporting; its hash decides, so order does not."""
    first = hashlib.sha256(text.encode(errors="replace")).digest()[:8]
    return int.from_bytes(first, "big") < share * 2**64


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
            csv.field_size_limit(_CELL_LIMIT)
            with path.open(encoding="utf-8", newline="") as table:
                for row in csv.reader(table, delimiter=_TABLES[path.suffix]):
                    yield from row
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
