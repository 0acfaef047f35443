"""One ranking out of several, by ranks alone.

    score(d) = sum over rankings of  weight / (k + rank of d),   ranks from 1

A document that a ranking lacks gets nothing from it. Since only ranks count, rankings whose scores have
nothing in common, such as BM25 and cosines, can be joined.

Example with k = 60: in (a, b) and (b, c) a has 1/61, b has 1/62 + 1/61, c has 1/62, so the order is b, a, c.

Source: Cormack, Clarke and Büttcher 2009, "Reciprocal rank fusion outperforms Condorcet and individual rank
learning methods".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from metier.errors import InvalidInput

RRF_K: Final = 60
"""The constant of the source: how little the very first ranks stand out."""


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[str]], *, weights: Sequence[float] | None = None, k: int = RRF_K
) -> list[tuple[str, float]]:
    """Return all ranked documents with their fused scores, best first; equal scores in the order of ids.

    Args:
        rankings: ids, best first; each id at most once in each. Their order plays no part.
        weights: how much each ranking counts, above 0; None for 1 each.
        k: at least 1.

    Returns:
        (id, score) of every document that a ranking holds; nothing for no rankings.

    Raises:
        InvalidInput: an id stands twice in a ranking, weights do not fit, or k is below 1.

    >>> [(name, round(score, 4)) for name, score in reciprocal_rank_fusion([["a", "b"], ["b", "c"]])]
    [('b', 0.0325), ('a', 0.0164), ('c', 0.0161)]
    """
    counts = [1.0] * len(rankings) if weights is None else list(weights)
    _check(rankings, counts, k)
    parts: dict[str, list[float]] = {}
    for ranking, weight in zip(rankings, counts, strict=True):
        for rank, name in enumerate(ranking, start=1):
            parts.setdefault(name, []).append(weight / (k + rank))
    # fsum rounds once, so the order of the rankings cannot break a tie.
    scored = [(name, math.fsum(shares)) for name, shares in parts.items()]
    return sorted(scored, key=lambda item: (-item[1], item[0]))


def _check(rankings: Sequence[Sequence[str]], weights: Sequence[float], k: int) -> None:
    if k < 1:
        raise InvalidInput(f"k must be at least 1. Got {k}.")
    if len(weights) != len(rankings):
        raise InvalidInput(
            f"There must be a weight for each of {len(rankings)} rankings. Got {len(weights)}."
        )
    for weight in weights:
        if not 0 < weight < math.inf:
            raise InvalidInput(f"A weight must be above 0. Got {weight}. Leave the ranking out instead.")
    for number, ranking in enumerate(rankings, start=1):
        if isinstance(ranking, str):
            raise InvalidInput("A ranking must be a list of ids. Got one string: put it into a list.")
        if len(set(ranking)) < len(ranking):
            raise InvalidInput(
                f"An id may stand in a ranking once. Ranking {number} has {len(ranking):,} ids, of which "
                f"{len(set(ranking)):,} differ. Keep the first of equals."
            )
