"""Fits the model that grades to labelled answers, and measures it on questions that it was not fitted to."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.dialogue import Grade, Manner
from metier.encoders.folder import ModelCard
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput
from metier.interview.features import NAMES, FeatureReader, PointFeatures
from metier.interview.grading import Grader, doubted, find_clues, gold_verdict, summarise
from metier.interview.grading_head import (
    CONTRADICTED,
    EARNED,
    MANNERS,
    N_CLUES,
    NONE,
    TOUCHED,
    GradingHead,
    GradingWeights,
    Thresholds,
    save_grading_head,
)
from metier.interview.labelled import LabelledAnswer
from metier.training.output import Origin, check_empty
from metier.training.schedule import derived_seed

FOLDS: Final = 5
_SURE: Final = tuple(round(0.05 * i, 2) for i in range(20))
_LEAST: Final = 40
_LEAST_FOLDS: Final = 3
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class GraderOptions:
    """How a grading model is fitted.

    Attributes:
        accuracy: share of right verdicts to reach among those that are given without a doubt, 0 to 1; as few
            verdicts as that takes are doubted.
        point_strength: inverse strength of regularisation of the model of points, above 0.
        manner_strength: of those of manners, above 0.
        seed: of the folds.

    Raises:
        InvalidInput: a number out of its range.
    """

    accuracy: float = 0.75
    point_strength: float = 0.3
    manner_strength: float = 10.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.accuracy <= 1:
            raise InvalidInput(f"accuracy must be above 0 and at most 1. Got {self.accuracy}.")
        for name in ("point_strength", "manner_strength"):
            if not 0 < getattr(self, name) < math.inf:
                raise InvalidInput(f"{name} must be above 0 and finite. Got {getattr(self, name)}.")


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Everything that is fitted to.

    Attributes:
        features: (n_points, n_features) of the points of all answers.
        classes: (n_points,) what the answer does to each.
        point_folds: (n_points,).
        vectors: (n_answers, dim) of the answers.
        rows: the answers, with their features as they come.
        manners: (n_answers, n_manners).
        answer_folds: (n_answers,).
    """

    features: NDArray[np.float32]
    classes: NDArray[np.int64]
    point_folds: NDArray[np.int64]
    vectors: NDArray[np.float32]
    rows: tuple[tuple[LabelledAnswer, PointFeatures], ...]
    manners: NDArray[np.bool_]
    answer_folds: NDArray[np.int64]


def fit_grader(
    rows: Sequence[LabelledAnswer],
    encoder: Encoder,
    output: Path,
    *,
    origin: Origin,
    options: GraderOptions | None = None,
    say: Say = lambda _: None,
) -> ModelCard:
    """Fit a grading model to labelled answers, write it, and return its card.

    Where a verdict is doubted, and the figures in the card, come from answers to questions that the part at
    hand was not fitted to, by five-fold cross-validation over questions; a question and its translations are
    in one fold.

    Args:
        rows: labelled answers.
        encoder: reads them, and is the one that the model is for.
        output: an empty folder for the model.
        origin: what the card says of it; training data and metrics are added.
        options: how.
        say: told how it goes.

    Raises:
        InvalidInput: fewer than 40 rows, too few questions for three folds, a class or a manner that hardly
            comes, or the output is not empty.
        MissingExtra: scikit-learn is not installed.
    """
    check_empty(output)
    options = options or GraderOptions()
    say(f"Reading {len(rows):,} answers.")
    center = sentence_center(rows, encoder)
    reader = FeatureReader(encoder, center, remember=True)
    data = _collect(rows, reader, folds_by_question(rows, seed=options.seed))
    _check(rows, data)
    found = cross_validated(rows, reader, data, options)
    figures = measure(rows, found.grades)
    say(f"On questions that were not fitted to: {figures}")
    whole = _fitted(data, center, np.ones(len(data.classes), bool), encoder, options)
    said = replace(
        origin,
        training_data={**origin.training_data, "labelled answers": _digest(rows)},
        metrics={**origin.metrics, "cross_validation": figures},
    )
    return save_grading_head(whole.weights, found.thresholds, output, said, encoder_sha256=encoder.sha256)


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """Grades of answers by models that were not fitted to their fold.

    Attributes:
        grades: one for each answer.
        thresholds: those for a model that is fitted to all; the grades of a fold are doubted by a threshold
            that was chosen on the others.
    """

    grades: list[Grade]
    thresholds: Thresholds


