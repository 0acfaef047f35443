"""What of a text is linked: its sentences, without headings, boilerplate and what was said before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from metier.documents.section_index import SectionIndex
from metier.documents.sections import find_sections
from metier.documents.sentences import find_sentences
from metier.skills.linking.boilerplate import is_boilerplate
from metier.types import Role, SectionKind, Span

MAX_CHARS: Final = 600
_LEFT_OUT: Final = frozenset({SectionKind.OFFER, SectionKind.EMPLOYER})
# What stands here asks, even if it speaks of wages or interviews: for some these are the work.
_KEPT: Final = frozenset(
    {SectionKind.DUTIES, SectionKind.REQUIRED, SectionKind.PREFERRED, SectionKind.SKILLS}
)


def says_something(text: str) -> bool:
    """Tell whether a text has a letter or a digit."""
    return any(letter.isalnum() for letter in text)


def find_pieces(text: str, *, role: Role) -> list[Span]:
    """Return where the sentences of a text stand that may tell of skills, in its order.

    Left out are headings, what a vacancy says of the employer and its offer, other boilerplate of a vacancy
    outside the sections for duties, requirements and skills, and sentences that stand in the text already.
    Sentences of more than 600 characters are cut between words. A text of a single sentence is returned
    whole, whatever it says.

    Args:
        text: of any length.
        role: sets what headings mean; only a vacancy has boilerplate.
    """
    sentences = [span for span in find_sentences(text) if says_something(text[span.start : span.end])]
    if len(sentences) > 1:
        sentences = list(_telling(text, sentences, role))
    pieces = [piece for span in sentences for piece in _cut(text, span)]
    first = {text[piece.start : piece.end]: piece for piece in reversed(pieces)}
    return sorted(first.values())


def _telling(text: str, sentences: Sequence[Span], role: Role) -> Iterator[Span]:
    index = SectionIndex(find_sections(text, role))
    for span in sentences:
        section = index.at(span.start)
        if section is not None and section.kind in _LEFT_OUT:
            continue
        heading = section.heading if section else None
        if heading and heading.start <= span.start and span.end <= heading.end:
            continue
        may_drop = role is Role.VACANCY and (section is None or section.kind not in _KEPT)
        if not (may_drop and is_boilerplate(text[span.start : span.end])):
            yield span


def _cut(text: str, span: Span) -> Iterator[Span]:
    """Yield parts of a sentence of at most 600 characters, between words where there are any."""
    start = span.start
    while span.end - start > MAX_CHARS:
        end = start + MAX_CHARS
        blank = max(text.rfind(sign, start + MAX_CHARS // 2, end) for sign in " \n\t,")
        end = blank + 1 if blank > 0 else end
        yield _trimmed(text, start, end)
        start = end
    yield _trimmed(text, start, span.end)


def _trimmed(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    left = len(part) - len(part.lstrip())
    return Span(start + left, max(start + left, start + len(part.rstrip())))
