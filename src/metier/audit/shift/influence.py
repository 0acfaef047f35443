"""Which words of an edited text move its vector away from the original: each is left out in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metier.audit.shift.difference import find_words
from metier.documents.sentences import find_sentences
from metier.types import Span

Measure = Callable[[Sequence[str]], NDArray[np.float64]]
"""Returns how far each of n texts is from the original, (n,)."""


@dataclass(frozen=True, slots=True)
class Influence:
    """What leaving a part of a text out does.

    Attributes:
        span: the part.
        drop: by how much the text is nearer to the original without it; below 0 it is farther.
    """

    span: Span
    drop: float


def without(text: str, span: Span) -> str:
    """Return a text without a part of it and without the blank that would stay twice."""
    before, after = text[: span.start], text[span.end :]
    if after.startswith(" ") and (not before or before.endswith((" ", "\n"))):
        after = after[1:]
    return before + after


def leave_one_out(text: str, spans: Sequence[Span], measure: Measure) -> list[Influence]:
    """Return the influence of each part of a text, in their order.

    Args:
        text: after an edit.
        spans: its parts.
        measure: how far texts are from the original.
    """
    distances = measure([text, *(without(text, span) for span in spans)])
    return [
        Influence(span, float(distances[0] - distance))
        for span, distance in zip(spans, distances[1:], strict=True)
    ]


def influential_words(text: str, changed: Sequence[Span], measure: Measure, *, most: int) -> list[Influence]:
    """Return the influence of words, the largest first: those of the sentences that matter most.

    Sentences in which something came are left out first; then each word of the most influential ones, as far
    as the number of evaluations goes.

    Args:
        text: after an edit.
        changed: the parts of it that came; without one, nothing in it can be at fault.
        measure: how far texts are from the original.
        most: parts that are left out, at least 2.
    """
    touched = [span for span in find_sentences(text) if _meets(span, changed)]
    if not touched:
        return []
    ranked = touched
    if len(touched) > 1:
        found = leave_one_out(text, touched[: most // 2], measure)
        ranked = [item.span for item in sorted(found, key=lambda item: (-item.drop, item.span))]
        most -= len(found)
    words: list[Span] = []
    for sentence in ranked:
        own = [
            Span(sentence.start + word.start, sentence.start + word.end)
            for word in find_words(text[sentence.start : sentence.end])
        ]
        words += own[: most - len(words)]
    found = leave_one_out(text, sorted(words), measure)
    return sorted(found, key=lambda item: (-item.drop, item.span))


def _meets(span: Span, others: Sequence[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)
