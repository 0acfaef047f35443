"""Measures a model of levels on labelled documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from metier.errors import InvalidInput
from metier.expertise.calibration import probabilities
from metier.expertise.data import LevelRow, group_rows, rows_sha256
from metier.expertise.metrics import (
    RESAMPLES,
    LevelFigures,
    LevelTable,
    compare_claims,
    compare_levels,
    evaluate_levels,
    macro_roc_auc,
)
from metier.expertise.model import N_LEVELS, LevelModel
from metier.training.charts import draw_confusion, draw_reliability
from metier.training.intervals import Interval
from metier.training.metrics import Reliability, confusion, reliability
from metier.types import Level

_FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class LevelEvaluation:
    """How well a model tells the levels of some documents.

    Attributes:
        model: its name.
        model_sha256: hash of its folder.
        rows_sha256: hash of texts and labels.
        figures: all of them.
        sensitive: personal fields that the model was trained with.
    """

    model: str
    model_sha256: str
    rows_sha256: str
    figures: LevelFigures
    sensitive: tuple[str, ...]


def evaluate_model(
    model: LevelModel, rows: Sequence[LevelRow], *, seed: int = 0, n: int = RESAMPLES
) -> LevelEvaluation:
    """Measure a model on rows that it did not learn from.

    Args:
        model: of any kind.
        rows: labelled documents, at least one.
        seed: of the resamples for intervals.
        n: resamples, at least 1.

    Raises:
        InvalidInput: no rows, or the model needs a reading and a row has none.
    """
    if not rows:
        raise InvalidInput("A model must be evaluated on labelled rows. Got none; name a file with labels.")
    figures = evaluate_levels(level_table(model, rows), model.calibration, seed=seed, n=n)
    return LevelEvaluation(model.name, model.sha256, rows_sha256(rows), figures, model.sensitive)


def level_table(model: LevelModel, rows: Sequence[LevelRow]) -> LevelTable:
    """Return what a model says of labelled documents, beside their labels and groups."""
    told = probabilities(model, [row.item for row in rows])
    return LevelTable(told, [row.label for row in rows], group_rows(rows))


def beats(first: LevelTable, second: LevelTable, *, seed: int = 0, n: int = RESAMPLES) -> Interval | None:
    """Return by how much the first model is above the second on the same rows, with a paired interval.

    In macro ROC-AUC of levels; where no two levels are known, in the ROC-AUC of claims; None where there is
    neither.

    Raises:
        InvalidInput: the tables are of other rows.
    """
    if len(set(first.exact().ranks.tolist())) >= _FEWEST:
        return compare_levels(first, second, macro_roc_auc, seed=seed, n=n)
    if len(set(first.claims().held.tolist())) >= _FEWEST:
        return compare_claims(first, second, seed=seed, n=n)
    return None


def level_reliability(table: LevelTable) -> Reliability:
    """Return the confidence in the likeliest level held against how often it is right; of exact labels."""
    exact = table.exact()
    confidence = exact.probabilities.max(axis=1, initial=0.0)
    right = exact.probabilities.argmax(axis=1) == exact.ranks if len(exact.ranks) else np.zeros(0, bool)
    return reliability(confidence, right)


def draw_levels(table: LevelTable, folder: Path) -> None:
    """Draw `reliability.svg` and `confusion.svg` of the rows whose level is known; nothing without any.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    exact = table.exact()
    if not len(exact.ranks):
        return
    told = exact.probabilities.argmax(axis=1)
    draw_reliability(level_reliability(table), folder / "reliability.svg", subject="levels")
    counts = confusion(exact.ranks, told, n_classes=N_LEVELS)
    draw_confusion(counts, [level.value for level in Level], folder / "confusion.svg")
