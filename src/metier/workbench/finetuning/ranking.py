"""Figures of one query's ranked texts, in numpy alone."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.errors import InvalidInput
from metier.training.metrics import average_precision, reciprocal_rank

DEPTH: Final = 10


def query_figures(grades: ArrayLike, scores: ArrayLike) -> tuple[float, float, float]:
    """Return reciprocal rank and nDCG of the first 10 texts, and the average precision of all.

    Texts of equal scores stand with the worse first, so that scores that tell nothing apart earn little.

    Args:
        grades: (n,) 0 for a text that does not answer the query, else the more the better; one is above 0.
        scores: (n,), higher is better.

    Raises:
        InvalidInput: shapes that do not fit, or no grade above 0.

    >>> [round(figure, 4) for figure in query_figures([0, 1, 0, 1], [4.0, 3.0, 2.0, 1.0])]
    [0.5, 0.6509, 0.5]
    """
    gains, values = np.asarray(grades, np.float64), np.asarray(scores, np.float64)
    if gains.ndim != 1 or gains.shape != values.shape or not (gains > 0).any():
        raise InvalidInput(
            f"grades and scores must be (n,), with a grade above 0. Got {gains.shape} and {values.shape}."
        )
    ranked = gains[np.lexsort((gains, -values))]
    return (
        reciprocal_rank(ranked[:DEPTH] > 0),
        ndcg(ranked),
        average_precision(gains > 0, values),
    )


def ndcg(ranked: NDArray[np.float64], *, depth: int = DEPTH) -> float:
    """Return the discounted gain of the first texts, as a share of the best order's; 0 where nothing gains.

    Args:
        ranked: (n,) grades, best text first. The gain of a text is its grade, so that the figure is the same
            whatever grades are multiplied by.
        depth: texts that count, at least 1.

    Source: Järvelin and Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques".
    """
    discounts = 1 / np.log2(np.arange(2, depth + 2))
    best = np.sort(ranked)[::-1][:depth] @ discounts[: len(ranked)]
    return float(ranked[:depth] @ discounts[: len(ranked)] / best) if best > 0 else 0.0
