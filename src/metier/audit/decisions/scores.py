"""How the scores of each group are spread, and how far they stand from those of the others."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.decisions.outcomes import UNKNOWN, Grouping
from metier.errors import InvalidInput
from metier.training.intervals import Interval, wilson

QUANTILES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
_Z: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class GroupScores:
    """The scores of one group.

    Attributes:
        group: its name.
        n: people of it who have a score.
        mean: of their scores.
        quantiles: at 10, 25, 50, 75 and 90 %.
        delta: Cliff's delta against all others of known group, -1 to 1, with its 95 % interval: the chance
            that a score of it is above one of theirs, less the chance that it is below.
        distance: Kolmogorov-Smirnov distance from all others of known group, 0 to 1.
    """

    group: str
    n: int
    mean: float
    quantiles: tuple[float, ...]
    delta: Interval | None = None
    distance: float | None = None


def group_scores(scores: NDArray[np.float64], grouping: Grouping) -> tuple[GroupScores, ...]:
    """Return how the scores of each group are spread, by name; groups without scores are not there.

    Args:
        scores: (n,) nan where there is none.
        grouping: of the same n people; those of unknown group count for nothing.

    Raises:
        InvalidInput: the two differ in length.
    """
    if len(scores) != len(grouping.codes):
        raise InvalidInput(
            f"There must be a score for each person. Got {len(scores)} for {len(grouping.codes)}."
        )
    known = ~np.isnan(scores) & (grouping.codes != UNKNOWN)
    codes, values = grouping.codes[known], scores[known]
    found = []
    for code, label in enumerate(grouping.labels):
        own, others = np.sort(values[codes == code]), np.sort(values[codes != code])
        if own.size:
            found.append(
                GroupScores(
                    group=label,
                    n=len(own),
                    mean=float(own.mean()),
                    quantiles=tuple(np.quantile(own, QUANTILES).tolist()),
                    delta=cliffs_delta(own, others) if others.size else None,
                    distance=ks_distance(own, others) if others.size else None,
                )
            )
    return tuple(found)


def cliffs_delta(first: NDArray[np.float64], second: NDArray[np.float64]) -> Interval:
    """Return by how much the first values dominate the second, with its 95 % interval.

    Args:
        first: (n,) at least one.
        second: (m,) at least one.

    Raises:
        InvalidInput: one of them is empty.
    Source: Cliff 1993, "Dominance statistics", Psychological Bulletin 114; the asymmetric interval of Feng
        and Cliff 2004, with the variance of DeLong et al. 1988. Where all values of one stand above all of
        the other that variance is 0; then the smaller group is as many trials without an exception.

    >>> round(cliffs_delta(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])).value, 3)
    -0.111
    """
    if not (first.size and second.size):
        raise InvalidInput("Cliff's delta needs at least one value on either side.")
    of_first, of_second = _dominance(first, second), _dominance(second, first)
    delta = float(of_first.mean())
    if abs(delta) >= 1:
        reach = 1 - 2 * wilson(0, min(len(first), len(second))).high
        return Interval(delta, *sorted((delta, delta * reach)))
    s2 = float(of_first.var()) / len(first) + float(of_second.var()) / len(second)
    half = _Z * sqrt(s2) * sqrt((1 - delta**2) ** 2 + _Z**2 * s2)
    middle, below = delta - delta**3, 1 - delta**2 + _Z**2 * s2
    return Interval(delta, max(-1.0, (middle - half) / below), min(1.0, (middle + half) / below))


def ks_distance(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the largest distance between two cumulative distributions, 0 to 1.

    Args:
        first: (n,) at least one.
        second: (m,) at least one.

    >>> ks_distance(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.5
    """
    steps = np.unique(np.concatenate([first, second]))
    shares = [np.searchsorted(np.sort(x), steps, side="right") / len(x) for x in (first, second)]
    return float(np.abs(shares[0] - shares[1]).max())


def _dominance(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each first value the share of second ones below it, less that above it, (n,)."""
    ordered = np.sort(second)
    below = np.searchsorted(ordered, first, side="left")
    above = len(ordered) - np.searchsorted(ordered, first, side="right")
    dominance: NDArray[np.float64] = (below - above) / len(ordered)
    return dominance
