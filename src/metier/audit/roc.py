"""How well a score tells two kinds of rows apart: ROC curve, its area and its ends, with intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.errors import InvalidInput
from metier.training.intervals import Interval, bootstrap, wilson

Figure = Callable[[NDArray[np.float64], NDArray[np.float64]], float]
"""A figure of the scores of positive rows and those of negative ones."""

_SLACK: Final = 1e-9
_STEPS: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A ROC curve: one point for each different score, both rates rising.

    Attributes:
        false_positive_rate: (k,) share of negative rows at or above a threshold, from 0 to 1.
        true_positive_rate: (k,) share of positive rows there.
    """

    false_positive_rate: NDArray[np.float64]
    true_positive_rate: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are found.

    Attributes:
        seed: of the draws, 0 or more.
        n: resamples, at least 1.
    """

    seed: int = 0
    n: int = 1000


def roc_curve(positives: ArrayLike, negatives: ArrayLike) -> Curve:
    """Return the ROC curve of scores that should be higher for positive rows; equal scores are one point.

    Args:
        positives: (n,) scores, at least one.
        negatives: (m,) scores, at least one.

    Raises:
        InvalidInput: one kind has no row, or a score is not finite.

    >>> curve = roc_curve([2.0, 1.0], [1.0, 0.0])
    >>> curve.false_positive_rate.tolist(), curve.true_positive_rate.tolist()
    ([0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0])
    """
    high, low = _checked(positives, negatives)
    thresholds = np.unique(np.concatenate([high, low]))[::-1]
    rates = [
        np.concatenate([[0.0], 1 - np.searchsorted(np.sort(side), thresholds) / len(side)])
        for side in (low, high)
    ]
    return Curve(rates[0], rates[1])


def auroc(positives: ArrayLike, negatives: ArrayLike) -> float:
    """Return the chance that a positive row has the higher score; equal scores count half.

    Args:
        positives: (n,) scores, at least one.
        negatives: (m,) scores, at least one.

    Raises:
        InvalidInput: one kind has no row, or a score is not finite.
    Source: Fawcett 2006, "An introduction to ROC analysis", section 7.

    >>> auroc([2.0, 1.0], [1.0, 0.0])
    0.875
    """
    high, low = _checked(positives, negatives)
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, side="left")
    not_above = np.searchsorted(ordered, high, side="right")
    return float((below + not_above).sum() / (2 * len(high) * len(low)))


def true_positive_rate_at(positives: ArrayLike, negatives: ArrayLike, *, most: float) -> float:
    """Return the largest share of positive rows found while at most a share of negative rows is.

    Args:
        positives: (n,) scores, at least one.
        negatives: (m,) scores, at least one.
        most: share of the negative rows that may be found, from 0 to 1.

    Raises:
        InvalidInput: one kind has no row, a score is not finite, or the share is out of range.

    >>> true_positive_rate_at([3.0, 2.0, 1.0], [2.0, 0.0], most=0.01)
    0.3333333333333333
    """
    high, low = _checked(positives, negatives)
    _check_share("most", most)
    allowed = floor(most * len(low) + _SLACK)
    if allowed >= len(low):
        return 1.0
    return float((high > np.sort(low)[::-1][allowed]).mean())


def false_positive_rate_at(positives: ArrayLike, negatives: ArrayLike, *, least: float) -> float:
    """Return the least share of negative rows found where at least a share of positive rows is.

    With 0.95 this is FPR95 of the detection of what is out of the distribution.

    Args:
        positives: (n,) scores, at least one.
        negatives: (m,) scores, at least one.
        least: share of the positive rows that must be found, from 0 to 1.

    Raises:
        InvalidInput: one kind has no row, a score is not finite, or the share is out of range.

    >>> false_positive_rate_at([3.0, 2.0, 1.0], [2.0, 0.0], least=0.95)
    0.5
    """
    high, low = _checked(positives, negatives)
    return float((low >= threshold_at(high, least=least)).mean()) if least else 0.0


def threshold_at(positives: ArrayLike, *, least: float) -> float:
    """Return the highest score at or above which at least a share of rows lies.

    Args:
        positives: (n,) scores, at least one.
        least: share of the rows, from 0 to 1; of 0, the highest score.

    Raises:
        InvalidInput: there is no row, a score is not finite, or the share is out of range.
    """
    (high, _) = _checked(positives, positives)
    _check_share("least", least)
    needed = max(ceil(least * len(high) - _SLACK), 1)
    return float(np.sort(high)[::-1][needed - 1])


def auroc_interval(
    positives: ArrayLike,
    negatives: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    resampling: Resampling | None = None,
) -> Interval:
    """Return `auroc` with its 95 % interval: from the bootstrap, and never narrower than Newcombe's.

    The bootstrap alone has no width where every row is told apart, as if nothing could go wrong.

    Args:
        positives: (n,) scores, at least one.
        negatives: (m,) scores, at least one.
        groups: (n + m,) the text that each row comes from, first of the positive rows; None for one each.
        resampling: of the bootstrap.

    Raises:
        InvalidInput: one kind has no row, a score is not finite, or groups do not fit.
    Source: Newcombe 2006, "Confidence intervals for an effect size measure based on the Mann-Whitney
        statistic, part 2", Statistics in Medicine 25, method 5.
    """
    found = _bootstrapped(auroc, positives, negatives, groups, resampling)
    low, high = _newcombe(found.value, np.size(positives), np.size(negatives))
    return Interval(found.value, min(found.low, low), max(found.high, high))


def rate_interval(
    figure: Figure,
    positives: ArrayLike,
    negatives: ArrayLike,
    *,
    of: int,
    groups: ArrayLike | None = None,
    resampling: Resampling | None = None,
) -> Interval:
    """Return a rate at a threshold with its 95 % interval: from the bootstrap, never narrower than Wilson's.

    Args:
        figure: such as `true_positive_rate_at` with its share fixed.
        positives: (n,) scores, at least one.
        negatives: (m,) scores, at least one.
        of: rows that the rate is a share of.
        groups: (n + m,) the text that each row comes from, first of the positive rows; None for one each.
        resampling: of the bootstrap.

    Raises:
        InvalidInput: one kind has no row, a score is not finite, or groups do not fit.
    """
    found = _bootstrapped(figure, positives, negatives, groups, resampling)
    share = wilson(min(round(found.value * of), of), of)
    return Interval(found.value, min(found.low, share.low), max(found.high, share.high))


def _bootstrapped(
    figure: Figure,
    positives: ArrayLike,
    negatives: ArrayLike,
    groups: ArrayLike | None,
    resampling: Resampling | None,
) -> Interval:
    high, low = _checked(positives, negatives)
    chosen = resampling or Resampling()
    scores, n = np.concatenate([high, low]), len(high)
    owners = np.arange(len(scores)) if groups is None else np.asarray(groups)
    if owners.shape != scores.shape:
        raise InvalidInput(f"groups must name the text of all {len(scores)} rows. Got shape {owners.shape}.")

    def statistic(rows: NDArray[np.int64]) -> float:
        first, second = scores[rows[rows < n]], scores[rows[rows >= n]]
        return figure(first, second) if len(first) and len(second) else float("nan")

    return bootstrap(statistic, owners, seed=chosen.seed, n=chosen.n)


def _newcombe(value: float, n: int, m: int) -> tuple[float, float]:
    z = NormalDist().inv_cdf(0.975)
    half = (n + m) / 2 - 1

    def beyond(area: float) -> bool:
        spread = 1 + half * ((1 - area) / (2 - area) + area / (1 + area))
        return abs(area - value) > z * sqrt(max(area * (1 - area) * spread, 0.0) / (n * m))

    return _edge(beyond, value, 0.0), _edge(beyond, value, 1.0)


def _edge(beyond: Callable[[float], bool], inside: float, outside: float) -> float:
    """Return where a condition that holds at the outer end begins; the outer end if it holds nowhere."""
    if inside == outside or not beyond(outside + (inside - outside) * _SLACK):
        return outside
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if beyond(middle) else (middle, outside)
    return inside


def _checked(positives: ArrayLike, negatives: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    high, low = np.asarray(positives, np.float64), np.asarray(negatives, np.float64)
    for name, scores in (("positive", high), ("negative", low)):
        if scores.ndim != 1 or not scores.size:
            raise InvalidInput(
                f"There must be rows of both kinds, each with one score. The {name} rows have the shape "
                f"{scores.shape}; a curve needs at least one of each."
            )
        if not np.isfinite(scores).all():
            raise InvalidInput(f"Scores must be finite. One of the {name} rows is not; leave it out.")
    return high, low


def _check_share(name: str, share: float) -> None:
    if not 0 <= share <= 1:
        raise InvalidInput(f"{name} must be from 0 to 1. Got {share}.")
