"""Lines of a document as pieces that know whether a person sees them, and the text that they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from metier.documents.plain import clean_text
from metier.types import Exclusion, ExclusionReason, Span

BULLET: Final = "• "


class Piece(NamedTuple):
    """Characters of one line that look alike, and why nobody sees them."""

    text: str
    reason: ExclusionReason | None = None


Line = list[Piece]


def assemble(lines: Iterable[Line]) -> tuple[str, tuple[Exclusion, ...]]:
    """Return the text of some lines without empty lines around it, and the spans of what nobody sees.

    Neighbours with the same reason are one span, whatever blanks are between them; spans start and end
    with a character that shows, and hold at least a letter or a digit.
    """
    texts: list[str] = []
    hidden: list[tuple[int, int, ExclusionReason]] = []
    offset, before, goes_on = 0, "", False
    for piece in _in_a_row(lines):
        # A carriage return and a line feed are one line end, also where they are in two pieces.
        raw = piece.text[1:] if before.endswith("\r") and piece.text.startswith("\n") else piece.text
        before = piece.text or before
        text = clean_text(raw)
        if text.strip() and text != BULLET:
            span = (offset, offset + len(text), piece.reason)
            goes_on = _add(hidden, span, goes_on=goes_on)
        texts.append(text)
        offset += len(text)
    whole = "".join(texts)
    text = whole.strip("\n")
    n_cut = len(whole) - len(whole.lstrip("\n"))
    return text, tuple(_exclusions(text, hidden, n_cut))


def _in_a_row(lines: Iterable[Line]) -> Iterator[Piece]:
    for number, line in enumerate(lines):
        if number:
            yield Piece("\n")
        yield from line


def _add(
    hidden: list[tuple[int, int, ExclusionReason]],
    span: tuple[int, int, ExclusionReason | None],
    *,
    goes_on: bool,
) -> bool:
    """Add a piece to the hidden spans, if it is one; tell whether the next can go on from it."""
    start, end, reason = span
    if reason is None:
        return False
    if goes_on and hidden[-1][2] is reason:
        start = hidden.pop()[0]
    hidden.append((start, end, reason))
    return True


def _exclusions(
    text: str, hidden: Iterable[tuple[int, int, ExclusionReason]], n_cut: int
) -> Iterator[Exclusion]:
    for start, end, reason in hidden:
        words = text[max(start - n_cut, 0) : max(end - n_cut, 0)]
        first = max(start - n_cut, 0) + len(words) - len(words.lstrip())
        words = words.strip()
        if any(letter.isalnum() for letter in words):
            yield Exclusion(Span(first, first + len(words)), reason)