def grade_across_folds(
    rows: Sequence[LabelledAnswer], folds: Sequence[int], encoder: Encoder, options: GraderOptions
) -> list[Grade]:
    """Return the grade of each answer by a model that was not fitted to its fold.

    Args:
        rows: labelled answers.
        folds: the fold of each.
        encoder: reads them.
        options: how models are fitted.

    Raises:
        InvalidInput: as for `fit_grader`.
        MissingExtra: scikit-learn is not installed.
    """
    reader = FeatureReader(encoder, sentence_center(rows, encoder), remember=True)
    data = _collect(rows, reader, folds)
    _check(rows, data)
    return cross_validated(rows, reader, data, options).grades


def folds_by_question(rows: Sequence[LabelledAnswer], *, seed: int = 0) -> list[int]:
    """Return the fold of each answer; a question and its translations, which share its id, are in one."""
    return [derived_seed("grader", seed, row.question.id) % FOLDS for row in rows]


def cross_validated(
    rows: Sequence[LabelledAnswer], reader: FeatureReader, data: _Rows, options: GraderOptions
) -> CrossValidated:
    """Fit a model to all folds but one, for each fold, and grade that one with it."""
    center = reader.center
    heads = {
        fold: _fitted(data, center, data.point_folds != fold, reader.encoder, options)
        for fold in np.unique(data.answer_folds).tolist()
    }
    plain = _graded_with(rows, heads, data, reader)
    tried = {
        sure: [
            doubted(grade, row.question, Thresholds(sure=sure))
            for row, grade in zip(rows, plain, strict=True)
        ]
        for sure in _SURE
    }
    chosen = {fold: _least_sure(rows, tried, data.answer_folds != fold, options.accuracy) for fold in heads}
    grades = [tried[chosen[fold]][i] for i, fold in enumerate(data.answer_folds.tolist())]
    everywhere = np.ones(len(rows), bool)
    return CrossValidated(grades, Thresholds(sure=_least_sure(rows, tried, everywhere, options.accuracy)))


def sentence_center(rows: Sequence[LabelledAnswer], encoder: Encoder) -> NDArray[np.float32]:
    """Return the usual token state, (dim,) float32, over the references of the questions of some rows."""
    texts = sorted({text for row in rows for point in row.question.points for text in point.references})
    if not texts:
        raise InvalidInput("Labelled answers must be to questions with points. Got none; name other files.")
    total, n_tokens = np.zeros(encoder.dim), 0
    for reading in encoder.read_all(texts):
        total += reading.states.sum(axis=0, dtype=np.float64)
        n_tokens += len(reading.states)
    return (total / max(1, n_tokens)).astype(np.float32)


