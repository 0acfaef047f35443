"""How well levels are told: every figure with its interval, and two models held against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.errors import InvalidInput
from metier.expertise.application import LevelRange
from metier.expertise.conformal import conformal_scores
from metier.expertise.model import N_LEVELS, Calibration
from metier.training.intervals import Interval, bootstrap, paired_bootstrap
from metier.training.metrics import average_precision, class_scores, confusion, reliability
from metier.types import Level

RESAMPLES: Final = 1000


@dataclass(frozen=True, slots=True, eq=False)
class LevelTable:
    """Documents whose levels were told, and what is known of each.

    Attributes:
        probabilities: (n, 5) float64, rows of sum 1.
        labels: n of them.
        groups: (n,) of texts that are nearly the same; resampled together.

    Raises:
        InvalidInput: they do not fit together.
    """

    probabilities: NDArray[np.float64]
    labels: Sequence[LevelRange]
    groups: NDArray[np.int64]

    def __post_init__(self) -> None:
        n = len(self.labels)
        if self.probabilities.shape != (n, N_LEVELS) or self.groups.shape != (n,):
            raise InvalidInput(
                f"There must be {N_LEVELS} probabilities, a label and a group for each row. Got shapes "
                f"{self.probabilities.shape}, ({n},) and {self.groups.shape}."
            )

    def exact(self) -> ExactTable:
        """Return the rows whose level is known."""
        ranks = np.array([-1 if (level := label.exact) is None else level.rank for label in self.labels])
        known = ranks >= 0
        return ExactTable(ranks[known].astype(np.int64), self.probabilities[known], self.groups[known])

    def claims(self) -> ClaimTable:
        """Return the rows of which it is known whether a claimed level holds."""
        asked, held = [], []
        for label in self.labels:
            from_above, from_below = label.high is Level.LEAD, label.low is Level.INTERN
            claim = not label.exact and from_above != from_below
            asked.append(0 if not claim else label.low.rank if from_above else label.high.rank + 1)
            held.append(from_above)
        ranks = np.array(asked, np.int64)
        rows = np.flatnonzero(ranks)
        chances = np.array([self.probabilities[i, ranks[i] :].sum() for i in rows], np.float64)
        return ClaimTable(np.array(held, bool)[rows], chances, self.groups[rows])


@dataclass(frozen=True, slots=True, eq=False)
class ExactTable:
    """Rows whose level is known: (m,) its rank, (m, 5) probabilities, (m,) groups."""

    ranks: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    groups: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ClaimTable:
    """Rows of which a claim is known to hold or not: (m,) bool, (m,) the chance told for it, (m,) groups."""

    held: NDArray[np.bool_]
    chances: NDArray[np.float64]
    groups: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """How well levels are told. A figure that no row speaks to is None.

    Attributes:
        rows: how many there are.
        exact_rows: those of them whose level is known; all figures but the last three are of these.
        counts: of each level among these.
        roc_auc: mean over the levels that there are of `roc_auc_of`.
        roc_auc_of: of each level against all others: chance that a document of the level is given a higher
            probability of it than one of another level.
        pr_auc: mean of `pr_auc_of`.
        pr_auc_of: mean precision of each level.
        qwk: quadratic weighted kappa of the likeliest level, -1 to 1.
        mae: mean distance of the likeliest level from the true one, in levels.
        adjacent: share of likeliest levels that are at most one off.
        accuracy: share of right ones.
        macro_f1: mean over the levels that there are, or that were told.
        calibration_error: expected calibration error of the likeliest level's probability.
        confusion: rows by true level, columns by likeliest.
        coverage: share of sets that hold a level that the label allows; of all rows.
        set_size: mean number of levels in them; of all rows.
        claims_auc: ROC-AUC of the probability of the claimed level or more; of rows that say whether it holds
            and not which one does.
    """

    rows: int
    exact_rows: int
    counts: Mapping[str, int]
    roc_auc: Interval | None
    roc_auc_of: Mapping[str, Interval]
    pr_auc: Interval | None
    pr_auc_of: Mapping[str, Interval]
    qwk: Interval | None
    mae: Interval | None
    adjacent: Interval | None
    accuracy: Interval | None
    macro_f1: Interval | None
    calibration_error: Interval | None
    confusion: tuple[tuple[int, ...], ...]
    coverage: Interval | None
    set_size: Interval | None
    claims_auc: Interval | None


Figure = Callable[[NDArray[np.int64], NDArray[np.float64]], float]
"""A figure of (m,) true ranks and (m, 5) probabilities; nan where it has none."""


def evaluate_levels(
    table: LevelTable, calibration: Calibration | None = None, *, seed: int = 0, n: int = RESAMPLES
) -> LevelFigures:
    """Return every figure of some documents with 95 % intervals, resampling groups.

    Args:
        table: probabilities and labels.
        calibration: by which sets are made; None for no figures of sets.
        seed: of the draws.
        n: resamples, at least 1.

    Raises:
        InvalidInput: n below 1.
    """
    exact, claims = table.exact(), table.claims()
    figure = partial(_figure, exact, seed=seed, n=n)
    present = [level for level in Level if (exact.ranks == level.rank).any()]
    several = present if len(present) > 1 else []
    sets = _set_figures(table, calibration, seed=seed, n=n) if calibration and len(table.labels) else None
    decided = exact.probabilities.argmax(axis=1)
    return LevelFigures(
        rows=len(table.labels),
        exact_rows=len(exact.ranks),
        counts={level.value: int((exact.ranks == level.rank).sum()) for level in present},
        roc_auc=figure(macro_roc_auc) if several else None,
        roc_auc_of={level.value: _known(figure(partial(level_roc_auc, level))) for level in several},
        pr_auc=figure(macro_pr_auc) if present else None,
        pr_auc_of={level.value: _known(figure(partial(level_pr_auc, level))) for level in present},
        qwk=figure(_decided(quadratic_weighted_kappa)),
        mae=figure(_decided(mean_distance)),
        adjacent=figure(_decided(adjacent_accuracy)),
        accuracy=figure(_decided(lambda gold, told: float((gold == told).mean()))),
        macro_f1=figure(_decided(macro_f1)),
        calibration_error=figure(calibration_error),
        confusion=tuple(map(tuple, confusion(exact.ranks, decided, n_classes=N_LEVELS).tolist())),
        coverage=sets[0] if sets else None,
        set_size=sets[1] if sets else None,
        claims_auc=_claims_auc(claims, seed=seed, n=n),
    )


def compare_levels(
    first: LevelTable,
    second: LevelTable,
    figure: Figure,
    *,
    seed: int = 0,
    n: int = RESAMPLES,
) -> Interval:
    """Return by how much a figure of the first is above the second's on the same rows, with its interval.

    Args:
        first: of one model.
        second: of another, of the same rows.
        figure: such as `macro_roc_auc`; of rows whose level is known.
        seed: of the draws.
        n: resamples, at least 1.

    Raises:
        InvalidInput: the labels differ, or no level is known.
    """
    _check_same(first, second)
    one, other = first.exact(), second.exact()
    return paired_bootstrap(
        lambda rows: figure(one.ranks[rows], one.probabilities[rows]),
        lambda rows: figure(other.ranks[rows], other.probabilities[rows]),
        one.groups,
        seed=seed,
        n=n,
    )


def compare_claims(first: LevelTable, second: LevelTable, *, seed: int = 0, n: int = RESAMPLES) -> Interval:
    """Return by how much the ROC-AUC of claims of the first is above the second's, with its interval.

    Args:
        first: of one model.
        second: of another, of the same rows.
        seed: of the draws.
        n: resamples, at least 1.

    Raises:
        InvalidInput: the labels differ, or of no row it is known whether a claim holds.
    """
    _check_same(first, second)
    one, other = first.claims(), second.claims()
    return paired_bootstrap(
        lambda rows: roc_auc(one.held[rows], one.chances[rows]),
        lambda rows: roc_auc(other.held[rows], other.chances[rows]),
        one.groups,
        seed=seed,
        n=n,
    )


def roc_auc(gold: ArrayLike, scores: ArrayLike) -> float:
    """Return the chance that a right item has a higher score than a wrong one; equals count half.

    Args:
        gold: (n,) bool, whether an item is right.
        scores: (n,), higher is better.

    Returns:
        0 to 1; nan where all items are right, or none.

    Raises:
        InvalidInput: shapes that do not fit.
    Source: Mann and Whitney 1947; Hanley and McNeil 1982.

    >>> roc_auc([True, False, True, False], [0.9, 0.8, 0.7, 0.7])
    0.625
    """
    right, values = np.asarray(gold, bool), np.asarray(scores, np.float64)
    if right.ndim != 1 or right.shape != values.shape:
        raise InvalidInput(f"gold and scores must be (n,). Got {right.shape} and {values.shape}.")
    above, below = values[right], np.sort(values[~right])
    if not above.size or not below.size:
        return float("nan")
    beaten = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(beaten.sum() / (2 * above.size * below.size))


def level_roc_auc(level: Level, ranks: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Return the ROC-AUC of one level against all others; nan without both."""
    return roc_auc(ranks == level.rank, probabilities[:, level.rank])


