"""Figures of one ranked list against what is known to be relevant.

Every figure is that of one query; the figure of a system is the mean over its queries. A query for which
nothing is relevant has no figure: all functions return nan, and means are taken over the other queries. A
list shorter than k counts as if irrelevant documents followed. Scores play no part: the order given counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.errors import InvalidInput
from metier.training import metrics


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A ranked list as its judgements see it.

    Attributes:
        gains: (m,) float64, the grade of each ranked document, best first; 0 for irrelevant ones.
        ideal: (n_relevant,) float64, the grades of all relevant documents, falling, each above 0.
    """

    gains: NDArray[np.float64]
    ideal: NDArray[np.float64]


def judge(ranked: Sequence[str], grades: Mapping[str, int]) -> Judged:
    """Return the grades of a ranked list of documents.

    Args:
        ranked: ids of documents, best first; those without a grade count as irrelevant.
        grades: id of each judged document to its grade; relevant from 1 on, as trec_eval has it.

    Raises:
        InvalidInput: a document is ranked twice.

    >>> judge(["b", "x", "a"], {"a": 1, "b": 2, "c": 0}).gains.tolist()
    [2.0, 0.0, 1.0]
    """
    if len(set(ranked)) < len(ranked):
        twice = next(item for i, item in enumerate(ranked) if item in ranked[:i])
        raise InvalidInput(f"A document may stand in a ranking once. {twice!r} stands twice. Remove one.")
    gains = np.array([max(grades.get(document, 0), 0) for document in ranked], np.float64)
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    return Judged(gains, np.array(ideal, np.float64))


def pass_at_k(judged: Judged, *, k: int) -> float:
    """Return 1 if one of the first k documents is relevant, else 0; also known as success at k.

    Raises:
        InvalidInput: k below 1.

    >>> pass_at_k(judge(["x", "a"], {"a": 1}), k=1), pass_at_k(judge(["x", "a"], {"a": 1}), k=2)
    (0.0, 1.0)
    """
    _check_k(k)
    return float(judged.gains[:k].any()) if judged.ideal.size else float("nan")


def reciprocal_rank(judged: Judged) -> float:
    """Return 1 / rank of the first relevant document, 0 where the list holds none.

    Source: Voorhees 1999, "The TREC-8 question answering track report".

    >>> reciprocal_rank(judge(["x", "a", "b"], {"a": 1, "b": 1}))
    0.5
    """
    return metrics.reciprocal_rank(judged.gains > 0) if judged.ideal.size else float("nan")


def recall_at_k(judged: Judged, *, k: int) -> float:
    """Return the share of the relevant documents that stand among the first k.

    Raises:
        InvalidInput: k below 1.

    >>> recall_at_k(judge(["x", "a"], {"a": 1, "b": 1}), k=2)
    0.5
    """
    _check_k(k)
    if not judged.ideal.size:
        return float("nan")
    return float(np.count_nonzero(judged.gains[:k]) / len(judged.ideal))


def dcg(gains: ArrayLike) -> float:
    """Return the discounted cumulated gain of a list: the sum of grade / log2(rank + 1).

    The gain is the grade itself (linear), and the first rank is not discounted, as `ndcg_cut` of trec_eval
    has it; the formula in the source leaves the second rank undiscounted too.

    Args:
        gains: (m,) grades, best place first.

    Source: Järvelin and Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques", section 2.2.

    >>> round(dcg([3, 2, 3, 0, 1, 2]), 3)
    6.861
    """
    values = np.asarray(gains, np.float64)
    return float((values / np.log2(np.arange(2, len(values) + 2))).sum())


def ndcg_at_k(judged: Judged, *, k: int) -> float:
    """Return the discounted cumulated gain of the first k over that of the best list there can be.

    Raises:
        InvalidInput: k below 1.
    Source: as `dcg`, section 2.3; gain and discount as `ndcg_cut` of trec_eval.

    >>> grades = {"d1": 3, "d2": 2, "d3": 3, "d4": 0, "d5": 1, "d6": 2, "d7": 3, "d8": 2}
    >>> round(ndcg_at_k(judge(["d1", "d2", "d3", "d4", "d5", "d6"], grades), k=6), 3)
    0.785
    """
    _check_k(k)
    # Rounding may leave a perfect list a hair above 1.
    return min(dcg(judged.gains[:k]) / dcg(judged.ideal[:k]), 1.0) if judged.ideal.size else float("nan")


def average_precision(judged: Judged) -> float:
    """Return the mean, over all relevant documents, of the precision at their rank; 0 where not ranked.

    Its mean over queries is MAP.

    Source: Manning et al. 2008, "Introduction to information retrieval", section 8.4.

    >>> round(average_precision(judge(["a", "x", "b"], {"a": 1, "b": 1, "c": 1, "d": 1})), 4)
    0.4167
    """
    if not judged.ideal.size:
        return float("nan")
    places = np.flatnonzero(judged.gains) + 1
    return float((np.arange(1, len(places) + 1) / places).sum() / len(judged.ideal))


def _check_k(k: int) -> None:
    if k < 1:
        raise InvalidInput(f"k must be at least 1. Got {k}.")
