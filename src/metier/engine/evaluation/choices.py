"""Choices by a ridge regression over vectors: which candidate an input stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import TextKind
from metier.engine.evaluation.protocol import Bench, Outcomes
from metier.interview.training.rows import Choices, answers_of, fold_numbers, read_choices
from metier.training.sets import DataSet, SetPart
from metier.training.splits import near_duplicates

PENALTIES: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
N_FOLDS: Final = 5
_LEAST_LENGTH: Final = 1e-12


@dataclass(frozen=True, slots=True)
class ChoicesMeasure:
    """A ridge regression of what is right over the inputs' vectors, its penalty chosen by inner folds."""

    words: str = (
        "A ridge regression from the vectors of the inputs to what is right, fitted to the train part; its "
        "penalty chosen by inner folds. The candidate rated highest is chosen; a tie counts as wrong. "
        "Resampled by answer, near-copies together."
    )
    parts: tuple[SetPart, ...] = (SetPart.TRAIN, SetPart.REPORT)

    def inputs(self, data: DataSet, sets: Mapping[str, DataSet]) -> Sequence[DataSet]:
        """Return the set alone."""
        del sets
        return [data]

    def measure(self, data: DataSet, bench: Bench) -> Outcomes:
        """Return for each input of the report part whether the choice is right, and the margin."""
        train, report = (read_choices(data.file(part)) for part in self.parts)
        vectors, asked = (
            bench.encoder.encode(part.inputs, kind=TextKind.QUERY).astype(np.float64)
            for part in (train, report)
        )
        penalty = best_penalty(vectors, train, seed=bench.seed)
        told = ridge(vectors, train.right.astype(np.float64), penalty, asked)
        margins = choice_margins(told, known_right(train.candidates, report))
        columns = {"accuracy": (margins > 0).astype(np.float64), "margin": margins}
        groups = np.array(near_duplicates(answers_of(report.inputs)), np.int64)
        facts = {
            "candidates": len(train.candidates),
            "answers": len(np.unique(groups)),
            "train rows": len(train.inputs),
            "penalty": penalty,
        }
        return Outcomes(("accuracy", "margin"), columns, groups, "inputs", facts)


def ridge(
    vectors: NDArray[np.float64],
    targets: NDArray[np.float64],
    penalty: float,
    asked: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return what a ridge regression says of other rows, (n_asked, n_targets).

    Args:
        vectors: (n, dim).
        targets: (n, n_targets).
        penalty: of squared weights, against the sum of squared errors, above 0; in units of the mean squared
            length of a row, so that it means the same for any encoder.
        asked: (n_asked, dim).
    Source: Hoerl and Kennard 1970; the dual form, Saunders et al. 1998.
    """
    center, mean = vectors.mean(axis=0), targets.mean(axis=0)
    own = vectors - center
    products = own @ own.T
    unit = max(float(np.trace(products)) / len(own), _LEAST_LENGTH)
    dual = np.linalg.solve(products + penalty * unit * np.eye(len(own)), targets - mean)
    found: NDArray[np.float64] = (asked - center) @ (own.T @ dual) + mean
    return found


def best_penalty(vectors: NDArray[np.float64], train: Choices, *, seed: int) -> float:
    """Return the penalty by which most inputs of other folds are chosen right.

    Of equals, the one with the least squared error counts. Near-copies of an input share a fold. Inputs
    that are all alike get the middle penalty.
    """
    n_folds = min(N_FOLDS, len(set(near_duplicates(answers_of(train.inputs)))))
    if n_folds < 2:
        return PENALTIES[len(PENALTIES) // 2]
    folds = fold_numbers(train, n_folds, seed=seed)
    targets = train.right.astype(np.float64)
    tried = []
    for penalty in PENALTIES:
        told = np.zeros_like(targets)
        for fold in np.unique(folds):
            rest = folds != fold
            told[~rest] = ridge(vectors[rest], targets[rest], penalty, vectors[~rest])
        n_wrong = int((choice_margins(told, train.right) <= 0).sum())
        tried.append((n_wrong, float(((told - targets) ** 2).mean()), penalty))
    return min(tried)[2]


def known_right(candidates: Sequence[str], report: Choices) -> NDArray[np.bool_]:
    """Return which of the candidates that were learned are right for each input, (n_inputs, n_candidates)."""
    place = {candidate: i for i, candidate in enumerate(report.candidates)}
    right = np.zeros((len(report.inputs), len(candidates)), bool)
    for i, candidate in enumerate(candidates):
        if candidate in place:
            right[:, i] = report.right[:, place[candidate]]
    return right


def choice_margins(told: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return by how much the best right candidate is rated above the best other one, (n_inputs,).

    Args:
        told: (n_inputs, n_candidates) ratings.
        right: likewise; of an input without a right one among them the margin is minus the spread.
    """
    rival = np.where(right, -np.inf, told).max(axis=1)
    best = np.where(right, told, -np.inf).max(axis=1)
    lowest = told.min(axis=1)
    margins: NDArray[np.float64] = np.where(right.any(axis=1), best, lowest) - np.where(
        right.all(axis=1), lowest, rival
    )
    return margins
