"""Scores of short answers by the product's own regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metier.engine.evaluation.figures import GOLD, TOLD
from metier.engine.evaluation.protocol import Bench, CannotMeasure, Outcomes
from metier.interview.short_answers.build import LEAST_ROWS, MOST_ROWS, texts_of
from metier.interview.short_answers.folds import question_key
from metier.interview.short_answers.regression import Regression, read_inputs
from metier.interview.short_answers.rows import MAX_SCORE, ScoreRow, read_score_rows
from metier.interview.short_answers.texts import Readings, Usual
from metier.training.sets import DataSet, SetPart


@dataclass(frozen=True, slots=True)
class ScoresMeasure:
    """The regression of `metier interview score`, fitted to the train part."""

    words: str = (
        "The regression of `metier interview score`, fitted to the train part: likeness of answers to graded "
        "ones, by words and by the encoder's states. Blank answers are worth 0. Resampled by question."
    )
    parts: tuple[SetPart, ...] = (SetPart.TRAIN, SetPart.REPORT)

    def inputs(self, data: DataSet, sets: Mapping[str, DataSet]) -> Sequence[DataSet]:
        """Return the set alone."""
        del sets
        return [data]

    def measure(self, data: DataSet, bench: Bench) -> Outcomes:
        """Return the graders' score and ours of each answer of the report part."""
        train, report = (read_score_rows(data.file(part)).rows for part in self.parts)
        learned = [row for row in train if not row.is_blank]
        if not LEAST_ROWS <= len(learned) <= MOST_ROWS:
            raise CannotMeasure(
                f"its train part must hold from {LEAST_ROWS} to {MOST_ROWS:,} answers that are not blank"
            )
        told = predicted_scores(learned, report, Readings(bench.encoder))
        columns = {GOLD: graded(report), TOLD: told}
        known = {question_key(row) for row in learned}
        questions = [question_key(row) for row in report]
        new = sum(key not in known for key in questions)
        places = {key: i for i, key in enumerate(dict.fromkeys(questions))}
        groups = np.array([places[key] for key in questions], np.int64)
        facts = {
            "train rows": len(learned),
            "questions": len(places),
            "answers to new questions": new,
        }
        return Outcomes(("r", "rmse"), columns, groups, "answers", facts)


def predicted_scores(
    learned: Sequence[ScoreRow], asked: Sequence[ScoreRow], readings: Readings
) -> NDArray[np.float64]:
    """Return the score of each answer, (n_asked,) from 0 to 5, by a regression over other answers.

    Args:
        learned: graded answers, none blank.
        asked: answers; a blank one is worth 0.
        readings: of the encoder.
    """
    usual = Usual.of(texts_of(learned), readings)
    regression = Regression.fit(read_inputs(learned, readings, usual), graded(learned)[:, None])
    said = [i for i, row in enumerate(asked) if not row.is_blank]
    found = np.zeros(len(asked))
    if said:
        inputs = read_inputs([asked[i] for i in said], readings, usual)
        found[said] = np.clip(regression.predict(inputs)[:, 0], 0, MAX_SCORE)
    return found


def graded(rows: Sequence[ScoreRow]) -> NDArray[np.float64]:
    """Return the graders' scores, (n,)."""
    return np.array([np.nan if row.score is None else row.score for row in rows], np.float64)
