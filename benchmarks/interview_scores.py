"""Measures scores of short answers against people's, and a classifier on the same features.

`asag-mohler` (Mohler et al. 2011): answers of students to questions of computer science, scored from 0 to 5
by two people; the target is the mean of both. `asag-beetle` (SemEval-2013 task 7): answers about circuits, in
five classes or two. Both are divided twice: so that a question has answers in all folds (unseen answers), and
so that it has all of them in one (unseen questions). Near-copies of an answer share a fold, and so do
near-copies of a question or of a reference. All is learned anew in each fold from the other folds alone; what
a classifier chooses besides, its balance between classes, is chosen on inner folds of those.

    python benchmarks/interview_scores.py mohler --data FOLDER --output mohler.json
    python benchmarks/interview_scores.py coverage --data FOLDER --output coverage.json
    python benchmarks/interview_scores.py beetle --data FOLDER --output beetle.json
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metier.encoders.load import BASE, Runtime, load_encoder, shipped_models
from metier.interview.short_answers.build import fit_scores, out_of_fold, texts_of
from metier.interview.short_answers.evaluate import measured
from metier.interview.short_answers.features import FEATURES
from metier.interview.short_answers.folds import (
    answer_folds,
    question_folds,
    question_groups,
    question_key,
)
from metier.interview.short_answers.regression import Inputs, Regression, read_inputs
from metier.interview.short_answers.rows import Columns, ScoreRow, read_score_rows
from metier.interview.short_answers.texts import Readings, Usual
from metier.training.intervals import Interval, bootstrap, paired_bootstrap

SEED = 2027
N_FOLDS = 10
N_BEETLE_FOLDS = 5
N_INNER_FOLDS = 3
N_COVERED = 3
LEVEL = 0.9
FLOORS = {"cosine": "cosine-reference", "lexical": "stems-f"}
BALANCES = (0.0, 0.25, 0.5, 0.75, 1.0)
N_BINS = 10
CLASSES = ("correct", "partially_correct_incomplete", "contradictory", "irrelevant", "non_domain")

Vector = NDArray[np.float64]
Folds = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Division:
    """One of the two ways of dividing answers.

    Attributes:
        name: of the way.
        folds: (n,) the fold of each answer.
        groups: (n,) what the bootstrap draws.
    """

    name: str
    folds: Folds
    groups: NDArray[np.int64]


def main() -> None:
    """Run what was asked for and write its figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["mohler", "coverage", "beetle"])
    parser.add_argument("--data", type=Path, required=True, help="folder with asag-mohler and asag-beetle")
    parser.add_argument("--output", type=Path, required=True, help="gets the figures, as JSON")
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    readings = Readings(load_encoder(shipped_models()[BASE], Runtime(threads=arguments.threads)))
    run = {"mohler": mohler, "coverage": coverage, "beetle": beetle}[arguments.what]
    found = run(arguments.data, readings)
    content = json.dumps(found, indent=2)
    arguments.output.write_text(content + "\n", encoding="utf-8")
    print(content)


def mohler(data: Path, readings: Readings) -> dict[str, Any]:
    """Return the figures of scores and floors, and those of one grader beside the other."""
    path = data / "asag-mohler" / "train.csv"
    rows = read_score_rows(path).rows
    truth = np.array([row.score for row in rows], np.float64)
    questions = np.array([question_key(row) for row in rows], np.uint64)
    found: dict[str, Any] = {"n_answers": len(rows), "n_questions": len(np.unique(questions))}
    with path.open(encoding="utf-8", newline="") as file:
        graders = [(float(row["score_me"]), float(row["score_other"])) for row in csv.DictReader(file)]
    one, other = np.array(graders).T
    found["graders"] = _figures(one, other, questions, np.arange(len(rows)))
    found["graders"]["mean_difference"] = round(float((one - other).mean()), 4)
    for division in divisions(rows, N_FOLDS):
        say(division.name)
        predicted = {"model": out_of_fold(rows, readings, division.folds)}
        predicted |= floors(rows, readings, truth, division.folds)
        found[division.name] = {
            name: _figures(truth, values, questions, division.groups) for name, values in predicted.items()
        }
        found[division.name]["model over cosine"] = _gain(truth, predicted, division.groups)
    return found


