"""Two shares held against each other: interval of their ratio, exact test of their equality."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, lgamma, log, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np

from metier.errors import InvalidInput
from metier.training.intervals import Interval

_STEPS: Final = 60
_LARGEST_LOG: Final = 30.0
# Tables that are as likely as the one at hand count; rounding must not decide.
_SLACK: Final = 1e-7


def ratio_interval(hits: int, trials: int, other: tuple[int, int], *, level: float = 0.95) -> Interval:
    """Return the ratio of two shares with its score interval.

    Args:
        hits: of the first share, from 0 to trials.
        trials: of the first share, at least 1.
        other: hits and trials of the second share; at least one hit.
        level: how sure, between 0 and 1.

    Raises:
        InvalidInput: a number out of range.
    Source: Koopman 1984, "Confidence intervals for the ratio of two binomial proportions", Biometrics 40;
        it holds its level with few hits and with none, as Wilson's does for one share.

    >>> found = ratio_interval(36, 40, (16, 80))
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (4.5, 2.94, 7.15)
    """
    other_hits, other_trials = other
    _check(hits, trials)
    _check(other_hits, other_trials)
    if not other_hits:
        raise InvalidInput("The second share must have a hit; a ratio to nothing is not defined.")
    if not 0 < level < 1:
        raise InvalidInput(f"level must lie between 0 and 1. Got {level}.")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    value = (hits / trials) * (other_trials / other_hits)

    def beyond(log_ratio: float) -> bool:
        return _distance(exp(log_ratio), (hits, trials), other) > z * z

    if not hits:
        return Interval(0.0, 0.0, exp(_edge(beyond, -_LARGEST_LOG, _LARGEST_LOG)))
    low, high = _edge(beyond, log(value), -_LARGEST_LOG), _edge(beyond, log(value), _LARGEST_LOG)
    return Interval(value, exp(low), exp(high))


def _edge(beyond: Callable[[float], bool], inside: float, outside: float) -> float:
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        if beyond(middle):
            outside = middle
        else:
            inside = middle
    return inside


def _distance(ratio: float, first: tuple[int, int], second: tuple[int, int]) -> float:
    """Return the score statistic of a ratio: chi-squared with one degree of freedom if it is the true one."""
    (x, n), (y, m) = first, second
    a, b = (n + m) * ratio, -(n * ratio + x + m + y * ratio)
    q = (-b - sqrt(max(0.0, b * b - 4 * a * (x + y)))) / (2 * a)
    return _term(x, n, min(1.0, ratio * q)) + _term(y, m, min(1.0, q))


def _term(hits: int, trials: int, share: float) -> float:
    # All or no hits: the square cancels, and what is left is defined up to the border.
    if hits == trials:
        return trials * (1 - share) / share if share > 0 else inf
    if not hits:
        return trials * share / (1 - share) if share < 1 else inf
    if not 0 < share < 1:
        return inf
    return (hits - trials * share) ** 2 / (trials * share * (1 - share))


def fisher_exact(hits: int, trials: int, other: tuple[int, int]) -> float:
    """Return how likely shares at least as far apart are, if both are the same: two-sided, 0 to 1.

    Args:
        hits: of the first share, from 0 to trials.
        trials: of the first share, at least 1.
        other: hits and trials of the second share.

    Raises:
        InvalidInput: a number out of range.
    Source: Fisher 1935, "The logic of inductive inference"; tables no more likely than the one at hand count.

    >>> round(fisher_exact(8, 10, (1, 6)), 4)
    0.035
    """
    other_hits, other_trials = other
    _check(hits, trials)
    _check(other_hits, other_trials)
    total = hits + other_hits
    table = np.arange(max(0, total - other_trials), min(trials, total) + 1)
    terms = np.array(
        [
            -lgamma(k + 1)
            - lgamma(trials - k + 1)
            - lgamma(total - k + 1)
            - lgamma(other_trials - total + k + 1)
            for k in table.tolist()
        ]
    )
    weights = np.exp(terms - terms.max())
    own = weights[hits - int(table[0])]
    return min(1.0, float(weights[weights <= own * (1 + _SLACK)].sum() / weights.sum()))


def _check(hits: int, trials: int) -> None:
    if trials < 1 or not 0 <= hits <= trials:
        raise InvalidInput(f"hits must be from 0 to trials, and trials at least 1. Got {hits} of {trials}.")
