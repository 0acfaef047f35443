"""Figures of merit, in numpy alone: of decisions among classes, of probabilities, of ranked lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.errors import InvalidInput

N_BINS: Final = 15


@dataclass(frozen=True, slots=True, eq=False)
class ClassScores:
    """How well each of some classes is found, from 0 to 1.

    Attributes:
        precision: (n_classes,) share of the decisions for a class that are right; 0 for no decision.
        recall: (n_classes,) share of a class's rows that are found; 0 for no row.
        f1: (n_classes,) harmonic mean of both; 0 where both are 0.
        support: (n_classes,) int64, rows of each class.
        macro_f1: mean f1 of the classes that have a row or a decision; 0 for no rows.
        accuracy: share of right decisions; 0 for no rows.
    """

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    support: NDArray[np.int64]
    macro_f1: float
    accuracy: float


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Confidence held against what is right, in bins of about equal numbers of rows.

    Attributes:
        confidence: (n_bins,) mean confidence in each bin, rising.
        accuracy: (n_bins,) share of right decisions in each.
        count: (n_bins,) int64, rows in each.
    """

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    count: NDArray[np.int64]

    @property
    def error(self) -> float:
        """Expected calibration error: the mean gap of the two, weighted by rows; 0 for no rows."""
        gaps = np.abs(self.confidence - self.accuracy)
        return float(gaps @ self.count / max(self.count.sum(), 1))


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What `evaluate_classes` finds.

    Attributes:
        confusion: (n_classes, n_classes) int64, rows by true class, columns by decision.
        scores: of each class, and their means.
        calibration_error: expected calibration error of the decided class's probability.
    """

    confusion: NDArray[np.int64]
    scores: ClassScores
    calibration_error: float


def evaluate_classes(gold: ArrayLike, probabilities: ArrayLike, *, n_bins: int = N_BINS) -> Evaluation:
    """Return every figure of decisions among classes; the likeliest class is decided, the first of equals.

    Args:
        gold: (n,) integers from 0 to n_classes - 1.
        probabilities: (n, n_classes), rows that add up to 1; for skills, none, implicit, explicit.
        n_bins: bins of the calibration error, at least 1.

    Raises:
        InvalidInput: shapes that do not fit, or a class that is not there.

    >>> found = evaluate_classes([0, 1, 2], [[0.8, 0.1, 0.1], [0.5, 0.3, 0.2], [0, 0, 1.0]], n_bins=1)
    >>> found.confusion.tolist(), round(found.scores.macro_f1, 4), round(found.calibration_error, 4)
    ([[1, 0, 0], [1, 0, 0], [0, 0, 1]], 0.5556, 0.1)
    """
    rows = np.asarray(probabilities, np.float64)
    if rows.ndim != 2:
        raise InvalidInput(f"probabilities must be (n, n_classes). Got shape {rows.shape}.")
    decided = rows.argmax(axis=1) if rows.size else np.zeros(len(rows), np.int64)
    table = confusion(gold, decided, n_classes=rows.shape[1])
    right = decided == np.asarray(gold)
    confidence = rows[np.arange(len(rows)), decided]
    return Evaluation(table, class_scores(table), reliability(confidence, right, n_bins=n_bins).error)


def confusion(gold: ArrayLike, decided: ArrayLike, *, n_classes: int) -> NDArray[np.int64]:
    """Return how often each class was decided for each true class.

    Args:
        gold: (n,) integers from 0 to n_classes - 1.
        decided: (n,) likewise.
        n_classes: at least 1.

    Returns:
        (n_classes, n_classes) int64, rows by true class.

    Raises:
        InvalidInput: shapes that do not fit, or a class that is not there.

    >>> confusion([0, 0, 1], [0, 1, 1], n_classes=2).tolist()
    [[1, 1], [0, 1]]
    """
    pair = [np.asarray(side).astype(np.int64) for side in (gold, decided)]
    if pair[0].ndim != 1 or pair[0].shape != pair[1].shape or n_classes < 1:
        raise InvalidInput(f"gold and decided must be (n,). Got {pair[0].shape} and {pair[1].shape}.")
    for classes in pair:
        if classes.size and not (classes.min() >= 0 and classes.max() < n_classes):
            raise InvalidInput(
                f"Classes must be from 0 to {n_classes - 1}. Got {classes.min()} to {classes.max()}."
            )
    cells = np.bincount(pair[0] * n_classes + pair[1], minlength=n_classes**2)
    return cells.reshape(n_classes, n_classes).astype(np.int64)


def class_scores(table: NDArray[np.int64]) -> ClassScores:
    """Return precision, recall and F1 of each class, and their means.

    Args:
        table: (n_classes, n_classes), a confusion matrix.

    >>> found = class_scores(np.array([[2, 1], [0, 3]]))
    >>> found.precision.tolist(), found.recall.round(3).tolist(), found.support.tolist()
    ([1.0, 0.75], [0.667, 1.0], [3, 3])
    """
    right = np.diag(table).astype(np.float64)
    decided, support = table.sum(axis=0), table.sum(axis=1)
    precision = right / np.maximum(decided, 1)
    recall = right / np.maximum(support, 1)
    seen = decided + support
    f1 = 2 * right / np.maximum(seen, 1)
    macro = float(f1[seen > 0].mean()) if seen.any() else 0.0
    accuracy = float(right.sum() / max(table.sum(), 1))
    return ClassScores(precision, recall, f1, support.astype(np.int64), macro, accuracy)


def reliability(confidence: ArrayLike, right: ArrayLike, *, n_bins: int = N_BINS) -> Reliability:
    """Return confidence against accuracy in bins of about equal mass; equal confidences share a bin.

    Args:
        confidence: (n,) probability of what was decided.
        right: (n,) bool, whether it was right.
        n_bins: at most so many bins, at least 1.

    Returns:
        Empty bins are left out; the order of the rows plays no part.

    Raises:
        InvalidInput: shapes that do not fit, or n_bins below 1.
    Source: Nguyen and O'Connor 2015 (arXiv:1508.05154), section 4.1.

    >>> round(reliability([0.9, 0.9, 0.6, 0.6], [True, True, True, False], n_bins=2).error, 4)
    0.1
    """
    sure, hits = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    if sure.ndim != 1 or sure.shape != hits.shape or n_bins < 1:
        raise InvalidInput(
            f"confidence and right must be (n,), n_bins at least 1. Got {sure.shape}, {hits.shape}, {n_bins}."
        )
    if not sure.size:
        return Reliability(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    ordered = np.sort(sure)
    edges = np.unique(ordered[[i * len(sure) // n_bins for i in range(1, n_bins)]])
    which = np.searchsorted(edges, sure, side="right")
    count = np.bincount(which, minlength=len(edges) + 1)
    kept = count > 0
    sums = [np.bincount(which, weights=values, minlength=len(count)) for values in (sure, hits)]
    mean, share = (total[kept] / count[kept] for total in sums)
    return Reliability(mean, share, count[kept].astype(np.int64))


def reciprocal_rank(hits: ArrayLike) -> float:
    """Return 1 / rank of the first hit, 0 where there is none.

    Args:
        hits: (m,) bool, best first.

    >>> reciprocal_rank([False, True, True]), reciprocal_rank([])
    (0.5, 0.0)
    """
    found = np.flatnonzero(np.asarray(hits, bool))
    return 1.0 / (int(found[0]) + 1) if found.size else 0.0


def mrr(rankings: Sequence[ArrayLike]) -> float:
    """Return the mean reciprocal rank over queries; 0 for no queries.

    Args:
        rankings: for each query, (m,) bool, best first.

    Source: Voorhees 1999, "The TREC-8 question answering track report".

    >>> mrr([[True], [False, True]])
    0.75
    """
    return float(np.mean([reciprocal_rank(hits) for hits in rankings])) if rankings else 0.0


def rp_at_k(hits: ArrayLike, *, k: int, n_targets: int) -> float:
    """Return R-precision at k of one query: hits in the top k over min(k, n_targets).

    Args:
        hits: (m,) bool, best first.
        k: at least 1.
        n_targets: right answers that there are, at least 1.

    Raises:
        InvalidInput: k or n_targets below 1.
    Source: Chalkidis et al. 2019 (arXiv:1906.02192), section 5.

    >>> rp_at_k([True, False, True, False, True], k=3, n_targets=2)
    1.0
    """
    if k < 1 or n_targets < 1:
        raise InvalidInput(f"k and n_targets must be at least 1. Got {k} and {n_targets}.")
    return float(np.asarray(hits, bool)[:k].sum() / min(k, n_targets))


def average_precision(gold: ArrayLike, scores: ArrayLike) -> float:
    """Return the mean, over the right items, of the precision at their place; nan where none is right.

    Equal scores share one place, so the order of the rows plays no part. For a ranked list, give scores
    that fall.

    Args:
        gold: (n,) bool, whether an item is right.
        scores: (n,), higher is better.

    Raises:
        InvalidInput: shapes that do not fit.
    Source: Manning et al. 2008, "Introduction to information retrieval", section 8.4.

    >>> round(average_precision([True, False, True], [0.9, 0.8, 0.7]), 4)
    0.8333
    """
    right, values = np.asarray(gold, bool), np.asarray(scores, np.float64)
    if right.ndim != 1 or right.shape != values.shape:
        raise InvalidInput(f"gold and scores must be (n,). Got {right.shape} and {values.shape}.")
    if not right.any():
        return float("nan")
    order = np.argsort(-values, kind="stable")
    hits = np.cumsum(right[order])
    places = np.append(np.flatnonzero(np.diff(values[order])), len(order) - 1)
    gained = np.diff(hits[places], prepend=0)
    return float((gained * hits[places] / (places + 1)).sum() / hits[-1])
