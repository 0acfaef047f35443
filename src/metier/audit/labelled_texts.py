"""Texts with their labels, as audits of classifiers take them: from CSV, TSV or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.documents.source import printable_name
from metier.errors import InvalidInput, NotFound
from metier.wide_csv import next_row

MAX_BYTES: Final = 200_000_000
_DELIMITERS: Final = {".csv": ",", ".tsv": "\t"}
_LONGEST_FIELD: Final = 1_000_000
_SHOWN_LABELS: Final = 10


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text, and its class as the model under audit names it.

    Attributes:
        text: in any language; not blank.
        label: name of a class; empty where none is known or none is needed.
        query: the other text of a pair, for models that compare two; empty where there is none.
    """

    text: str
    label: str = ""
    query: str = ""


def read_labelled_texts(path: Path, *, labels: bool = True) -> list[LabelledText]:
    """Return the rows of a file with the fields text and label, and query for pairs, in their order.

    Args:
        path: .csv or .tsv with a line of names, or .jsonl with an object a line, UTF-8.
        labels: each row must have one; without, a row may.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it has another ending, cannot be read, or is too large; a row has no text or no label;
            there is no row. Messages name the line and never what stands in it.
    """
    name = printable_name(path.name)
    rows = [_row(f"{name}, line {line}", fields, labels=labels) for line, fields in _rows(path, name)]
    if not rows:
        raise InvalidInput(f"{name} must hold at least one row. It holds none.")
    return rows


def class_numbers(given: Sequence[str], names: Sequence[str]) -> NDArray[np.int64]:
    """Return the number of each label among the classes of a model.

    Args:
        given: (n,) names of classes, or their numbers from 0 where no class is called by a number.
        names: of the classes, in the model's order.

    Returns:
        (n,) int64.

    Raises:
        InvalidInput: the model has no class of that name; the message names the row, from 1.

    >>> class_numbers(["ham", "spam", "1"], ["ham", "spam"]).tolist()
    [0, 1, 1]
    """
    known = {str(number): number for number in range(len(names))}
    known |= {name: number for number, name in enumerate(names)}
    found = np.zeros(len(given), np.int64)
    for i, label in enumerate(given):
        if label not in known:
            shown = ", ".join(names[:_SHOWN_LABELS]) + (", ..." if len(names) > _SHOWN_LABELS else "")
            raise InvalidInput(
                f"Row {i + 1} must have a label of the model: {shown}. Its label is none of them; rename it."
            )
        found[i] = known[label]
    return found


def _rows(path: Path, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if path.suffix not in {*_DELIMITERS, ".jsonl"}:
        raise InvalidInput(f"{name} must end in .csv, .tsv or .jsonl. Got {path.suffix or 'no ending'}.")
    if not path.is_file():
        raise NotFound(f"There is no file {name}. Name a CSV, TSV or JSONL file of text and label.")
    content = _content(path, name)
    return _json_lines(content, name) if path.suffix == ".jsonl" else _table(content, path.suffix, name)


def _content(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidInput(f"{name} must have at most {MAX_BYTES:,} bytes. Take a sample of its rows.")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} must be UTF-8. Byte {error.start} is not; convert it.") from error
    except OSError as error:
        raise InvalidInput(f"{name} cannot be opened: {error.strerror}. Check its rights.") from error


def _table(content: str, ending: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    # By "\n" alone: a text may hold other characters that Python takes for the end of a line.
    rows = csv.DictReader(io.StringIO(content, newline=""), delimiter=_DELIMITERS[ending], strict=True)
    while True:
        try:
            fields = next_row(rows, _LONGEST_FIELD)
        except csv.Error as error:
            raise InvalidInput(f"{name}, line {rows.reader.line_num}: {error}. Quote the field.") from error
        if fields is None:
            return
        if None in fields or None in fields.values():
            raise InvalidInput(
                f"{name}, line {rows.line_num} must have as many fields as the line of names. It has not; "
                "quote fields with commas."
            )
        yield rows.line_num, fields


def _json_lines(content: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"{name}, line {number} must be JSON. It is not; write it again.") from error
        if not isinstance(fields, dict):
            raise InvalidInput(f"{name}, line {number} must be a JSON object with text and label.")
        yield number, fields


def _row(place: str, fields: Mapping[str, Any], *, labels: bool) -> LabelledText:
    text, label = fields.get("text"), fields.get("label")
    if isinstance(label, int) and not isinstance(label, bool):
        label = str(label)
    label = "" if label is None else label
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(f"{place}: the field text must be words. It is missing, blank or of another kind.")
    if not isinstance(label, str) or (labels and not label.strip()):
        raise InvalidInput(
            f"{place}: the field label must name a class. It is missing, blank or of another kind."
        )
    query = fields.get("query") or ""
    if not isinstance(query, str):
        raise InvalidInput(f"{place}: the field query must be words. It is of another kind.")
    return LabelledText(text, label.strip(), query)
