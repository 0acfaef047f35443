"""Rows that a question writer is trained and measured on: what was said, and the question that came next."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from metier.errors import InvalidInput, NotFound
from metier.interview.bank import LANGUAGES
from metier.interview.writer_prompt import WritingFacts
from metier.training.splits import Part, assign_parts

COLUMNS: Final = ("topic", "answer", "earned", "next_topic", "question")
_NEEDED: Final = ("next_topic", "question")
_MAX_BYTES: Final = 100_000_000
_MAX_CHARS: Final = 20_000


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question with what came before it.

    Attributes:
        topic: what was talked of; empty at the beginning.
        answer: what the candidate said; empty at the beginning.
        earned: what of it counted, in words; empty for nothing.
        next_topic: what the question is about.
        question: its words.
    """

    topic: str
    answer: str
    earned: str
    next_topic: str
    question: str

    def facts(self, language: str) -> WritingFacts:
        """Return what a prompt says of it."""
        return WritingFacts(self.topic, self.answer, self.earned, self.next_topic, language)


@dataclass(frozen=True, slots=True)
class QuestionRows:
    """Rows of one file.

    Attributes:
        name: of the file.
        sha256: of its content.
        language: of the questions, one of `LANGUAGES`.
        rows: in the order of the file, at least one.
    """

    name: str
    sha256: str
    language: str
    rows: tuple[QuestionRow, ...]


def shipped_rows() -> Path:
    """Return the file of English rows that comes with metier."""
    return Path(str(resources.files("metier.interview").joinpath("data", "questions.en.csv")))


def read_rows(path: Path, *, language: str = "en") -> QuestionRows:
    """Return the rows of a CSV or JSON lines file.

    Args:
        path: `.csv` with a header, or `.jsonl`; the columns are `COLUMNS`, of which `next_topic` and
            `question` may not be empty.
        language: of the questions, one of `LANGUAGES`.

    Raises:
        NotFound: there is no such file.
        InvalidInput: another ending or language, a missing or unknown column, or a row that breaks a rule;
            the message gives its number and holds none of its words.
    """
    if language not in LANGUAGES:
        raise InvalidInput(f"language must be one of {', '.join(LANGUAGES)}. Got {language[:20]!r}.")
    content = _content(path)
    text = _decoded(content, path)
    found = list(_csv(text, path) if path.suffix.lower() == ".csv" else _json_lines(text, path))
    rows = tuple(_row(fields, number, path) for number, fields in found)
    if not rows:
        raise InvalidInput(f"{path.name} must hold at least one row. It holds none.")
    return QuestionRows(path.name, hashlib.sha256(content).hexdigest(), language, rows)


def split_rows(
    rows: Sequence[QuestionRow], *, held_out: float, seed: int = 0
) -> tuple[list[QuestionRow], list[QuestionRow]]:
    """Return the rows to train on and those held out, by a hash of what the question is about.

    Rows about the same thing, in nearly the same words, stand on one side; the order of the file does not
    count.

    Args:
        rows: any.
        held_out: share of the second part, 0 to 1, both excluded; 0 for none.
        seed: another one gives another division.

    Raises:
        InvalidInput: `held_out` is out of its range.
    """
    if not 0 <= held_out < 1:
        raise InvalidInput(f"held_out must be at least 0 and below 1. Got {held_out}.")
    if not held_out:
        return list(rows), []
    shares = {Part.TRAIN: 1 - held_out, Part.REPORT: held_out}
    parts = assign_parts([row.next_topic for row in rows], shares, seed=seed)
    by_part: dict[Part, list[QuestionRow]] = {part: [] for part in shares}
    for row, part in zip(rows, parts, strict=True):
        by_part[part].append(row)
    return by_part[Part.TRAIN], by_part[Part.REPORT]


def write_rows(rows: Iterable[QuestionRow]) -> str:
    """Return rows as CSV that `read_rows` reads back."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return buffer.getvalue()


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise NotFound(f"There is no file {path} with rows. Check the path.")
    if path.suffix.lower() not in {".csv", ".jsonl"}:
        raise InvalidInput(f"A file of rows ends in .csv or .jsonl. Got {path.name}.")
    if path.stat().st_size > _MAX_BYTES:
        raise InvalidInput(f"{path.name} may have {_MAX_BYTES:,} bytes. It has more. Split it.")
    return path.read_bytes()


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InvalidInput(f"{path.name} must be UTF-8. Byte {exc.start} is not. Save it as UTF-8.") from exc


def _csv(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _check_columns(reader.fieldnames or (), path)
        for number, row in enumerate(reader, start=1):
            if None in row or None in row.values():
                raise InvalidInput(
                    f"{path.name}, row {number}: it must have {len(COLUMNS)} fields. Quote those with commas."
                )
            yield number, row
    except csv.Error as exc:
        raise InvalidInput(f"{path.name} is no valid CSV at line {reader.line_num}. Mend that line.") from exc


def _json_lines(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as exc:
            raise InvalidInput(f"{path.name}, row {number}: it must be a JSON object. It is not.") from exc
        if not isinstance(row, dict):
            raise InvalidInput(f"{path.name}, row {number}: it must be a JSON object. It is not.")
        _check_columns(list(row), path)
        yield number, row


def _check_columns(names: Sequence[str], path: Path) -> None:
    if sorted(names) != sorted(COLUMNS):
        raise InvalidInput(f"{path.name} must have the columns {', '.join(COLUMNS)}, each once. It has not.")


def _row(fields: Mapping[str, Any], number: int, path: Path) -> QuestionRow:
    for name in COLUMNS:
        value = fields[name]
        where = f"{path.name}, row {number}: {name}"
        if not isinstance(value, str):
            raise InvalidInput(f"{where} must be text. It is not.")
        if len(value) > _MAX_CHARS:
            raise InvalidInput(f"{where} may have {_MAX_CHARS:,} characters. It has {len(value):,}.")
        if name in _NEEDED and not value.strip():
            raise InvalidInput(f"{where} must not be empty. Fill it in.")
    return QuestionRow(*(fields[name].strip() for name in COLUMNS))
