"""Graded answers as data files give them: question, reference answers, answer and score."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, Final

from metier.documents.source import printable_name
from metier.encoders.folder import file_sha256
from metier.errors import InvalidInput, NotFound
from metier.interview.training.tables import read_table

MAX_SCORE: Final = 5.0
JSON_LINES: Final = (".jsonl", ".ndjson")
KNOWN_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "question": ("question", "prompt"),
    "reference": ("reference", "references", "reference_answer", "reference_answers", "desired_answer"),
    "answer": ("answer", "student_answer"),
    "score": ("score", "score_avg", "grade"),
}
"""What the columns are called where nobody says so; the first that the file has is taken."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of a file's columns; None where they are to be guessed by `KNOWN_NAMES`."""

    question: str | None = None
    reference: str | None = None
    answer: str | None = None
    score: str | None = None


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """An answer to a question.

    Attributes:
        question: not blank.
        references: what a full answer says, in one or more ways; none of them blank.
        answer: may be blank.
        score: 0 to 5; None where nobody graded it.
        number: of the row in its file, from 1; the header of a CSV file is row 1.
    """

    question: str
    references: tuple[str, ...]
    answer: str
    score: float | None = None
    number: int = 0

    @property
    def is_blank(self) -> bool:
        """Tell whether the answer holds no letter and no digit."""
        return not any(letter.isalnum() for letter in self.answer)


@dataclass(frozen=True, slots=True)
class ScoreSet:
    """The rows of a file, at least one.

    Attributes:
        rows: in the file's order.
        name: of the file, as messages show it.
        sha256: of the file, in hex.
    """

    rows: tuple[ScoreRow, ...]
    name: str
    sha256: str


def read_score_rows(path: Path, columns: Columns | None = None, *, graded: bool = True) -> ScoreSet:
    """Return the answers in a CSV file, or in one of JSON lines that ends in .jsonl or .ndjson.

    Several references are a list in JSON lines; in CSV a cell may hold such a list as JSON.

    Args:
        path: the file, UTF-8; columns that are not asked for are passed over.
        columns: their names; guessed by `KNOWN_NAMES` where none is given.
        graded: whether a score from 0 to 5 is needed; else scores are passed over.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the file breaks the format; the message names file, row and column, never the text.
    """
    wanted = columns or Columns()
    found, name = _records(path)
    names = {
        part: _column(part, getattr(wanted, part), list(found[0][1]), name)
        for part in KNOWN_NAMES
        if graded or part != "score"
    }
    return ScoreSet(
        tuple(_RowReader(fields, number, name, names).row() for number, fields in found),
        name,
        file_sha256(path),
    )


def _records(path: Path) -> tuple[list[tuple[int, Mapping[str, Any]]], str]:
    """Return rows with their numbers, at least one, and the name of the file."""
    name = printable_name(path.name)
    if path.suffix.lower() not in JSON_LINES:
        table = read_table(path)
        return [(row.number, row.fields) for row in table.rows], table.name
    if not path.is_file():
        raise NotFound(f"There is no data file at {printable_name(str(path))}. Check the path.")
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InvalidInput(f"{name} must be UTF-8. It is not: save it as UTF-8.") from None
    except OSError as error:
        raise InvalidInput(f"{name} cannot be opened: {error.strerror}. Check its rights.") from error
    found = list(_json_objects(lines, name))
    if not found:
        raise InvalidInput(f"{name} must hold at least one row. It holds none.")
    return found, name


def _json_objects(lines: Sequence[str], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise InvalidInput(f"{name}, row {number}: the line must be a JSON object. Mend it.") from None
        yield number, row


def _column(part: str, given: str | None, columns: Sequence[str], name: str) -> str:
    known = (given,) if given else KNOWN_NAMES[part]
    for column in known:
        if column in columns:
            return column
    raise InvalidInput(
        f"{name}: the {part} must stand in a column {' or '.join(known)}. There is none: name yours with "
        f"--{part}-column."
    )


@dataclass(frozen=True, slots=True)
class _RowReader:
    fields: Mapping[str, Any]
    number: int
    file: str
    names: Mapping[str, str]
    place: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", f"{self.file}, row {self.number}")

    def row(self) -> ScoreRow:
        return ScoreRow(
            self._text("question"),
            self._references(),
            self._text("answer", may_be_blank=True),
            self._score() if "score" in self.names else None,
            self.number,
        )

    def _text(self, part: str, *, may_be_blank: bool = False) -> str:
        value = self.fields.get(self.names[part])
        if not isinstance(value, str) or not (may_be_blank or value.strip()):
            raise self._error(part, "the field must be text" + ("" if may_be_blank else ", not blank"))
        return value.strip()

    def _references(self) -> tuple[str, ...]:
        value = self.fields.get(self.names["reference"])
        if isinstance(value, str) and value.lstrip().startswith("["):
            value = _json_list(value)
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not texts:
            raise self._error("reference", "the field must be text or a list of texts")
        if not all(isinstance(text, str) and text.strip() for text in texts):
            raise self._error("reference", "no reference may be blank")
        return tuple(dict.fromkeys(text.strip() for text in texts))

    def _score(self) -> float:
        value = self.fields.get(self.names["score"])
        try:
            score = float("nan") if value is None or isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            score = float("nan")
        if not isfinite(score) or not 0 <= score <= MAX_SCORE:
            raise self._error(
                "score", "the score must be a number from 0 to 5; bring other scales to that one first"
            )
        return score

    def _error(self, part: str, rule: str) -> InvalidInput:
        return InvalidInput(f"{self.place}, column {self.names[part]}: {rule}. It is not; mend the row.")


def _json_list(value: str) -> Any:
    """Return the list of strings that a cell holds as JSON, or the cell itself where it holds none."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    holds_texts = isinstance(found, list) and found and all(isinstance(item, str) for item in found)
    return found if holds_texts else value
