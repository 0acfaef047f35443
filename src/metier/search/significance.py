"""How sure a figure over queries is, and whether two systems on the same queries can be told apart.

Queries are independent rows, so all figures are resampled at once: the draws are those of
`metier.training.intervals.bootstrap`, and so are the results.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.errors import InvalidInput
from metier.training.intervals import Interval

LEVEL: Final = 0.95
N_RESAMPLES: Final = 1000
N_FLIPS: Final = 10_000
_CELLS_AT_ONCE: Final = 4_000_000
_EQUAL: Final = 1e-12  # sums of the same numbers in another order


class Verdict(StrEnum):
    """Whether a system can be told from another."""

    BETTER = "better"
    WORSE = "worse"
    NOT_TOLD_APART = "not told apart"


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much a system is above another, over the same queries.

    Attributes:
        value: difference of the means.
        low: lower end of its 95 % paired bootstrap interval.
        high: upper end.
        p: of the randomisation test, two-sided; not corrected for how many figures are looked at.
    """

    value: float
    low: float
    high: float
    p: float

    @property
    def verdict(self) -> Verdict:
        """Return which is better: told apart where the interval holds no 0 and p is below 0.05.

        Both are asked for since the interval of very few queries is too narrow.
        """
        if self.p >= 1 - LEVEL or self.low <= 0 <= self.high:
            return Verdict.NOT_TOLD_APART
        return Verdict.BETTER if self.value > 0 else Verdict.WORSE


def mean_intervals(values: ArrayLike, *, seed: int = 0, n: int = N_RESAMPLES) -> list[Interval]:
    """Return the mean of each figure over queries with its 95 % percentile bootstrap interval.

    Args:
        values: (n_queries, n_figures).
        seed: of the draws.
        n: resamples, at least 1.

    Returns:
        n_figures intervals.

    Raises:
        InvalidInput: there is no query, a value is no number, or n is below 1.
    Source: Efron 1979, "Bootstrap methods".

    >>> mean_intervals([[1.0, 0.0], [1.0, 0.0]])[0]
    Interval(value=1.0, low=1.0, high=1.0)
    """
    rows = _rows(values, n)
    random = np.random.default_rng(seed)
    means = np.zeros((n, rows.shape[1]))
    for i in range(n):
        drawn = random.integers(len(rows), size=len(rows))
        means[i] = np.bincount(drawn, minlength=len(rows)) @ rows / len(rows)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    whole = rows.mean(axis=0)
    return [Interval(*map(float, ends)) for ends in zip(whole, low, high, strict=True)]


def paired_differences(first: ArrayLike, second: ArrayLike, *, seed: int = 0) -> list[Difference]:
    """Return by how much the first system is above the second, in each figure.

    Args:
        first: (n_queries, n_figures).
        second: likewise, of the same queries in the same order.
        seed: of the draws of the interval and of the test.

    Returns:
        n_figures differences.

    Raises:
        InvalidInput: shapes that differ, no query, or a value that is no number.
    """
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if one.shape != other.shape:
        raise InvalidInput(f"Both systems must have the same queries. Got shapes {one.shape}, {other.shape}.")
    gaps = one - other
    intervals = mean_intervals(gaps, seed=seed)
    tests = randomisation_test(gaps, seed=seed)
    return [Difference(*_ends(found), p) for found, p in zip(intervals, tests, strict=True)]


def randomisation_test(differences: ArrayLike, *, seed: int = 0, n: int = N_FLIPS) -> list[float]:
    """Return how often chance alone makes a mean difference as large as this, for each figure.

    If two systems were alike, the sign of each query's difference would be that of a coin. The p value is
    the share of n random assignments of signs, and the one observed, whose mean is at least as far from 0.

    Args:
        differences: (n_queries, n_figures).
        seed: of the coins.
        n: how often they are thrown, at least 1.

    Returns:
        n_figures p values, each from 1 / (n + 1) to 1.

    Raises:
        InvalidInput: there is no query, a value is no number, or n is below 1.
    Source: Smucker et al. 2007, "A comparison of statistical significance tests for information retrieval
    evaluation", section 3.1; the observed one counts too, Phipson and Smyth 2010 (arXiv:1603.05766).

    >>> randomisation_test([[0.0], [0.0]])
    [1.0]
    """
    rows = _rows(differences, n)
    random = np.random.default_rng(seed)
    observed = np.abs(rows.sum(axis=0)) - _EQUAL * len(rows)
    extreme = np.zeros(rows.shape[1], np.int64)
    size = max(1, _CELLS_AT_ONCE // len(rows))
    for start in range(0, n, size):
        shape = (min(size, n - start), len(rows))
        # (2 x coin - 1) x row, summed: twice the rows that show heads, less all of them.
        sums = 2 * (random.integers(2, size=shape, dtype=np.int8) @ rows) - rows.sum(axis=0)
        extreme += (np.abs(sums) >= observed).sum(axis=0)
    return [float(count + 1) / (n + 1) for count in extreme]


def _rows(values: ArrayLike, n: int) -> NDArray[np.float64]:
    rows = np.asarray(values, np.float64)
    if n < 1:
        raise InvalidInput(f"n must be at least 1. Got {n}.")
    if rows.ndim != 2 or not len(rows):
        raise InvalidInput(f"values must be (n_queries, n_figures), one query at least. Got {rows.shape}.")
    if not np.isfinite(rows).all():
        raise InvalidInput("Each value must be a number. Leave out queries for which nothing is relevant.")
    return rows


def _ends(found: Interval) -> tuple[float, float, float]:
    return found.value, found.low, found.high