def coverage(data: Path, readings: Readings) -> dict[str, Any]:
    """Return how often the intervals hold the score, on some of the folds, as the product makes them."""
    rows = read_score_rows(data / "asag-mohler" / "train.csv").rows
    found: dict[str, Any] = {"level": LEVEL}
    for division in divisions(rows, N_FOLDS):
        inside, widths, groups = [], [], []
        for fold in range(N_COVERED):
            say(f"{division.name}, fold {fold}")
            learned = [row for row, own in zip(rows, division.folds, strict=True) if own != fold]
            numbers = np.flatnonzero(division.folds == fold)
            model, _ = fit_scores(learned, readings)
            asked = [rows[i] for i in numbers.tolist()]
            for row, item in zip(asked, model.predict(asked, readings, level=LEVEL), strict=True):
                inside.append(row.score is not None and item.low <= row.score <= item.high)
                widths.append(item.high - item.low)
            groups += division.groups[numbers].tolist()
        held = np.array(inside, np.float64)
        share = bootstrap(lambda chosen, held=held: float(held[chosen].mean()), groups, seed=SEED)
        found[division.name] = {
            "n_answers": len(held),
            "covered": _rounded(share),
            "mean_width": round(float(np.mean(widths)), 3),
        }
    return found


def beetle(data: Path, readings: Readings) -> dict[str, Any]:
    """Return the macro-F1 of a classifier on the same kernels, and of floors, in five classes and in two."""
    path = data / "asag-beetle" / "train.jsonl"
    rows = read_score_rows(path, Columns(reference="reference_answers"), graded=False).rows
    lines = path.read_text(encoding="utf-8").splitlines()
    five = np.array([CLASSES.index(json.loads(line)["label5"]) for line in lines if line.strip()])
    found: dict[str, Any] = {"n_answers": len(rows), "n_questions": len({*map(question_key, rows)})}
    kinds = {"5-way": five, "2-way": np.minimum(five, 1)}
    for division in divisions(rows, N_BEETLE_FOLDS):
        for name, predicted in classified(rows, readings, kinds, division).items():
            found[f"{division.name}, {name}"] = {
                system: _rounded(bootstrap(_macro_f1(kinds[name], values), division.groups, seed=SEED))
                for system, values in predicted.items()
            }
    return found


def divisions(rows: Sequence[ScoreRow], n_folds: int) -> list[Division]:
    """Return both ways of dividing answers."""
    return [
        Division("unseen answers", answer_folds(rows, n_folds, seed=SEED), np.arange(len(rows))),
        Division("unseen questions", question_folds(rows, n_folds, seed=SEED), question_groups(rows)),
    ]


def floors(rows: Sequence[ScoreRow], readings: Readings, truth: Vector, folds: Folds) -> dict[str, Vector]:
    """Return out-of-fold scores of simple systems: one feature through a straight line, and question means.

    A question's mean is drawn to the mean of all as by one more answer with that; it is that for a new one.
    """
    inputs = read_inputs(rows, readings, Usual.of(texts_of(rows), readings))
    found = {name: np.zeros(len(rows)) for name in (*FLOORS, "question mean")}
    for fold in np.unique(folds).tolist():
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        for name, feature in FLOORS.items():
            values = inputs.features[:, FEATURES.index(feature)].astype(np.float64)
            found[name][outside] = np.clip(_line(values[inside], truth[inside], values[outside]), 0, 5)
        overall = float(truth[inside].mean())
        for i in outside.tolist():
            own = truth[inside][inputs.questions[inside] == inputs.questions[i]]
            found["question mean"][i] = (own.sum() + overall) / (len(own) + 1)
    return found


def classified(
    rows: Sequence[ScoreRow], readings: Readings, kinds: Mapping[str, NDArray[np.int64]], division: Division
) -> dict[str, dict[str, NDArray[np.int64]]]:
    """Return the out-of-fold class of each answer, by kind of labels and system."""
    systems = ("model", "majority", *FLOORS)
    found = {kind: {name: np.zeros(len(rows), np.int64) for name in systems} for kind in kinds}
    for fold in np.unique(division.folds).tolist():
        say(f"{division.name}, fold {fold}")
        inside, outside = np.flatnonzero(division.folds != fold), np.flatnonzero(division.folds == fold)
        learned = [rows[i] for i in inside.tolist()]
        inputs = read_inputs(rows, readings, Usual.of(texts_of(learned), readings))
        known, asked = inputs.take(inside), inputs.take(outside)
        inner_folds = _inner_folds(learned, division.name)
        for kind, labels in kinds.items():
            own = labels[inside]
            found[kind]["majority"][outside] = np.bincount(own).argmax()
            found[kind]["model"][outside] = classify(known, own, asked, inner_folds)
            for name, feature in FLOORS.items():
                column = FEATURES.index(feature)
                values = known.features[:, column], asked.features[:, column]
                found[kind][name][outside] = binned(values[0], own, values[1])
    return found


