"""Where evidence stands in a text: the text cut at the edges of marks, and short excerpts around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from metier.types import Span

_REACH = 56
_LONGEST_QUOTE = 180
_WRAPPED = 45  # a line this long that ends in no punctuation was probably wrapped, not finished
_GAP = re.compile(r"(?:\A|[\n\f\v])\s*(?P<bullet>(?:[-–—*·•▪●◦]|\d{1,2}[.)])[^\S\n])?")
_SPACES = re.compile(r"\s+")


class MarkKind(StrEnum):
    """What marked words show."""

    EXPLICIT = "explicit"
    IMPLIED = "implied"
    NEGATED = "negated"
    REQUIRED = "required"
    PREFERRED = "preferred"
    FINDING = "finding"
    EXCLUDED = "excluded"
    MASKED = "masked"


# Of marks on the same words, the first of these is drawn.
_DRAWN = (
    MarkKind.EXCLUDED,
    MarkKind.MASKED,
    MarkKind.NEGATED,
    MarkKind.EXPLICIT,
    MarkKind.IMPLIED,
    MarkKind.REQUIRED,
    MarkKind.PREFERRED,
    MarkKind.FINDING,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Words of a text that show something; `title` says what."""

    span: Span
    kind: MarkKind
    title: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a text with the same marks from its first to its last character.

    Attributes:
        start: where it begins in the text.
        text: its characters, at least one.
        marks: what covers it, outermost first; empty for plain text.
    """

    start: int
    text: str
    marks: tuple[Mark, ...]

    @property
    def opens(self) -> bool:
        """Tell whether a mark begins here."""
        return any(mark.span.start == self.start for mark in self.marks)

    @property
    def kind(self) -> MarkKind | None:
        """Return the kind to draw, or None for plain text."""
        kinds = {mark.kind for mark in self.marks}
        return next((kind for kind in _DRAWN if kind in kinds), None)

    @property
    def implies(self) -> bool:
        """Tell whether words drawn otherwise imply a skill besides."""
        kinds = {mark.kind for mark in self.marks}
        return MarkKind.IMPLIED in kinds and self.kind is not MarkKind.IMPLIED


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Quoted words with a little of what stands around them, on one line."""

    before: str
    quote: str
    after: str


def highlight(text: str, marks: Iterable[Mark]) -> list[Segment]:
    """Return a text cut wherever a mark begins or ends; the segments joined are the text.

    Args:
        text: any text; an empty one has no segments.
        marks: in any order; they may overlap, nest, touch or repeat. Empty ones mark nothing, and what
            reaches beyond the text is cut off.
    """
    length = len(text)
    waiting = sorted(
        (mark for mark in marks if mark.span.start < min(mark.span.end, length)),
        key=lambda mark: (mark.span.start, -mark.span.end),
    )
    edges = {edge for mark in waiting for edge in (mark.span.start, min(mark.span.end, length))}
    segments, active, n_opened = [], list[Mark](), 0
    for start, end in pairwise(sorted(edges | {0, length})):
        active = [mark for mark in active if mark.span.end > start]
        while n_opened < len(waiting) and waiting[n_opened].span.start == start:
            active.append(waiting[n_opened])
            n_opened += 1
        segments.append(Segment(start, text[start:end], tuple(active)))
    return segments


def excerpt(text: str, span: Span) -> Excerpt:
    """Return the words of a span with what stands around them in the same line or list item.

    A line goes on in the next one where it was wrapped.

    Args:
        text: the whole text.
        span: the words to quote; what reaches beyond the text is cut off.
    """
    first, last = max(0, span.start - _REACH), min(len(text), span.end + _REACH)
    for gap in _breaks(text, first, span.start):
        first = gap.end()
    closing = next(_breaks(text, span.end, last), None)
    last = closing.start() if closing else last
    before, after = text[first : span.start], text[span.end : last]
    if first > 0 and first == span.start - _REACH:
        before = "…" + _from_whole_word(before)
    if last < len(text) and last == span.end + _REACH:
        after = _to_whole_word(after) + "…"
    quote = _one_line(text[span.start : span.end]).strip()
    return Excerpt(_one_line(before).lstrip(), _shortened(quote), _one_line(after).rstrip())


def _breaks(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    return (gap for gap in _GAP.finditer(text, start, end) if not _is_wrap(text, gap))


def _is_wrap(text: str, gap: re.Match[str]) -> bool:
    if gap["bullet"] or gap[0].count("\n") != 1 or "\f" in gap[0]:
        return False
    line = text[max(0, gap.start() - _WRAPPED) : gap.start()].rstrip(" \t\r")
    is_long = "\n" not in line and gap.start() >= _WRAPPED
    unfinished = is_long and not line.endswith((".", "!", "?", ";", ":"))
    return unfinished or line.endswith(",") or text[gap.end() : gap.end() + 1].islower()


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", text)


def _from_whole_word(text: str) -> str:
    _, space, rest = text.partition(" ")
    return rest if space else text


def _to_whole_word(text: str) -> str:
    rest, space, _ = text.rpartition(" ")
    return rest if space else text


def _shortened(quote: str) -> str:
    if len(quote) <= _LONGEST_QUOTE:
        return quote
    half = _LONGEST_QUOTE // 2
    return f"{_to_whole_word(quote[:half])} … {_from_whole_word(quote[-half:])}"
