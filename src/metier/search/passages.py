"""Pieces of a document that a hit can point at: sentences of one section, put together to a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from metier.documents.section_index import SectionIndex
from metier.documents.sentences import find_sentences
from metier.types import Section, Span

PASSAGE_CHARS: Final = 300
MAX_PASSAGES: Final = 128


def find_passages(text: str, sections: Sequence[Section] = ()) -> tuple[Span, ...]:
    """Return the passages of a text, in its order, without overlaps; each lies within one section.

    Sentences are joined up to about 300 characters; longer sentences stay whole. Of a text that would
    have more than 128 passages they are longer instead, so that all of it can be pointed at.

    Args:
        text: any text.
        sections: its sections, where known.

    >>> text = "Led a team. Wrote Go."
    >>> [text[span.start : span.end] for span in find_passages(text)]
    ['Led a team. Wrote Go.']
    """
    index = SectionIndex(sections)
    size = max(PASSAGE_CHARS, 2 * len(text) // MAX_PASSAGES)
    passages: list[Span] = []
    last_section: Section | None = None
    for sentence in find_sentences(text):
        section = index.at(sentence.start)
        joined = Span(passages[-1].start, sentence.end) if passages else sentence
        if passages and section == last_section and joined.end - joined.start <= size:
            passages[-1] = joined
        else:
            passages.append(sentence)
        last_section = section
    return tuple(passages)
