"""Texts in which people marked the words that tell of skills, as in SkillSpan.

Source: Zhang et al. 2022, SkillSpan (arXiv:2204.12811): JSON lines of tokens with BIO tags in two layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from pathlib import Path
from typing import Any

from metier.errors import InvalidInput
from metier.skills.data import check_text, json_kind, quoted
from metier.skills.data_rows import DataRow, field_of, json_rows
from metier.types import Span


class SpanKind(StrEnum):
    """What marked words tell of: something that a person does, or something that a person knows."""

    SKILL = "skill"
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True, order=True)
class LabelledSpan:
    """Words of a text that tell of a skill or of knowledge."""

    span: Span
    kind: SpanKind


@dataclass(frozen=True, slots=True)
class SpannedText:
    """A text with its marked words.

    Attributes:
        text: the tokens, with one blank between them.
        spans: in order of the text; those of one kind do not overlap.
    """

    text: str
    spans: tuple[LabelledSpan, ...]


def read_span_sets(path: Path) -> tuple[SpannedText, ...]:
    """Return the texts of a file of JSON lines with `tokens`, `tags_skill` and `tags_knowledge`.

    Args:
        path: the file; tags are B (a span begins), I (it goes on) and O (outside). Other fields are passed
            over.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the file or a row breaks the format: another tag, an I without a B before it, more or
            fewer tags than tokens; the message names the row.
    """
    return tuple(_spanned(row) for row in json_rows(path))


def _spanned(row: DataRow) -> SpannedText:
    tokens = _strings(row, "tokens")
    if not all(token.strip() for token in tokens):
        raise InvalidInput(f"{row.place}, field tokens: no token may be blank. One is. Remove it.")
    ends = list(accumulate(len(token) + 1 for token in tokens))
    spans = [
        LabelledSpan(Span(ends[first] - len(tokens[first]) - 1, ends[last] - 1), kind)
        for kind in SpanKind
        for first, last in _runs(row, f"tags_{kind}", len(tokens))
    ]
    text = check_text(" ".join(tokens), f"{row.place}, field tokens")
    return SpannedText(text, tuple(sorted(spans)))


def _runs(row: DataRow, field: str, n_tokens: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last token of each span."""
    tags = _strings(row, field)
    if len(tags) != n_tokens:
        raise InvalidInput(
            f"{row.place}, field {field}: there must be a tag for each of the {n_tokens} tokens. "
            f"There are {len(tags)}. Mend the row."
        )
    _check_tags(tags, f"{row.place}, field {field}")
    starts = [i for i, tag in enumerate(tags) if tag == "B"]
    for start in starts:
        last = start
        while last + 1 < n_tokens and tags[last + 1] == "I":
            last += 1
        yield start, last


def _check_tags(tags: Sequence[str], place: str) -> None:
    previous = "O"
    for i, tag in enumerate(tags):
        if tag not in ("B", "I", "O"):
            raise InvalidInput(f"{place}, tag {i}: a tag must be B, I or O. Got {quoted(tag)}. Correct it.")
        if tag == "I" and previous == "O":
            raise InvalidInput(f"{place}, tag {i}: I must follow B or I. It follows O. Make it B.")
        previous = tag


def _strings(row: DataRow, field: str) -> list[str]:
    value: Any = field_of(row, field)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        wrong = "a list with other things" if isinstance(value, list) else json_kind(value)
        raise InvalidInput(
            f"{row.place}, field {field}: the value must be a list of strings. Got {wrong}. Mend the row."
        )
    return value
