"""Texts with or without a label, as a map of them takes them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from metier.errors import InvalidInput, NotFound

MOST_TEXTS: Final = 5000
KINDS: Final = (".txt", ".csv", ".tsv", ".jsonl")
_TEXT: Final = "text"
_LABEL: Final = "label"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text and what it is called; an empty label for none."""

    text: str
    label: str


def read_labelled_texts(path: Path) -> list[LabelledText]:
    """Return the texts of a file, in order; blank ones are passed over.

    Args:
        path: `.txt` with a text in each line; `.csv` or `.tsv` with a column `text` and perhaps `label`; or
            `.jsonl` with the same as fields.

    Raises:
        NotFound: no such file.
        InvalidInput: another kind of file, no UTF-8, a line that breaks the format, no texts, or more than
            5,000.
    """
    if not path.is_file():
        raise NotFound(f"There is no text file {path}.")
    if path.suffix not in KINDS:
        raise InvalidInput(f"{path.name} must end in {', '.join(KINDS)}. Got {path.suffix or 'no ending'}.")
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} must be UTF-8. It is not. Write it again as UTF-8.") from error
    found = [row for row in _rows(path, content) if row.text.strip()]
    if not 1 <= len(found) <= MOST_TEXTS:
        raise InvalidInput(f"{path.name} must hold 1 to {MOST_TEXTS:,} texts. It holds {len(found):,}.")
    return found


def _rows(path: Path, content: str) -> Iterator[LabelledText]:
    if path.suffix == ".txt":
        yield from (LabelledText(line.strip(), "") for line in content.split("\n"))
    elif path.suffix == ".jsonl":
        for number, line in enumerate(content.split("\n"), start=1):
            if line.strip():
                yield _row(_json(line), f"{path.name}, line {number}")
    else:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        table = csv.DictReader(StringIO(content, newline=""), delimiter=delimiter, strict=True)
        try:
            for row in table:
                yield _row(row, f"{path.name}, line {table.line_num}")
        except csv.Error as error:
            raise InvalidInput(
                f"{path.name}, line {table.line_num}: the table does not parse. Mend its quotes."
            ) from error


def _row(fields: Mapping[str, Any] | None, where: str) -> LabelledText:
    text, label = (None, None) if fields is None else (fields.get(_TEXT), fields.get(_LABEL))
    if not isinstance(text, str) or not isinstance(label, str | int | None):
        raise InvalidInput(
            f"{where}: a row must have a text, and a label that is a word if it has one. Name the columns "
            "text and label."
        )
    return LabelledText(text.strip(), "" if label is None else str(label))


def _json(line: str) -> Mapping[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