def level_pr_auc(level: Level, ranks: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Return the mean precision of one level; nan where no row has it."""
    return average_precision(ranks == level.rank, probabilities[:, level.rank])


def macro_roc_auc(ranks: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Return the mean ROC-AUC of the levels that there are; nan for fewer than two."""
    return _mean_known([level_roc_auc(level, ranks, probabilities) for level in Level])


def macro_pr_auc(ranks: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Return the mean precision over the levels that there are; nan for none."""
    return _mean_known([level_pr_auc(level, ranks, probabilities) for level in Level])


def quadratic_weighted_kappa(gold: NDArray[np.int64], told: NDArray[np.int64]) -> float:
    """Return the agreement of ranks beyond chance, distances squared: 1 for all, 0 for none beyond it.

    Args:
        gold: (n,) from 0 to 4.
        told: (n,) likewise.

    Returns:
        -1 to 1; nan where all ranks are one and the same.
    Source: Cohen 1968, "Weighted kappa".

    >>> round(quadratic_weighted_kappa(np.array([0, 1, 2, 3]), np.array([0, 1, 2, 2])), 4)
    0.875
    """
    expected = gold.var() + told.var() + (gold.mean() - told.mean()) ** 2
    return float(1 - ((gold - told) ** 2).mean() / expected) if expected > 0 else float("nan")


def mean_distance(gold: NDArray[np.int64], told: NDArray[np.int64]) -> float:
    """Return the mean absolute error, in levels, of (n,) ranks told against (n,) true ones."""
    return float(np.abs(gold - told).mean())


def adjacent_accuracy(gold: NDArray[np.int64], told: NDArray[np.int64]) -> float:
    """Return the share of (n,) ranks told that are at most one off the (n,) true ones."""
    return float((np.abs(gold - told) <= 1).mean())


def macro_f1(gold: NDArray[np.int64], told: NDArray[np.int64]) -> float:
    """Return the mean F1 of the levels that are true of a row or told of one."""
    return class_scores(confusion(gold, told, n_classes=N_LEVELS)).macro_f1


def calibration_error(ranks: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Return the expected calibration error of the likeliest level's probability, bins of equal mass."""
    told = probabilities.argmax(axis=1)
    return reliability(probabilities.max(axis=1), told == ranks).error


def _check_same(first: LevelTable, second: LevelTable) -> None:
    if list(first.labels) != list(second.labels) or not np.array_equal(first.groups, second.groups):
        raise InvalidInput("Two models must be compared on the same rows. Their labels or groups differ.")


def _decided(figure: Callable[[NDArray[np.int64], NDArray[np.int64]], float]) -> Figure:
    """Return a figure of the likeliest level."""
    return lambda ranks, probabilities: figure(ranks, probabilities.argmax(axis=1))


def _figure(table: ExactTable, figure: Figure, *, seed: int, n: int) -> Interval | None:
    if not len(table.ranks):
        return None
    found = bootstrap(
        lambda rows: figure(table.ranks[rows], table.probabilities[rows]), table.groups, seed=seed, n=n
    )
    return None if np.isnan(found.value) else found


def _set_figures(
    table: LevelTable, calibration: Calibration, *, seed: int, n: int
) -> tuple[Interval, Interval]:
    scores = conformal_scores(table.probabilities)
    kept = scores <= calibration.quantile
    ranks = [range(label.low.rank, label.high.rank + 1) for label in table.labels]
    held = np.array([row[list(allowed)].any() for row, allowed in zip(kept, ranks, strict=True)], float)
    sizes = kept.sum(axis=1).astype(float)
    held_share = bootstrap(lambda rows: float(held[rows].mean()), table.groups, seed=seed, n=n)
    return held_share, bootstrap(lambda rows: float(sizes[rows].mean()), table.groups, seed=seed, n=n)


def _claims_auc(claims: ClaimTable, *, seed: int, n: int) -> Interval | None:
    if len(set(claims.held.tolist())) < 2:
        return None
    return bootstrap(
        lambda rows: roc_auc(claims.held[rows], claims.chances[rows]), claims.groups, seed=seed, n=n
    )


def _mean_known(figures: Sequence[float]) -> float:
    known = [figure for figure in figures if not np.isnan(figure)]
    return float(np.mean(known)) if known else float("nan")


def _known(found: Interval | None) -> Interval:
    return found or Interval(float("nan"), float("nan"), float("nan"))
