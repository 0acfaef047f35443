"""Levels by lines over pooled states: four questions, "is it at least this level?"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.engine.evaluation.figures import CHANCES, GOLD
from metier.engine.evaluation.protocol import Bench, CannotMeasure, Outcomes
from metier.expertise.application import LevelRange
from metier.expertise.level_texts import read_level_texts
from metier.expertise.logistic import choose_line, turned
from metier.expertise.ordinal import level_logits, softmax, threshold_answers
from metier.training.sets import DataSet, SetPart
from metier.types import Level

STRENGTHS: Final = (1.0, 0.2, 5.0)
N_FOLDS: Final = 3
_LEAST_SPREAD: Final = 1e-6


@dataclass(frozen=True, slots=True)
class LevelsMeasure:
    """Lines over mean and spread of the token states, of strengths that inner folds chose."""

    words: str = (
        "Logistic regressions over mean and spread of the token states, one for each question whether it is "
        "at least a level, fitted to the train part; their strengths chosen by inner folds."
    )
    parts: tuple[SetPart, ...] = (SetPart.TRAIN, SetPart.REPORT)

    def inputs(self, data: DataSet, sets: Mapping[str, DataSet]) -> Sequence[DataSet]:
        """Return the set alone."""
        del sets
        return [data]

    def measure(self, data: DataSet, bench: Bench) -> Outcomes:
        """Return the true level and the probability of each level for each row of the report part."""
        train, report = (read_level_texts(data.file(part)) for part in self.parts)
        if len({row.level for row in train}) < 2:
            raise CannotMeasure("its train part names fewer than two levels")
        pooled = bench.encoder.pooled([row.text for row in train])
        asked = bench.encoder.pooled([row.text for row in report])
        chances = level_chances(pooled, [row.level for row in train], asked, seed=bench.seed)
        columns = {
            GOLD: np.array([row.level.rank for row in report], np.float64),
            **dict(zip(CHANCES, chances.T, strict=True)),
        }
        facts = {"train rows": len(train)}
        return Outcomes(("roc_auc", "qwk", "adjacent"), columns, np.arange(len(report)), "texts", facts)


def level_chances(
    pooled: NDArray[np.float32], levels: Sequence[Level], asked: NDArray[np.float32], *, seed: int
) -> NDArray[np.float64]:
    """Return the probability of each level for each row that is asked of, (n_asked, 5).

    Args:
        pooled: (n, 2 * dim) of the rows that are learned from.
        levels: n of them.
        asked: (n_asked, 2 * dim).
        seed: of the inner folds.

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    center = pooled.mean(axis=0, dtype=np.float64)
    # By the root of the length too, so that strengths mean the same for any encoder.
    spread = np.maximum(pooled.std(axis=0, dtype=np.float64), _LEAST_SPREAD) * np.sqrt(pooled.shape[1])
    rows = turned((pooled - center) / spread)
    values = (asked - center) / spread
    folds = np.random.default_rng(seed).permutation(len(levels)) % N_FOLDS
    answers = threshold_answers([LevelRange.of(level) for level in levels])
    odds = np.zeros((len(asked), answers.shape[1]))
    for k, column in enumerate(answers.T):
        line = choose_line(rows, column, folds, strengths=STRENGTHS, balanced=True).line
        odds[:, k] = values @ line.weights + line.bias
    return softmax(level_logits(odds))
