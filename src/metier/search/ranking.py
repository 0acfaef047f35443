"""Scores to ranks."""

from __future__ import annotations

from collections.abc import Sequence


def competition_ranks(scores: Sequence[float]) -> list[int]:
    """Return the rank of each score, from 1 for the highest; equal scores share the better rank.

    Example: scores 0.5, 0.9, 0.7, 0.7 have the ranks 4, 1, 2, 2.

    Args:
        scores: n scores in any order.

    Returns:
        n ranks in the order of the scores.
    """
    ordered = sorted(scores, reverse=True)
    first = {score: place for place, score in reversed(list(enumerate(ordered, start=1)))}
    return [first[score] for score in scores]
