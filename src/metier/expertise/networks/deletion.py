"""Which sentences push a level up or down: each is left out in turn, and the network asked again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.documents.sentences import find_sentences
from metier.expertise.model import Push
from metier.types import Span

WORDING: Final = "wording"
_NOTHING: Final = 1e-6
"""Levels; less than this is rounding."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words that are left out together: where they stand in the document, and in what the network reads."""

    spans: tuple[Span, ...]
    read: tuple[Span, ...]


def deletion_pushes(
    text: str, given: str, expected: Callable[[Sequence[str]], NDArray[np.float64]], *, most: int
) -> tuple[Push, ...]:
    """Return what leaving out sentences does to the expected level, the strongest first, without zeros.

    Sentences of the same words are left out together. Where there are more than may be tried, neighbours
    are. What the network does not read has no effect and is not tried.

    Args:
        text: the document; spans count in it.
        given: what the network reads of it.
        expected: returns the expected level of each of some texts, (n,).
        most: deletions to try, at least 1.
    """
    pieces = _grouped(_pieces(text, given), most)
    if not pieces:
        return ()
    levels = expected([given, *(_without(given, piece.read) for piece in pieces)])
    effects = (levels[0] - levels[1:]).tolist()
    pushes = [
        Push(WORDING, effect, piece.spans)
        for effect, piece in zip(effects, pieces, strict=True)
        if abs(effect) >= _NOTHING
    ]
    return tuple(sorted(pushes, key=lambda push: -abs(push.effect)))


def _pieces(text: str, given: str) -> list[_Piece]:
    read = _by_words(given)
    found = []
    for words, spans in _by_words(text).items():
        places = read.get(words) or _within(given, words)
        if places:
            found.append(_Piece(tuple(spans), tuple(places)))
    return found


def _by_words(text: str) -> dict[str, list[Span]]:
    """Return the sentences of a text by their words, however these are spaced."""
    found: dict[str, list[Span]] = {}
    for span in find_sentences(text):
        words = " ".join(text[span.start : span.end].split())
        if any(map(str.isalnum, words)):
            found.setdefault(words, []).append(span)
    return found


def _within(given: str, words: str) -> list[Span]:
    """Return where words stand first within a longer sentence, such as a skill in a list; else nothing."""
    pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words.split())) + r"(?!\w)"
    match = re.search(pattern, given)
    return [Span(match.start(), match.end())] if match else []


def _grouped(pieces: Sequence[_Piece], most: int) -> list[_Piece]:
    if len(pieces) <= most:
        return list(pieces)
    cuts = np.linspace(0, len(pieces), most + 1).round().astype(int).tolist()
    groups = [pieces[first:last] for first, last in pairwise(cuts)]
    return [
        _Piece(
            tuple(sorted((span for piece in group for span in piece.spans), key=lambda span: span.start)),
            tuple(span for piece in group for span in piece.read),
        )
        for group in groups
    ]


def _without(given: str, spans: Sequence[Span]) -> str:
    kept = np.ones(len(given), bool)
    for span in spans:
        kept[span.start : span.end] = False
    return "".join(letter for letter, stays in zip(given, kept.tolist(), strict=True) if stays)
