"""An answer cut into what can make one point: sentences, and the clauses of long ones."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from metier.documents.sentences import find_sentences
from metier.types import Span

MOST_SEGMENTS: Final = 64
_MIN_WORDS: Final = 3
_WORD: Final = re.compile(r"\w+")
# A clause begins after a mark, or before a word that sets one thing against another.
_BORDER: Final = re.compile(
    r"[,:;—–](?=\s)|\s-\s|\s(?=(?:but|while|whereas|because|so|although|though|and then|and"
    r"|но|а|тогда как|потому что|поэтому|хотя|зато|и)\s)|(?<=지만)\s|(?<=는데)\s|(?<=니까)\s|(?<=이고)\s",
    re.IGNORECASE,
)


def find_segments(text: str) -> list[Span]:
    """Return the sentences of an answer and the clauses of those that have several, in order of their start.

    A clause has at least three words; shorter pieces stay with the clause before them. At most
    `MOST_SEGMENTS`, sentences first where there are more.

    >>> text = "It is a decorator, so it wraps a function. None."
    >>> [text[span.start : span.end] for span in find_segments(text)]
    ['It is a decorator, so it wraps a function.', 'It is a decorator,', 'so it wraps a function.', 'None.']
    """
    sentences = find_sentences(text)[:MOST_SEGMENTS]
    clauses = [clause for sentence in sentences for clause in _clauses(text, sentence)]
    kept = [*sentences, *clauses[: MOST_SEGMENTS - len(sentences)]]
    return sorted(kept, key=lambda span: (span.start, -span.end))


def count_words(text: str) -> int:
    """Return the number of words of a text."""
    return len(_WORD.findall(text))


def _clauses(text: str, sentence: Span) -> list[Span]:
    """Return the clauses of a sentence, or none where it is one clause."""
    piece = text[sentence.start : sentence.end]
    cuts = [0]
    for border in _BORDER.finditer(piece):
        if count_words(piece[cuts[-1] : border.end()]) >= _MIN_WORDS:
            cuts.append(border.end())
    if len(cuts) > 1 and count_words(piece[cuts[-1] :]) < _MIN_WORDS:
        cuts.pop()
    if len(cuts) == 1:
        return []
    return [_trimmed(piece, first, last, sentence.start) for first, last in pairwise([*cuts, len(piece)])]


def _trimmed(piece: str, first: int, last: int, offset: int) -> Span:
    part = piece[first:last]
    left = len(part) - len(part.lstrip())
    return Span(offset + first + left, offset + first + len(part.rstrip()))
