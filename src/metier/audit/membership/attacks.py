"""Attacks on membership: from losses to scores that should be higher for members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.roc import (
    Curve,
    Resampling,
    auroc_interval,
    rate_interval,
    roc_curve,
    true_positive_rate_at,
)
from metier.errors import InvalidInput
from metier.training.intervals import Interval, bootstrap

LEAST_NON_MEMBERS: Final = {0.01: 100, 0.001: 1000}
"""Rate of false alarms, and non-members without which one false alarm is more than that."""
_OWN_SPREAD_FROM: Final = 64
_LEAST_LOSS: Final = 1e-12
_LEAST_SPREAD: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class AttackScores:
    """What an attack says of rows, higher for those that it takes for members.

    Attributes:
        members: (n,) finite scores.
        non_members: (m,) finite scores.
    """

    members: NDArray[np.float64]
    non_members: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AttackFigures:
    """How well an attack tells members from others.

    Attributes:
        auc: area under the ROC curve; 0.5 is chance.
        found_at_1_percent: share of members found while 1 % of non-members is taken for members; None with
            fewer than 100 of these.
        found_at_0_1_percent: the same at 0.1 %; None with fewer than 1,000.
        balanced_accuracy: with a threshold chosen on one half of the rows and measured on the other, both
            ways; 0.5 is chance.
        curve: ROC.
    """

    auc: Interval
    found_at_1_percent: Interval | None
    found_at_0_1_percent: Interval | None
    balanced_accuracy: Interval
    curve: Curve


def loss_scores(members: NDArray[np.float64], non_members: NDArray[np.float64]) -> AttackScores:
    """Return the attack by the loss alone: what is cheap was seen.

    Args:
        members: (n,) losses.
        non_members: (m,) losses.

    Source: Yeom et al. 2018 (arXiv:1709.01604), section 3.
    """
    return AttackScores(-members, -non_members)


def likelihood_ratio(
    losses: NDArray[np.float64], references: NDArray[np.float64], *, of_one_label: bool
) -> NDArray[np.float64]:
    """Return (n,) how much more a model likes rows than models that did not see them.

    The offline attack: a row's confidence under reference models is taken for normal, and the score says by
    how many standard deviations the model's own lies above it. With fewer than 64 references one spread is
    used for all rows, and with one reference the score is the difference alone.

    Args:
        losses: (n,) of the model under audit.
        references: (n_references, n) of models that were trained without these rows, at least one.
        of_one_label: losses are negative log-probabilities p of one label, and the confidence is
            log(p / (1 - p)), which is nearer to normal; else it is the loss with the other sign.

    Raises:
        InvalidInput: shapes that do not fit, or no reference.
    Source: Carlini et al. 2022 (arXiv:2112.03570), section 4.2, offline, with the global variance of section
        6.3; without labels the ratio of Mireshghallah et al. 2022 (arXiv:2203.03929), equation 3.
    """
    if references.ndim != 2 or not len(references) or references.shape[1:] != losses.shape:
        raise InvalidInput(
            f"references must be (n_references, {len(losses)}), at least one. Got {references.shape}."
        )
    own = _confidence(losses, of_one_label=of_one_label)
    others = np.stack([_confidence(row, of_one_label=of_one_label) for row in references])
    away: NDArray[np.float64] = own - others.mean(axis=0)
    if len(references) == 1:
        return away
    spread = others.std(axis=0, ddof=1)
    if len(references) < _OWN_SPREAD_FROM:
        spread = np.full_like(spread, np.sqrt((spread**2).mean()))
    found: NDArray[np.float64] = away / np.maximum(spread, _LEAST_SPREAD)
    return found


def attack_figures(
    scores: AttackScores, groups: NDArray[np.int64], resampling: Resampling | None = None
) -> AttackFigures:
    """Return how well an attack tells members from others, with 95 % intervals over texts.

    Args:
        scores: of the attack.
        groups: (n + m,) the text that each row comes from, members first.
        resampling: of the bootstrap.

    Raises:
        InvalidInput: one kind has no row, a score is not finite, or groups do not fit.
    """
    chosen = resampling or Resampling()
    curve = roc_curve(scores.members, scores.non_members)
    area = auroc_interval(scores.members, scores.non_members, groups=groups, resampling=chosen)
    found = {most: _found(scores, most, groups, chosen) for most in LEAST_NON_MEMBERS}
    return AttackFigures(area, found[0.01], found[0.001], balanced_accuracy(scores, groups, chosen), curve)


def balanced_accuracy(
    scores: AttackScores, groups: NDArray[np.int64], resampling: Resampling | None = None
) -> Interval:
    """Return the mean of both kinds' shares of right answers, the threshold chosen on other rows.

    Rows are cut in halves by their groups; each half's best threshold decides the other.

    Args:
        scores: of the attack.
        groups: (n + m,) the text that each row comes from, members first.
        resampling: of the bootstrap and the halves.

    Raises:
        InvalidInput: one kind has no row, a score is not finite, or groups do not fit.
    """
    chosen = resampling or Resampling()
    roc_curve(scores.members, scores.non_members)
    values = np.concatenate([scores.members, scores.non_members])
    member = np.arange(len(values)) < len(scores.members)
    if groups.shape != values.shape:
        raise InvalidInput(f"groups must name the text of all {len(values)} rows. Got {groups.shape}.")
    right = np.full(len(values), 0.5)
    halves = _halves(groups, member, chosen.seed)
    for half in (False, True):
        threshold = _best_threshold(values[halves != half], member[halves != half])
        right[halves == half] = (values[halves == half] >= threshold) == member[halves == half]

    def mean(rows: NDArray[np.int64]) -> float:
        own = member[rows]
        if own.all() or not own.any():
            return float("nan")
        return float((right[rows[own]].mean() + right[rows[~own]].mean()) / 2)

    return bootstrap(mean, groups, seed=chosen.seed, n=chosen.n)


def _confidence(losses: NDArray[np.float64], *, of_one_label: bool) -> NDArray[np.float64]:
    if not of_one_label:
        return -losses
    found: NDArray[np.float64] = -np.log(np.expm1(np.clip(losses, _LEAST_LOSS, 700.0)))
    return found


def _found(
    scores: AttackScores, most: float, groups: NDArray[np.int64], resampling: Resampling
) -> Interval | None:
    if len(scores.non_members) < LEAST_NON_MEMBERS[most]:
        return None
    return rate_interval(
        lambda members, others: true_positive_rate_at(members, others, most=most),
        scores.members,
        scores.non_members,
        of=len(scores.members),
        groups=groups,
        resampling=resampling,
    )


def _halves(groups: NDArray[np.int64], member: NDArray[np.bool_], seed: int) -> NDArray[np.bool_]:
    """Return which half each row is in: groups of members, and the others, are dealt out in turn."""
    rng = np.random.default_rng(seed)
    first = np.unique(groups[member])
    kinds = (first, np.setdiff1d(groups, first))
    chosen = [rng.permutation(kind)[1::2] for kind in kinds]
    return np.isin(groups, np.concatenate(chosen))


def _best_threshold(values: NDArray[np.float64], member: NDArray[np.bool_]) -> float:
    """Return the threshold with the best balanced accuracy; with one kind alone, one that takes all rows."""
    if member.all() or not member.any():
        return -np.inf
    thresholds = np.unique(values)
    found = np.searchsorted(np.sort(values[member]), thresholds)
    passed = np.searchsorted(np.sort(values[~member]), thresholds)
    gain = passed / (~member).sum() - found / member.sum()
    return float(thresholds[int(gain.argmax())])