def measure(rows: Sequence[LabelledAnswer], grades: Sequence[Grade]) -> dict[str, Any]:
    """Return how well grades agree with labels.

    Returns:
        Of points: precision, recall and F1 of `earned`, F1 of contradictions, mean squared error of the
        probability (Brier). Of answers: share of right verdicts, the same among grades without a doubt and
        how many these are. Of each manner: F1 and count.
    """
    graded = [(row, grade) for row, grade in zip(rows, grades, strict=True) if row.question.points]
    gold, said, chance = [], [], []
    for row, grade in graded:
        for point in (*grade.matched, *grade.missing):
            gold.append(point.point in row.earned)
            said.append(point in grade.matched)
            chance.append(point.probability)
    right = [grade.verdict is gold_verdict(row) for row, grade in graded]
    calm = [is_right for is_right, (_, grade) in zip(right, graded, strict=True) if not grade.abstains]
    against = _f1(
        [bool(row.wrong) for row, _ in graded], [grade.has(Manner.CONTRADICTS) for _, grade in graded]
    )
    return {
        "points": {**_f1(gold, said), "brier": _rounded(np.mean((np.array(chance) - gold) ** 2))},
        "contradictions": against,
        "verdicts": {
            "accuracy": _rounded(np.mean(right)),
            "accuracy_without_doubt": _rounded(np.mean(calm)) if calm else None,
            "share_without_doubt": _rounded(len(calm) / len(right)),
            "n": len(right),
        },
        "manners": {
            manner.value: _f1(
                [manner in row.manners for row in rows], [grade.has(manner) for grade in grades]
            )
            for manner in MANNERS
        },
    }


def _collect(rows: Sequence[LabelledAnswer], reader: FeatureReader, folds: Sequence[int]) -> _Rows:
    features, classes, point_folds, vectors, manners, answer_folds = [], [], [], [], [], []
    kept: list[tuple[LabelledAnswer, PointFeatures]] = []
    for row, fold in zip(rows, folds, strict=True):
        reading = reader.answer(row.answer)
        found = reader.features(row.question, reading)
        features.append(found.values)
        for point in row.question.points:
            classes.append(_class(row, point.id))
            point_folds.append(fold)
        vectors.append(reading.whole)
        kept.append((row, found))
        manners.append([manner in row.manners for manner in MANNERS])
        answer_folds.append(fold)
    return _Rows(
        np.concatenate([np.zeros((0, len(NAMES)), np.float32), *features]),
        np.array(classes, np.int64),
        np.array(point_folds, np.int64),
        np.array(vectors, np.float32),
        tuple(kept),
        np.array(manners, bool),
        np.array(answer_folds, np.int64),
    )


def _class(row: LabelledAnswer, point_id: str) -> int:
    for group, kind in ((row.earned, EARNED), (row.wrong, CONTRADICTED), (row.partly, TOUCHED)):
        if point_id in group:
            return kind
    return NONE


def _check(rows: Sequence[LabelledAnswer], data: _Rows) -> None:
    if len(rows) < _LEAST or len(set(data.point_folds.tolist())) < _LEAST_FOLDS:
        raise InvalidInput(
            f"A grading model needs at least {_LEAST} answers to a dozen questions. Got {len(rows)} to "
            f"{len({row.question.id for row in rows})}."
        )
    counts = np.bincount(data.classes, minlength=4)
    names = ("none", "partly", "wrong", "earned")
    if counts.min() < FOLDS:
        raise InvalidInput(
            f"Points must be earned, partly made, contradicted and left out at least {FOLDS} times each. "
            f"{names[int(counts.argmin())]} comes {counts.min()} times; label more answers."
        )
    # A part without any cannot be fitted to, and each fold is left out once.
    lone = [names[kind] for kind in range(4) if _n_folds(data.point_folds[data.classes == kind]) < 2]
    lone += [
        str(manner)
        for manner, column in zip(MANNERS, data.manners.T, strict=True)
        if _n_folds(data.answer_folds[column]) < 2
    ]
    if lone:
        raise InvalidInput(
            f"Each label must come in answers to several questions. {lone[0]!r} does not; label some."
        )


def _n_folds(folds: NDArray[np.int64]) -> int:
    return len(np.unique(folds))


