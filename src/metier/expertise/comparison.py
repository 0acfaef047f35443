"""Several kinds of models of levels on the same rows, each row told by models that did not learn from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.expertise.baselines import Baseline, BaselineTrainer
from metier.expertise.calibration import calibrate
from metier.expertise.data import LevelRow, check_enough, fold_rows, group_rows, rows_sha256
from metier.expertise.evaluation import beats
from metier.expertise.metrics import RESAMPLES, LevelFigures, LevelTable, evaluate_levels
from metier.expertise.ordinal import softmax
from metier.expertise.trainable import TrainableLevels
from metier.expertise.training import check_readings
from metier.training.intervals import Interval
from metier.training.output import Watch

Learners = Mapping[str, Callable[[int], TrainableLevels]]
"""By name, what gives a learner for each fold, so that a network may have a run folder for each."""


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """How models are compared.

    Attributes:
        folds: at least 2.
        seed: of the folds and of resampling.
        resamples: for intervals, at least 1.

    Raises:
        InvalidInput: a number out of its range.
    """

    folds: int = 5
    seed: int = 0
    resamples: int = RESAMPLES

    def __post_init__(self) -> None:
        if self.folds < 2 or self.resamples < 1:
            raise InvalidInput(
                f"folds must be at least 2 and resamples at least 1. Got {self.folds} and {self.resamples}."
            )


@dataclass(frozen=True, slots=True)
class Gap:
    """By how much one model is above another on the same rows; an interval without 0 tells the two apart."""

    first: str
    second: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of a comparison.

    Attributes:
        rows: how many there are.
        folds: how many.
        rows_sha256: hash of texts and labels.
        figures: by name of model, in the order given, then the baselines. Sets of levels are left out: each
            fold would have a quantile of its own.
        gaps: of each two models, and of each model and baseline: in macro ROC-AUC, or in the ROC-AUC of
            claims where no two levels are known.
    """

    rows: int
    folds: int
    rows_sha256: str
    figures: Mapping[str, LevelFigures]
    gaps: tuple[Gap, ...]


def compare_learners(
    rows: Sequence[LevelRow], learners: Learners, options: ComparisonOptions, watch: Watch
) -> Comparison:
    """Compare kinds of models, and the baselines, by cross-validation on the same folds.

    Folds are stratified by label, and texts that are nearly the same share one. The temperature for a fold is
    fitted to what models said of the other folds' rows without having learned from them.

    Args:
        rows: labelled documents.
        learners: at least one, by name; none named like a baseline.
        options: folds and resamples.
        watch: told how it goes.

    Raises:
        InvalidInput: no learners, one named like a baseline, too few rows or levels outside of some fold, or
            rows lack what a kind of model needs.
        MissingExtra: the `train` extra is not installed.
    """
    taken = sorted(set(learners) & {knows.value for knows in Baseline})
    if not learners or taken:
        raise InvalidInput(f"Name models to compare, none like a baseline. Got {', '.join(taken) or 'none'}.")
    folds = fold_rows(rows, n_folds=options.folds, seed=options.seed)
    for fold in range(options.folds):
        check_enough(_chosen(rows, folds != fold), share=1 - 1 / options.folds)
    for make in learners.values():
        check_readings(rows, make(0))
    every = {**learners, **{knows.value: _always(BaselineTrainer(knows)) for knows in Baseline}}
    groups, labels = group_rows(rows), [row.label for row in rows]
    tables = {
        name: LevelTable(across_folds(rows, folds, make, watch, name=name), labels, groups)
        for name, make in every.items()
    }
    seed, n = options.seed, options.resamples
    figures = {name: evaluate_levels(table, seed=seed, n=n) for name, table in tables.items()}
    pairs = [*combinations(learners, 2), *((name, knows.value) for name in learners for knows in Baseline)]
    gaps = [(pair, beats(tables[pair[0]], tables[pair[1]], seed=seed, n=n)) for pair in pairs]
    found = tuple(Gap(first, second, gap) for (first, second), gap in gaps if gap is not None)
    return Comparison(len(rows), options.folds, rows_sha256(rows), figures, found)


def across_folds(
    rows: Sequence[LevelRow],
    folds: NDArray[np.int64],
    make: Callable[[int], TrainableLevels],
    watch: Watch,
    *,
    name: str,
) -> NDArray[np.float64]:
    """Return calibrated probabilities of each row by a model that did not learn from its fold, (n, 5).

    Args:
        rows: n of them.
        folds: (n,) from 0.
        make: gives the learner of a fold.
        watch: told how it goes.
        name: of the kind of model, to tell.
    """
    logits = np.zeros((len(rows), 5))
    for fold in np.unique(folds).tolist():
        watch.say(f"{name}: fold {fold + 1} of {int(folds.max()) + 1}.")
        own = folds == fold
        model = make(fold).fit(_chosen(rows, ~own), [], watch)
        logits[own] = model.logits([row.item for row in _chosen(rows, own)])
    told = np.zeros_like(logits)
    for fold in np.unique(folds).tolist():
        own = folds == fold
        found = calibrate(logits[~own], _chosen(rows, ~own))
        told[own] = softmax(logits[own] / found.temperature)
    return told


def _chosen(rows: Sequence[LevelRow], kept: NDArray[np.bool_]) -> list[LevelRow]:
    return [row for row, keeps in zip(rows, kept.tolist(), strict=True) if keeps]


def _always(learner: TrainableLevels) -> Callable[[int], TrainableLevels]:
    return lambda _: learner
