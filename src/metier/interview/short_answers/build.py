"""Trains scores of short answers, and predicts answers out of fold, from models that did not see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.folder import ModelCard
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput
from metier.interview.short_answers.conformal import Residuals
from metier.interview.short_answers.evaluate import figures
from metier.interview.short_answers.folds import (
    answer_folds,
    answer_key,
    question_folds,
    question_groups,
    question_key,
)
from metier.interview.short_answers.regression import Inputs, Regression, read_inputs
from metier.interview.short_answers.rows import MAX_SCORE, ScoreRow, ScoreSet
from metier.interview.short_answers.scorer import ScoreModel
from metier.interview.short_answers.texts import Readings, Usual
from metier.training.output import Origin, Watch

LEAST_ROWS: Final = 20
MOST_ROWS: Final = 5_000
N_FOLDS: Final = 10


def train_scores(
    data: ScoreSet,
    encoder: Encoder,
    output: Path,
    origin: Origin,
    *,
    seed: int = 0,
    watch: Watch | None = None,
) -> ModelCard:
    """Train a model on graded answers, write its folder, and return the card.

    `metrics` of the card has figures of out-of-fold predictions: `unseen_answers`, and `unseen_questions`
    where there are at least two questions. The weights of the kernels are those of the whole file; see
    `docs/reference/benchmarks.md` for figures without any such leak.

    Args:
        data: graded answers; blank ones are left out.
        encoder: in use.
        output: a folder that does not exist yet or is empty.
        origin: what the card says of it.
        seed: of the folds.
        watch: told how it goes.

    Raises:
        InvalidInput: too few or too many answers, a score is missing, or the folder is not empty.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise InvalidInput(f"{output} must be a new or empty folder. Name another one.")
    told = watch or Watch()
    rows = [row for row in data.rows if not row.is_blank]
    told.say(f"{data.name}: {len(rows):,} answers to {len({*map(question_key, rows)}):,} questions.")
    model, metrics = fit_scores(rows, Readings(encoder), name=origin.name, seed=seed)
    trained = {**origin.training_data, data.name: data.sha256}
    return model.save(output, replace(origin, training_data=trained, metrics={**origin.metrics, **metrics}))


def fit_scores(
    rows: Sequence[ScoreRow], readings: Readings, *, name: str = "", seed: int = 0
) -> tuple[ScoreModel, dict[str, Any]]:
    """Return a model of graded answers, none blank, and the figures of its out-of-fold predictions.

    Raises:
        InvalidInput: too few or too many answers, or a score is missing.
    """
    scores = _scores(rows)
    usual = Usual.of(texts_of(rows), readings)
    inputs = read_inputs(rows, readings, usual)
    regression = Regression.fit(inputs, scores[:, None])
    folds = {"seen": answer_folds(rows, N_FOLDS, seed=seed)}
    several = len(np.unique(question_groups(rows))) > 1
    if several:
        folds["unseen"] = question_folds(rows, N_FOLDS, seed=seed)
    predicted = {key: np.full(len(rows), np.nan) for key in ("seen", "unseen")}
    for key, fold in folds.items():
        predicted[key] = _refitted(inputs, scores, fold, regression.weights)
    predicted["seen"][~_has_others(inputs.questions, folds["seen"])] = np.nan
    residuals = Residuals.of(scores, predicted, highest=MAX_SCORE)
    answers = np.unique(np.array([answer_key(row) for row in rows], np.uint64))
    model = ScoreModel(name, "", readings.encoder.sha256, usual, regression, residuals, answers)
    return model, _metrics(rows, scores, predicted)


def out_of_fold(
    rows: Sequence[ScoreRow], readings: Readings, folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return a score for each answer from a model that learned from the other folds alone.

    All is learned anew for each fold: what is usual in texts, the weights of the kernels, the regression.

    Args:
        rows: graded answers, n of them, none blank.
        readings: of the encoder.
        folds: (n,).

    Returns:
        (n,) from 0 to 5.
    """
    scores = _scores(rows)
    found = np.zeros(len(rows))
    for fold in np.unique(folds).tolist():
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        usual = Usual.of(texts_of([rows[i] for i in inside.tolist()]), readings)
        inputs = read_inputs(rows, readings, usual)
        regression = Regression.fit(inputs.take(inside), scores[inside, None])
        found[outside] = regression.predict(inputs.take(outside))[:, 0]
    return np.clip(found, 0, MAX_SCORE)


def texts_of(rows: Sequence[ScoreRow]) -> list[str]:
    """Return all texts of some rows."""
    return [text for row in rows for text in (row.question, *row.references, row.answer)]


def _refitted(
    inputs: Inputs, scores: NDArray[np.float64], folds: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    found = np.full(len(scores), np.nan)
    for fold in np.unique(folds).tolist():
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(inside):
            continue
        regression = Regression.fit(inputs.take(inside), scores[inside, None], weights)
        found[outside] = np.clip(regression.predict(inputs.take(outside))[:, 0], 0, MAX_SCORE)
    return found


def _has_others(questions: NDArray[np.uint64], folds: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for each row whether another fold holds an answer to its question."""
    pairs = set(zip(questions.tolist(), folds.tolist(), strict=True))
    n_folds: dict[int, int] = {}
    for question, _ in pairs:
        n_folds[question] = n_folds.get(question, 0) + 1
    return np.array([n_folds[question] > 1 for question in questions.tolist()], bool)


def _scores(rows: Sequence[ScoreRow]) -> NDArray[np.float64]:
    if not LEAST_ROWS <= len(rows) <= MOST_ROWS:
        raise InvalidInput(
            f"Training needs from {LEAST_ROWS} to {MOST_ROWS:,} graded answers that are not blank. "
            f"Got {len(rows):,}."
        )
    if any(row.score is None for row in rows):
        raise InvalidInput("Each answer must have a score. Some have none: grade them, or leave them out.")
    return np.array([row.score for row in rows], np.float64)


def _metrics(
    rows: Sequence[ScoreRow], scores: NDArray[np.float64], predicted: dict[str, NDArray[np.float64]]
) -> dict[str, Any]:
    questions = np.array([question_key(row) for row in rows], np.uint64)
    found: dict[str, Any] = {}
    for key, name in (("seen", "unseen_answers"), ("unseen", "unseen_questions")):
        known = ~np.isnan(predicted[key])
        if known.any():
            part = figures(scores[known], predicted[key][known], questions[known])
            found[name] = {"n": int(known.sum()), **part}
    return found
