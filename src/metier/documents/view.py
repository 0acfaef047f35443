"""What a score may see of a document: without excluded words, with placeholders for personal facts.

Every score is made from the text of a view. Its offsets differ from those of the document, so whatever
a score points at is led back: `original` returns where the words stand in the document.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from metier.documents.placeholders import PLACEHOLDERS
from metier.types import Document, Exclusion, ExclusionReason, Quote, Section, Span

# Characters of no width are taken out of a word; the word stays.
_WITHIN_WORDS = frozenset({ExclusionReason.HIDDEN_CHARACTERS})


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the document and what stands for it in the view."""

    source: Span
    text: str
    copied: bool


class ScoringView:
    """A document as scores see it; make it with `scoring_view`.

    Attributes:
        text: what is scored.
        sections: of the document, in offsets of `text`.
    """

    def __init__(self, document: Document, pieces: Iterable[_Piece]) -> None:
        self._document = document
        self._pieces = [piece for piece in pieces if piece.text]
        self._starts = [0]
        for piece in self._pieces:
            self._starts.append(self._starts[-1] + len(piece.text))
        self._sources = [piece.source.start for piece in self._pieces]
        self.text = "".join(piece.text for piece in self._pieces)
        self.sections = tuple(self._sections(document.sections))

    def original(self, span: Span) -> Span:
        """Return where words of the view stand in the document.

        What begins or ends within a placeholder takes in the words that it stands for.
        """
        if not self._pieces:
            return Span(0, 0)
        start = self._lead_back(span.start, last=False)
        if span.end <= span.start:
            return Span(start, start)
        return Span(start, max(start, self._lead_back(span.end - 1, last=True)))

    def shown(self, span: Span) -> Span | None:
        """Return where words of the document stand in the view, or None where it shows none of them."""
        found = self._inside(span)
        return found if found.end > found.start else None

    def quote(self, span: Span) -> Quote:
        """Return the words of the document that words of the view stand for."""
        found = self.original(span)
        return Quote(found, self._document.text[found.start : found.end])

    def _lead_back(self, offset: int, *, last: bool) -> int:
        """Return the place of a character of the view in the document; of the last one, that after it."""
        i = min(bisect_right(self._starts, offset) - 1, len(self._pieces) - 1)
        piece = self._pieces[i]
        if not piece.copied:
            return piece.source.end if last else piece.source.start
        place = piece.source.start + min(offset - self._starts[i], len(piece.text) - 1)
        return place + 1 if last else place

    def _sections(self, sections: Sequence[Section]) -> Iterator[Section]:
        for section in sections:
            span = self._inside(section.span)
            heading = self._inside(section.heading) if section.heading else None
            if span.end > span.start:
                kept = heading if heading and heading.end > heading.start else None
                yield Section(section.kind, span, kept)

    def _inside(self, span: Span) -> Span:
        start, end = self._shown(span.start), self._shown(span.end)
        return Span(start, max(start, end))

    def _shown(self, offset: int) -> int:
        """Return where the view shows what stands at an offset of the document, or what comes after it."""
        i = bisect_right(self._sources, offset) - 1
        if i < 0:
            return 0
        piece = self._pieces[i]
        if offset >= piece.source.end or not piece.copied:
            return self._starts[i + 1] if offset > piece.source.start else self._starts[i]
        return self._starts[i] + offset - piece.source.start


def scoring_view(
    document: Document, *, counting: Collection[ExclusionReason] = (), also: Iterable[Span] = ()
) -> ScoringView:
    """Return what scores see of a document.

    Args:
        document: with its exclusions and masks.
        counting: reasons whose exclusions are let through, to measure what they would do.
        also: further words to leave out.
    """
    left_out = [item for item in document.excluded if item.reason not in counting]
    return ScoringView(document, _pieces(document, left_out, also))


def _pieces(document: Document, left_out: Iterable[Exclusion], also: Iterable[Span]) -> Iterator[_Piece]:
    text, place = document.text, 0
    for span, stands in _replacements(document, left_out, also):
        # A placeholder stands even where an exclusion has taken the beginning of its words.
        start = max(span.start, place)
        if start > place:
            yield _Piece(Span(place, start), text[place:start], copied=True)
        if span.end > start:
            yield _Piece(Span(start, span.end), stands, copied=False)
        place = max(place, span.end)
    if place < len(text):
        yield _Piece(Span(place, len(text)), text[place:], copied=True)


def _replacements(
    document: Document, left_out: Iterable[Exclusion], also: Iterable[Span]
) -> list[tuple[Span, str]]:
    gone: list[Span] = [*also]
    within: list[Span] = []
    for item in left_out:
        (within if item.reason in _WITHIN_WORDS else gone).append(item.span)
    replaced = [(span, "") for span in within]
    replaced += [_removal(document.text, span) for span in _joined(document.text, gone)]
    replaced += [(mask.span, PLACEHOLDERS[mask.kind]) for mask in document.masks]
    return sorted(replaced, key=lambda item: (item[0].start, -item[0].end))


def _joined(text: str, spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that overlap or have only blanks between them as one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and (span.start <= joined[-1].end or not text[joined[-1].end : span.start].strip()):
            before = joined.pop()
            span = Span(before.start, max(before.end, span.end))
        joined.append(span)
    return joined


def _removal(text: str, span: Span) -> tuple[Span, str]:
    """Return what to take out, with the blanks around it, and what parts its neighbours afterwards.

    The text must read as if the words had never been there: an encoder sees blanks at the end of a text and
    empty lines too.
    """
    start, end = span.start, span.end
    while start > 0 and text[start - 1].isspace():
        start -= 1
    while end < len(text) and text[end].isspace():
        end += 1
    around = text[start : span.start], text[span.end : end]
    if start == 0 or end == len(text):
        return Span(start, end), ""
    return Span(start, end), max(around, key=lambda blanks: (blanks.count("\n"), len(blanks))) or " "


def blanked(text: str, spans: Iterable[Span]) -> str:
    """Return a text of the same length with blanks for the characters of spans; line ends stay."""
    chars: list[str] = []
    place = 0
    for span in sorted(spans):
        start = max(span.start, place)
        if span.end > start:
            chars.append(text[place:start])
            chars.append("".join(char if char == "\n" else " " for char in text[start : span.end]))
            place = span.end
    chars.append(text[place:])
    return "".join(chars)
