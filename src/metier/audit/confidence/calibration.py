"""Whether what a classifier calls 90 % sure is right nine times in ten, and one number that mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.audit.roc import Resampling
from metier.errors import InvalidInput
from metier.training.intervals import Interval, bootstrap
from metier.training.metrics import N_BINS, Reliability, reliability

_LEAST_PROBABILITY: Final = 1e-12
_HOTTEST: Final = 100.0
_STEPS: Final = 80
_GOLDEN: Final = (sqrt(5) - 1) / 2
_LEAST_IN_BIN: Final = 20

Calibration = Callable[[ArrayLike, ArrayLike], Reliability]


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """How well probabilities fit what is right.

    Attributes:
        n: texts.
        accuracy: share of texts whose likeliest class is right.
        confidence: mean probability of the likeliest class.
        ece_equal_width: expected calibration error in bins of equal width, 0 to 1.
        ece_equal_mass: the same in bins of about equal numbers of texts.
        mce: largest gap of a bin of equal mass.
        brier: mean squared distance of the probabilities from what is right, 0 to 2.
        nll: mean negative log-probability of the right class, in nats.
    """

    n: int
    accuracy: Interval
    confidence: float
    ece_equal_width: Interval
    ece_equal_mass: Interval
    mce: float
    brier: Interval
    nll: Interval


@dataclass(frozen=True, slots=True)
class TemperatureFigures:
    """What dividing the logits by one number does.

    Attributes:
        temperature: fitted on some texts; above 1 makes a model less sure.
        n_fitted: texts that it was fitted on.
        before: figures on other texts, as the model is.
        after: figures on the same other texts, with the temperature.
    """

    temperature: float
    n_fitted: int
    before: CalibrationFigures
    after: CalibrationFigures


def calibration_figures(
    probabilities: NDArray[np.float64],
    gold: NDArray[np.int64],
    *,
    groups: ArrayLike | None = None,
    n_bins: int = N_BINS,
    resampling: Resampling | None = None,
) -> CalibrationFigures:
    """Return how well probabilities fit what is right, with 95 % intervals over texts.

    The calibration error of a sample is above that of the model, and that of its resamples is higher once
    more by about as much. Its interval is therefore the basic one, which takes that excess off; and it
    reaches to 0 where 2.5 % or more of perfectly calibrated models with these confidences, made by drawing
    what is right anew, have an error as large.

    Args:
        probabilities: (n, n_labels), rows that sum to 1.
        gold: (n,) the right classes.
        groups: (n,) the text that each row comes from; None for one each.
        n_bins: most bins, at least 1; fewer where they would hold less than 20 texts on average.
        resampling: of the intervals.

    Raises:
        InvalidInput: no rows, shapes that do not fit, or a class that is not there.
    Source: Guo et al. 2017 (arXiv:1706.04599), section 2; Brier 1950; the basic interval, Davison and Hinkley
        1997, "Bootstrap methods and their application", section 5.2; consistency resampling, Bröcker and
        Smith 2007, "Increasing the reliability of reliability diagrams".
    """
    _check(probabilities, gold)
    chosen = resampling or Resampling()
    owners = np.arange(len(gold)) if groups is None else np.asarray(groups)
    rows = np.arange(len(gold))
    decided = probabilities.argmax(axis=1)
    sure, right = probabilities[rows, decided], decided == gold
    wanted = np.zeros_like(probabilities)
    wanted[rows, gold] = 1
    squares = ((probabilities - wanted) ** 2).sum(axis=1)
    losses = -np.log(np.maximum(probabilities[rows, gold], _LEAST_PROBABILITY))

    def mean(values: NDArray[np.float64]) -> Interval:
        return bootstrap(lambda drawn: float(values[drawn].mean()), owners, seed=chosen.seed, n=chosen.n)

    def error(binned: Calibration) -> Interval:
        found = bootstrap(
            lambda drawn: binned(sure[drawn], right[drawn]).error, owners, seed=chosen.seed, n=chosen.n
        )
        return _basic(found, by_chance=_error_by_chance(binned, sure, chosen))

    bins = bins_of(len(gold), n_bins)

    def by_mass(confidence: ArrayLike, hits: ArrayLike) -> Reliability:
        return reliability(confidence, hits, n_bins=bins)

    def by_width(confidence: ArrayLike, hits: ArrayLike) -> Reliability:
        return equal_width(confidence, hits, n_bins=bins)

    return CalibrationFigures(
        n=len(gold),
        accuracy=mean(right.astype(np.float64)),
        confidence=float(sure.mean()),
        ece_equal_width=error(by_width),
        ece_equal_mass=error(by_mass),
        mce=largest_gap(by_mass(sure, right)),
        brier=mean(squares),
        nll=mean(losses),
    )


def bins_of(n: int, most: int) -> int:
    """Return how many bins n texts are put into: fewer than the most where one would hold less than 20.

    Args:
        n: texts, at least 0.
        most: bins, at least 1.

    >>> bins_of(1000, 15), bins_of(76, 15), bins_of(5, 15)
    (15, 3, 1)
    """
    return max(min(most, n // _LEAST_IN_BIN), 1)


def equal_width(confidence: ArrayLike, right: ArrayLike, *, n_bins: int = N_BINS) -> Reliability:
    """Return confidence against accuracy in bins of equal width from 0 to 1; empty bins are left out.

    Args:
        confidence: (n,) probability of what was decided, from 0 to 1.
        right: (n,) bool, whether it was right.
        n_bins: at least 1; a bin holds its upper end.

    Raises:
        InvalidInput: shapes that do not fit, or n_bins below 1.
    Source: Guo et al. 2017 (arXiv:1706.04599), equation 3.

    >>> round(equal_width([0.95, 0.9, 0.6], [True, False, True], n_bins=10).error, 4)
    0.4833
    """
    sure, hits = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    if sure.ndim != 1 or sure.shape != hits.shape or n_bins < 1:
        raise InvalidInput(
            f"confidence and right must be (n,), n_bins at least 1. Got {sure.shape}, {hits.shape}, {n_bins}."
        )
    which = np.clip(np.ceil(sure * n_bins).astype(np.int64) - 1, 0, n_bins - 1)
    count = np.bincount(which, minlength=n_bins)
    kept = count > 0
    sums = [np.bincount(which, weights=values, minlength=n_bins) for values in (sure, hits)]
    mean, share = (total[kept] / count[kept] for total in sums)
    return Reliability(mean, share, count[kept].astype(np.int64))


def largest_gap(found: Reliability) -> float:
    """Return the maximum calibration error: the largest gap of confidence and accuracy; 0 for no rows.

    Source: Guo et al. 2017 (arXiv:1706.04599), equation 5.
    """
    return float(np.abs(found.confidence - found.accuracy).max(initial=0.0))


def fit_temperature(probabilities: NDArray[np.float64], gold: NDArray[np.int64]) -> float:
    """Return the number to divide logits by so that the right classes are likeliest, from 0.01 to 100.

    Args:
        probabilities: (n, n_labels), rows that sum to 1; their logarithms are logits but for a constant.
        gold: (n,) the right classes.

    Raises:
        InvalidInput: no rows, shapes that do not fit, or a class that is not there.
    Source: Guo et al. 2017 (arXiv:1706.04599), section 4.2; found by golden-section search.
    """
    _check(probabilities, gold)
    rows = np.arange(len(gold))

    def loss(at: float) -> float:
        found = with_temperature(probabilities, exp(at))[rows, gold]
        return float(-np.log(np.maximum(found, np.finfo(np.float64).tiny)).mean())

    low, high = -log(_HOTTEST), log(_HOTTEST)
    for _ in range(_STEPS):
        first, second = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, second) if loss(first) <= loss(second) else (first, high)
    return min(max(exp((low + high) / 2), 1 / _HOTTEST), _HOTTEST)


def with_temperature(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return (n, n_labels) probabilities whose logits are divided by a number.

    Args:
        probabilities: (n, n_labels), rows that sum to 1.
        temperature: above 0; 1 changes nothing.

    Raises:
        InvalidInput: the temperature is not above 0.
    """
    if not temperature > 0:
        raise InvalidInput(f"temperature must be above 0. Got {temperature}.")
    logits = np.log(np.maximum(probabilities, np.finfo(np.float64).tiny)) / temperature
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: NDArray[np.float64] = exponents / exponents.sum(axis=1, keepdims=True)
    return found


