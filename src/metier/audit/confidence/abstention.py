"""What a classifier gains by leaving the texts that it is least sure of to a person."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, lgamma, log, log1p
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.audit.roc import Resampling
from metier.errors import InvalidInput
from metier.training.intervals import Interval, bootstrap, wilson

_ERROR_OF_CHOICE: Final = 0.05
_STEPS: Final = 20
_STARTS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class RiskCurve:
    """The share of wrong answers over the share of texts that are answered.

    Attributes:
        coverage: (n,) share of texts answered, the surest first, rising to 1.
        risk: (n,) share of wrong answers among them, as expected where equal confidences are in any order.
    """

    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Area under the curve: the mean risk over all coverages; 0 for no rows."""
        return float(self.risk.mean()) if self.risk.size else 0.0


@dataclass(frozen=True, slots=True)
class Abstention:
    """A confidence below which a text is left to a person, and what that gave on other texts.

    Attributes:
        threshold: answer where the probability of the likeliest class is at least this.
        n_chosen: texts that it was chosen on.
        chosen_coverage: share of these that are answered.
        chosen_risk: share of wrong answers among these.
        coverage: share of other texts that are answered.
        risk: share of wrong answers among those; None if none is answered.
    """

    threshold: float
    n_chosen: int
    chosen_coverage: float
    chosen_risk: float
    coverage: Interval
    risk: Interval | None


def risk_curve(confidence: ArrayLike, right: ArrayLike) -> RiskCurve:
    """Return risk over coverage.

    Args:
        confidence: (n,) how sure a decision is.
        right: (n,) bool, whether it was right.

    Raises:
        InvalidInput: shapes that do not fit.
    Source: Geifman and El-Yaniv 2017 (arXiv:1705.08500), section 2; the area, Geifman et al. 2018
        (arXiv:1805.08206).

    >>> risk_curve([0.9, 0.8, 0.7, 0.6], [True, True, False, True]).risk.round(3).tolist()
    [0.0, 0.0, 0.333, 0.25]
    """
    sure, hits = _checked(confidence, right)
    n = len(sure)
    order = np.argsort(-sure, kind="stable")
    values, wrong = sure[order], 1.0 - hits[order]
    _, first, count = np.unique(-values, return_index=True, return_counts=True)
    # Equal confidences may come in any order, so each of them stands for their mean.
    wrong = np.repeat(np.add.reduceat(wrong, first) / count, count) if n else wrong
    answered = np.arange(1, n + 1)
    return RiskCurve(answered / max(n, 1), np.cumsum(wrong) / np.maximum(answered, 1))


def area_interval(
    confidence: ArrayLike, right: ArrayLike, *, groups: ArrayLike, resampling: Resampling
) -> Interval:
    """Return the area under the curve of risk over coverage with its 95 % interval.

    Args:
        confidence: (n,) how sure a decision is.
        right: (n,) bool, whether it was right.
        groups: (n,) the text that each row comes from.
        resampling: of the bootstrap.

    Raises:
        InvalidInput: shapes that do not fit, or no rows.
    """
    sure, hits = _checked(confidence, right)
    return bootstrap(
        lambda rows: risk_curve(sure[rows], hits[rows]).area, groups, seed=resampling.seed, n=resampling.n
    )


def choose_threshold(confidence: ArrayLike, right: ArrayLike, *, target_risk: float) -> float | None:
    """Return the lowest confidence at or above which the risk is at most a target with 95 %.

    Twenty thresholds, from as few of the surest texts as could show the target to all of them, are tried by
    exact binomial tests, in an order that is fixed beforehand: from each of four starts on towards more texts
    until one fails, with a quarter of the 5 % each. So the 95 % hold for the one that is chosen. A single
    start at the surest texts would end wherever one of these few is wrong.

    Args:
        confidence: (n,) how sure a decision is.
        right: (n,) bool, whether it was right.
        target_risk: share of wrong answers that is borne, above 0, below 1.

    Returns:
        None where no threshold can be shown to keep the target.

    Raises:
        InvalidInput: shapes that do not fit, or a target out of range.
    Source: fixed-sequence testing with several starts, Angelopoulos et al. 2021 (arXiv:2110.01052).
    """
    sure, hits = _checked(confidence, right)
    if not 0 < target_risk < 1:
        raise InvalidInput(f"target_risk must be above 0 and below 1. Got {target_risk}.")
    level = _ERROR_OF_CHOICE / _STARTS
    n, fewest = len(sure), ceil(log(level) / log1p(-target_risk))
    if n < fewest:
        return None
    ordered = np.sort(sure)[::-1]
    thresholds = ordered[np.linspace(fewest, n, _STEPS).round().astype(np.int64) - 1]
    chosen = None
    for start in range(0, _STEPS, _STEPS // _STARTS):
        for threshold in thresholds[start:]:
            answered = sure >= threshold
            wrong = round(float((1 - hits[answered]).sum()))
            if binomial_tail(wrong, int(answered.sum()), target_risk) > level:
                break
            chosen = float(threshold) if chosen is None else min(chosen, float(threshold))
    return chosen


def verified(
    threshold: float,
    chosen_on: tuple[NDArray[np.float64], NDArray[np.bool_]],
    others: tuple[NDArray[np.float64], NDArray[np.bool_]],
) -> Abstention:
    """Return what a threshold gives on the texts that it was chosen on, and on others.

    Args:
        threshold: of the confidence.
        chosen_on: (n,) confidence and whether it was right, of the first; at least one at the threshold.
        others: (m,) the same of the second, at least one.
    """
    first = chosen_on[0] >= threshold
    answered = others[0] >= threshold
    n_answered = int(answered.sum())
    wrong = int((answered & ~others[1]).sum())
    return Abstention(
        threshold=threshold,
        n_chosen=len(first),
        chosen_coverage=float(first.mean()),
        chosen_risk=float((~chosen_on[1][first]).mean()),
        coverage=wilson(n_answered, len(answered)),
        risk=wilson(wrong, n_answered) if n_answered else None,
    )


def binomial_tail(hits: int, trials: int, share: float) -> float:
    """Return the chance of at most some hits in independent trials.

    Args:
        hits: from 0 to trials.
        trials: at least 1.
        share: chance of a hit, above 0, below 1.

    >>> round(binomial_tail(0, 59, 0.05), 4), binomial_tail(3, 3, 0.5)
    (0.0485, 1.0)
    """
    logs = [
        lgamma(trials + 1)
        - lgamma(k + 1)
        - lgamma(trials - k + 1)
        + k * log(share)
        + (trials - k) * log1p(-share)
        for k in range(hits + 1)
    ]
    highest = max(logs)
    return min(exp(highest) * float(np.exp(np.array(logs) - highest).sum()), 1.0)


def _checked(confidence: ArrayLike, right: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    sure, hits = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    if sure.ndim != 1 or sure.shape != hits.shape:
        raise InvalidInput(f"confidence and right must be (n,). Got {sure.shape} and {hits.shape}.")
    return sure, hits
