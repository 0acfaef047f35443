"""Intervals around measured figures, in numpy alone: bootstrap over texts, paired bootstrap, Wilson."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.errors import InvalidInput

Statistic = Callable[[NDArray[np.int64]], float]
"""A figure computed from some rows, given by their indices; an index may come more than once."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and where it may lie.

    Attributes:
        value: computed from all rows, once each.
        low: lower end.
        high: upper end.
    """

    value: float
    low: float
    high: float


def bootstrap(
    statistic: Statistic, groups: ArrayLike, *, seed: int = 0, n: int = 1000, level: float = 0.95
) -> Interval:
    """Return a figure with its percentile bootstrap interval, resampling whole groups.

    Rows of one text are not independent, so texts are drawn with replacement, each with all its rows.

    Args:
        statistic: called with row indices; resamples for which it returns nan are left out.
        groups: (n_rows,) the text that each row belongs to; `range(n_rows)` for independent rows.
        seed: of the draws.
        n: resamples, at least 1.
        level: share of resamples within the interval, between 0 and 1.

    Raises:
        InvalidInput: no rows, or n or level out of range.
    Source: Efron 1979, "Bootstrap methods"; groups as in Davison and Hinkley 1997, section 3.8.

    >>> x = np.arange(100.0)
    >>> found = bootstrap(lambda rows: x[rows].mean(), range(100))
    >>> found.value, 43 < found.low < 45, 54 < found.high < 56
    (49.5, True, True)
    """
    _check_level(level)
    figures = np.array([statistic(rows) for rows in resamples(groups, seed=seed, n=n)])
    return _interval(float(statistic(np.arange(len(np.asarray(groups))))), figures, level)


def paired_bootstrap(
    first: Statistic, second: Statistic, groups: ArrayLike, *, seed: int = 0, n: int = 1000
) -> Interval:
    """Return by how much the first figure is above the second, with its 95 % interval.

    Both are computed on the same resamples, so that hard texts are hard for both. An interval that holds
    no 0 tells the two apart.

    Args:
        first: called with row indices.
        second: called with the same ones.
        groups: (n_rows,) the text that each row belongs to.
        seed: of the draws.
        n: resamples, at least 1.

    Raises:
        InvalidInput: no rows, or n out of range.
    Source: Efron and Tibshirani 1993, chapter 16; in NLP, Koehn 2004 (W04-3250).

    >>> a, b = np.arange(50.0) + 1, np.arange(50.0)
    >>> paired_bootstrap(lambda rows: a[rows].mean(), lambda rows: b[rows].mean(), range(50))
    Interval(value=1.0, low=1.0, high=1.0)
    """
    return bootstrap(lambda rows: first(rows) - second(rows), groups, seed=seed, n=n)


def resamples(groups: ArrayLike, *, seed: int, n: int) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each resample of whole groups: as many groups as there are, drawn with replacement.

    Args:
        groups: (n_rows,) the text that each row belongs to.
        seed: of the draws.
        n: resamples, at least 1.

    Raises:
        InvalidInput: no rows, or n out of range.
    """
    keys = np.asarray(groups)
    if keys.ndim != 1 or not keys.size:
        raise InvalidInput(f"groups must name the text of each row, at least one. Got shape {keys.shape}.")
    if n < 1:
        raise InvalidInput(f"n must be at least 1. Got {n}.")
    _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
    order = np.argsort(which, kind="stable")
    members = np.split(order, np.cumsum(counts)[:-1])
    alone = len(counts) == len(keys)
    rng = np.random.default_rng(seed)
    for _ in range(n):
        drawn = rng.integers(len(members), size=len(members))
        yield order[drawn] if alone else np.concatenate([members[i] for i in drawn])


def wilson(hits: int, trials: int, *, level: float = 0.95) -> Interval:
    """Return a share of hits with its Wilson score interval.

    Args:
        hits: from 0 to trials.
        trials: at least 1.
        level: how sure, between 0 and 1.

    Raises:
        InvalidInput: a number out of range.
    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".

    >>> found = wilson(8, 10)
    >>> round(found.low, 4), round(found.high, 4)
    (0.4902, 0.9433)
    """
    _check_level(level)
    if trials < 1 or not 0 <= hits <= trials:
        raise InvalidInput(f"hits must be from 0 to trials, and trials at least 1. Got {hits} of {trials}.")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = hits / trials
    center = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z * sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2)) / (1 + z**2 / trials)
    # The ends that are known are exact; rounding would leave them a hair off.
    low = center - half if hits else 0.0
    return Interval(share, low, center + half if hits < trials else 1.0)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise InvalidInput(f"level must lie between 0 and 1. Got {level}.")


def _interval(value: float, figures: NDArray[np.float64], level: float) -> Interval:
    known = figures[~np.isnan(figures)]
    if not known.size:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high))