def _fitted(
    data: _Rows,
    center: NDArray[np.float32],
    points: NDArray[np.bool_],
    encoder: Encoder,
    options: GraderOptions,
) -> GradingHead:
    """Return a head fitted to some of the points, and to the answers of the same folds."""
    mean = data.features[points].mean(axis=0).astype(np.float32)
    scale = np.maximum(data.features[points].std(axis=0), 1e-6).astype(np.float32)
    standard = (data.features[points] - mean) / scale
    point_weights = _logistic(standard, data.classes[points], options.point_strength)
    n_manners = (len(MANNERS), len(center) + N_CLUES + 1)
    weights = GradingWeights(center, mean, scale, point_weights, np.zeros(n_manners, np.float32))
    head = GradingHead("fitted", "", encoder.sha256, weights, Thresholds())
    answers = np.isin(data.answer_folds, np.unique(data.point_folds[points]))
    given = _clues(data, answers, head)
    manners = [
        _logistic(given, column.astype(np.int64), options.manner_strength)
        for column in data.manners[answers].T
    ]
    return replace(head, weights=replace(weights, manners=np.concatenate(manners)))


def _clues(data: _Rows, answers: NDArray[np.bool_], head: GradingHead) -> NDArray[np.float32]:
    """Return what manners are told by, for some answers: (n, dim + n_clues)."""
    clues = []
    for number in np.flatnonzero(answers):
        row, features = data.rows[number]
        summary = summarise(row.question, features, head.points(features.values))
        clues.append(find_clues(row.answer, summary))
    vectors = data.vectors[answers] - head.weights.center
    return np.concatenate([vectors, np.array(clues, np.float32)], axis=1)


def _logistic(
    features: NDArray[np.float32], classes: NDArray[np.int64], strength: float
) -> NDArray[np.float32]:
    """Return the weights of a logistic regression, the bias last.

    Returns:
        (4, n_features + 1) for four classes, (1, n_features + 1) for two.
    """
    model = require("sklearn.linear_model").LogisticRegression(C=strength, max_iter=3000)
    model.fit(features, classes)
    weights = np.concatenate([model.coef_, model.intercept_[:, None]], axis=1)
    return np.asarray(weights, np.float32)


def _graded_with(
    rows: Sequence[LabelledAnswer],
    heads: Mapping[int, GradingHead],
    data: _Rows,
    reader: FeatureReader,
) -> list[Grade]:
    """Return the grade of each answer by the head that was not fitted to its fold, whatever its chance."""
    graders = {
        fold: Grader(reader.encoder, replace(head, thresholds=Thresholds(sure=0.0)), reader=reader)
        for fold, head in heads.items()
    }
    return [
        graders[fold].grade(row.question, row.answer, language=row.language)
        for row, fold in zip(rows, data.answer_folds.tolist(), strict=True)
    ]


def _least_sure(
    rows: Sequence[LabelledAnswer],
    tried: Mapping[float, Sequence[Grade]],
    counted: NDArray[np.bool_],
    accuracy: float,
) -> float:
    """Return the least chance from which on verdicts are right as often as is asked for."""
    for sure, grades in tried.items():
        calm = [
            grade.verdict is gold_verdict(row)
            for row, grade, counts in zip(rows, grades, counted, strict=True)
            if counts and row.question.points and not grade.abstains
        ]
        if calm and float(np.mean(calm)) >= accuracy:
            return sure
    return max(tried)


def _f1(gold: Sequence[bool], said: Sequence[bool]) -> dict[str, float | int]:
    both = sum(a and b for a, b in zip(gold, said, strict=True))
    precision = both / max(1, sum(said))
    recall = both / max(1, sum(gold))
    f1 = 2 * precision * recall / max(1e-12, precision + recall)
    return {
        "precision": _rounded(precision),
        "recall": _rounded(recall),
        "f1": _rounded(f1),
        "n": int(sum(gold)),
    }


def _rounded(value: Any) -> float:
    return round(float(value), 4)


def _digest(rows: Sequence[LabelledAnswer]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        facts = [row.bank, row.language, row.question.id, row.answer]
        groups = [sorted(group) for group in (row.earned, row.partly, row.wrong, row.manners)]
        digest.update(json.dumps([facts, groups]).encode() + b"\n")
    return digest.hexdigest()