def classify(
    known: Inputs, labels: NDArray[np.int64], asked: Inputs, inner_folds: Folds
) -> NDArray[np.int64]:
    """Return classes by one regression for each against the rest; their balance is chosen on inner folds."""
    targets = np.eye(int(labels.max()) + 1)[labels]
    regression = Regression.fit(known, targets)
    inner = np.zeros_like(targets)
    for fold in np.unique(inner_folds).tolist():
        inside, outside = np.flatnonzero(inner_folds != fold), np.flatnonzero(inner_folds == fold)
        part = Regression.fit(known.take(inside), targets[inside], regression.weights)
        inner[outside] = part.predict(known.take(outside))
    shares = targets.mean(axis=0)
    everyone = np.arange(len(labels))
    gains = [_macro_f1(labels, _decided(inner, shares, balance))(everyone) for balance in BALANCES]
    return _decided(regression.predict(asked), shares, BALANCES[int(np.argmax(gains))])


def binned(
    known: NDArray[np.float32], labels: NDArray[np.int64], asked: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Return classes by one feature: the likeliest in each of ten bins, with the best balance in training."""
    edges = np.quantile(known, np.linspace(0, 1, N_BINS + 1)[1:-1])
    bins = np.searchsorted(edges, known), np.searchsorted(edges, asked)
    targets = np.eye(int(labels.max()) + 1)[labels]
    shares, everyone = targets.mean(axis=0), np.arange(len(labels))
    inside = [targets[bins[0] == i] for i in range(N_BINS)]
    table = np.array([(own.sum(axis=0) + shares) / (len(own) + 1) for own in inside])
    gains = [_macro_f1(labels, _decided(table, shares, b)[bins[0]])(everyone) for b in BALANCES]
    return _decided(table, shares, BALANCES[int(np.argmax(gains))])[bins[1]]


def say(words: str) -> None:
    """Tell how it goes."""
    print(words, file=sys.stderr, flush=True)


def _line(known: Vector, truth: Vector, asked: Vector) -> Vector:
    """Return the scores of a straight line by least squares; the mean where the feature is constant."""
    centered = known - known.mean()
    slope = float(centered @ truth) / max(float(centered @ centered), 1e-9)
    return truth.mean() + slope * (asked - known.mean())


def _inner_folds(rows: Sequence[ScoreRow], name: str) -> Folds:
    divide = answer_folds if name == "unseen answers" else question_folds
    return divide(rows, N_INNER_FOLDS, seed=SEED)


def _decided(expected: Vector, shares: Vector, balance: float) -> NDArray[np.int64]:
    return (np.maximum(expected, 1e-6) / shares**balance).argmax(axis=1)


def _macro_f1(
    labels: NDArray[np.int64], predicted: NDArray[np.int64]
) -> Callable[[NDArray[np.int64]], float]:
    """Return the mean F1 of the classes that occur in all of the labels, as a function of rows."""
    n_classes = int(labels.max()) + 1

    def figure(rows: NDArray[np.int64]) -> float:
        pairs = np.bincount(labels[rows] * n_classes + predicted[rows], minlength=n_classes**2)
        table = pairs.reshape(n_classes, n_classes)
        hits, total = np.diag(table), table.sum(axis=0) + table.sum(axis=1)
        return float(np.mean(2 * hits / np.maximum(total, 1)))

    return figure


def _figures(
    truth: Vector, predicted: Vector, questions: NDArray[np.uint64], groups: NDArray[np.int64]
) -> dict[str, Any]:
    found = measured(truth, predicted, questions, groups=groups, seed=SEED)
    return {name: _rounded(interval) for name, interval in found.items()}


def _gain(truth: Vector, predicted: dict[str, Vector], groups: NDArray[np.int64]) -> dict[str, float]:
    def r(name: str) -> Callable[[NDArray[np.int64]], float]:
        return lambda rows: float(np.corrcoef(truth[rows], predicted[name][rows])[0, 1])

    return _rounded(paired_bootstrap(r("model"), r("cosine"), groups, seed=SEED))


def _rounded(interval: Interval) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(interval).items()}


if __name__ == "__main__":
    main()