def _error_by_chance(binned: Calibration, sure: NDArray[np.float64], resampling: Resampling) -> float:
    """Return the error that 2.5 % of perfectly calibrated models with these confidences are above."""
    rng = np.random.default_rng(resampling.seed)
    errors = [binned(sure, rng.random(len(sure)) < sure).error for _ in range(resampling.n)]
    return float(np.quantile(errors, 0.975))


def _basic(found: Interval, *, by_chance: float) -> Interval:
    """Return the interval mirrored at the figure itself, within what an error can be."""
    low = 2 * found.value - found.high if found.value > by_chance else 0.0
    high = 2 * found.value - found.low
    return Interval(found.value, min(max(low, 0.0), found.value), min(max(high, found.value), 1.0))


def _check(probabilities: NDArray[np.float64], gold: NDArray[np.int64]) -> None:
    if probabilities.ndim != 2 or gold.shape != (len(probabilities),) or not gold.size:
        raise InvalidInput(
            f"probabilities must be (n, n_labels) and gold (n,), at least one row. Got {probabilities.shape} "
            f"and {gold.shape}."
        )
    if gold.min() < 0 or gold.max() >= probabilities.shape[1]:
        raise InvalidInput(
            f"Classes must be from 0 to {probabilities.shape[1] - 1}. Got {gold.min()} to {gold.max()}."
        )
