"""The words that decided: from the share of each token in a pooled score to a few spans of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.types import Span

COVERED: Final = 0.5
"""The spans together hold at least this share of the decision."""
MAX_SPANS: Final = 3
_WORD: Final = re.compile(r"\w+|[^\w\s]")


def word_spans(text: str) -> NDArray[np.int64]:
    """Return start and end of every word and every sign of a text, (n_words, 2).

    >>> word_spans("C++ now").tolist()
    [[0, 1], [1, 2], [2, 3], [4, 7]]
    """
    return np.array([match.span() for match in _WORD.finditer(text)], np.int64).reshape(-1, 2)


def token_shares(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the share of each token in a log-sum-exp, (n_tokens,), summing to 1.

    Args:
        scores: (n_tokens,) of one class and skill, at least one.
    """
    weights = np.exp(scores.astype(np.float64) - float(scores.max()))
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def evidence_spans(
    shares: NDArray[np.float64], tokens: NDArray[np.int64], words: NDArray[np.int64]
) -> tuple[Span, ...]:
    """Return at most three spans, whole words each, that hold at least half of a decision.

    The words with the largest shares are taken until they hold half. Neighbours are one span; where more than
    three are left, the narrowest gaps are closed, so a wide span means that much of the text decided.

    Args:
        shares: (n_tokens,) from `token_shares`.
        tokens: (n_tokens, 2) start and end of every token in characters.
        words: (n_words, 2) from `word_spans`.

    Returns:
        In order of the text; empty for a text without a word.
    """
    if not len(words) or not len(tokens):
        return ()
    # A token belongs to the last word that begins before its end: "##thon" to "Python".
    owner = np.clip(np.searchsorted(words[:, 0], tokens[:, 1], side="left") - 1, 0, None)
    weight = np.bincount(owner, weights=shares, minlength=len(words))
    order = np.argsort(-weight, kind="stable")
    n_chosen = int(np.searchsorted(np.cumsum(weight[order]), COVERED * weight.sum())) + 1
    chosen = np.sort(order[:n_chosen])
    return _joined(chosen, words)


def _joined(chosen: NDArray[np.int64], words: NDArray[np.int64]) -> tuple[Span, ...]:
    """Return spans over chosen words with the widest gaps between them kept, two at most."""
    gaps = [
        (int(words[b, 0] - words[a, 1]), i)
        for i, (a, b) in enumerate(zip(chosen[:-1].tolist(), chosen[1:].tolist(), strict=True))
        if b > a + 1
    ]
    kept = sorted(i for _, i in sorted(gaps, key=lambda gap: (-gap[0], gap[1]))[: MAX_SPANS - 1])
    starts, ends = [0, *(i + 1 for i in kept)], [*kept, len(chosen) - 1]
    return tuple(
        Span(int(words[chosen[a], 0]), int(words[chosen[b], 1])) for a, b in zip(starts, ends, strict=True)
    )


def tokens_in(tokens: NDArray[np.int64], spans: Sequence[Span]) -> NDArray[np.int64]:
    """Return the numbers of the tokens that share a character with any of the spans, rising."""
    inside = np.zeros(len(tokens), bool)
    for span in spans:
        inside |= (tokens[:, 0] < span.end) & (tokens[:, 1] > span.start)
    return np.flatnonzero(inside)
