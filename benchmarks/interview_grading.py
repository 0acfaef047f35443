"""How well answers are graded: on questions, and on whole banks, that the model was not fitted to.

Data: the labelled answers that come with metier, to its own banks. They were written for it, with their
labels, by the authors of the banks; no row is from a real interview.

    python benchmarks/interview_grading.py [--threads 1] [--output FILE.json]

Two cross-validations. By question: five folds, a question and its translations in one. By bank: each bank in
all its languages is graded by a model that was fitted to the others. Floors: words alone (`--model none`),
and a threshold on the cosine of the nearest clause with the nearest reference, chosen on the other folds.
Intervals are 95 %, by bootstrap over questions, seed 0. Needs the train extra.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.dialogue import Doubt, Grade, Manner, Verdict
from metier.encoders.load import BASE, Runtime, load_encoder, shipped_models
from metier.encoders.reading import Encoder, Reading, TextKind
from metier.interview.features import NAMES, FeatureReader
from metier.interview.fit_grader import GraderOptions, folds_by_question, grade_across_folds, sentence_center
from metier.interview.grading import gold_verdict, sure_of
from metier.interview.grading_head import MANNERS
from metier.interview.labelled import LabelledAnswer, own_answers
from metier.interview.words_grading import WordsGrader
from metier.training.intervals import bootstrap

LEVELS: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)


class Remembering:
    """An encoder that reads each text once; several cross-validations ask for the same ones."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Reading] = {}
        self.name, self.sha256, self.dim = encoder.name, encoder.sha256, encoder.dim

    def encode(self, texts: Sequence[str], *, kind: TextKind) -> NDArray[np.float32]:
        """Return what the encoder returns."""
        return self._encoder.encode(texts, kind=kind)

    def read(self, text: str) -> Reading:
        """Return a text as the encoder read it, once."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """Return texts as the encoder read them, each once."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.read_all(new), strict=True))
        return [self._known[text] for text in texts]


class Judged:
    """Grades beside labels, with figures over any part of the questions."""

    def __init__(self, rows: Sequence[LabelledAnswer], grades: Sequence[Grade]) -> None:
        pairs = [(row, grade) for row, grade in zip(rows, grades, strict=True) if row.question.points]
        self.rows = [row for row, _ in pairs]
        self.grades = [grade for _, grade in pairs]
        self.questions = [row.question.id for row in self.rows]
        self.right = np.array([grade.verdict is gold_verdict(row) for row, grade in pairs])
        self.calm = np.array([not grade.abstains for grade in self.grades])
        counts = [_points(row, grade) for row, grade in pairs]
        self.both, self.said, self.gold = (np.array(column) for column in zip(*counts, strict=True))

    def f1(self, numbers: NDArray[np.int64]) -> float:
        """Return the F1 of points that are earned."""
        total = self.said[numbers].sum() + self.gold[numbers].sum()
        return float(2 * self.both[numbers].sum() / total) if total else float("nan")

    def accuracy(self, numbers: NDArray[np.int64]) -> float:
        """Return the share of right verdicts."""
        return float(self.right[numbers].mean())

    def calm_accuracy(self, numbers: NDArray[np.int64]) -> float:
        """Return the share of right verdicts among those without a doubt."""
        kept = numbers[self.calm[numbers]]
        return float(self.right[kept].mean()) if len(kept) else float("nan")

    def interval(
        self, figure: Callable[[NDArray[np.int64]], float], numbers: Sequence[int]
    ) -> dict[str, float]:
        """Return a figure over some answers with its interval."""
        chosen = np.array(numbers)
        found = bootstrap(lambda rows: figure(chosen[rows]), [self.questions[i] for i in numbers], seed=0)
        return {"value": round(found.value, 3), "low": round(found.low, 3), "high": round(found.high, 3)}

    def summary(self, numbers: Sequence[int]) -> dict[str, Any]:
        """Return all figures over some answers."""
        return {
            "answers": len(numbers),
            "points_f1": self.interval(self.f1, numbers),
            "verdicts": self.interval(self.accuracy, numbers),
            "verdicts_without_doubt": self.interval(self.calm_accuracy, numbers),
            "share_without_doubt": round(float(self.calm[list(numbers)].mean()), 3),
        }

    def by(self, key: Callable[[LabelledAnswer], str]) -> dict[str, Any]:
        """Return the figures of each group of answers."""
        groups = sorted({key(row) for row in self.rows})
        return {
            group: self.summary([i for i, row in enumerate(self.rows) if key(row) == group])
            for group in groups
        }

    def at_levels(self) -> list[dict[str, float]]:
        """Return how often verdicts are right from a chance of being so on, and how many those are."""
        sure = np.array([sure_of(g, row.question) for row, g in zip(self.rows, self.grades, strict=True)])
        other = np.array([bool(set(grade.doubts) - {Doubt.NEAR_THRESHOLD}) for grade in self.grades])
        found = []
        for level in LEVELS:
            kept = (sure >= level) & ~other
            found.append(
                {
                    "least": level,
                    "share": round(float(kept.mean()), 3),
                    "right": round(float(self.right[kept].mean()), 3) if kept.any() else float("nan"),
                }
            )
        return found

    def confusion(self) -> dict[str, dict[str, int]]:
        """Return how often each gold verdict (rows) was given each verdict."""
        kinds = [Verdict.EARNED, Verdict.PARTLY, Verdict.NOT_EARNED, Verdict.OFF_TOPIC]
        gold = [gold_verdict(row) for row in self.rows]
        pairs = [(a, grade.verdict) for a, grade in zip(gold, self.grades, strict=True)]
        return {str(a): {str(b): pairs.count((a, b)) for b in kinds} for a in kinds}


def _points(row: LabelledAnswer, grade: Grade) -> tuple[int, int, int]:
    said = {point.point for point in grade.matched}
    return len(said & row.earned), len(said), len(row.earned)


def reliability(judged: Judged) -> list[dict[str, float]]:
    """Return, for tenths of the probability of points, how often a person says that they are made."""
    pairs = [
        (point.probability, point.point in row.earned)
        for row, grade in zip(judged.rows, judged.grades, strict=True)
        for point in (*grade.matched, *grade.missing)
    ]
    chances, made = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    tenth = np.minimum((chances * 10).astype(int), 9)
    return [
        {
            "said": round(float(chances[tenth == i].mean()), 3),
            "made": round(float(made[tenth == i].mean()), 3),
            "n": int((tenth == i).sum()),
        }
        for i in range(10)
        if (tenth == i).any()
    ]


def manners(rows: Sequence[LabelledAnswer], grades: Sequence[Grade]) -> dict[str, dict[str, float]]:
    """Return precision, recall and F1 of each manner."""
    found = {}
    for manner in (*MANNERS, Manner.CONTRADICTS, Manner.COPIES_QUESTION):
        gold = [bool(row.wrong) if manner is Manner.CONTRADICTS else manner in row.manners for row in rows]
        said = [grade.has(manner) for grade in grades]
        both = sum(a and b for a, b in zip(gold, said, strict=True))
        precision, recall = both / max(1, sum(said)), both / max(1, sum(gold))
        f1 = 2 * both / max(1, sum(said) + sum(gold))
        found[str(manner)] = {
            "precision": round(precision, 3),
            "recall": round(recall, 3),
            "f1": round(f1, 3),
            "n": sum(gold),
        }
    return found


def cosine_floor(rows: Sequence[LabelledAnswer], folds: Sequence[int], encoder: Encoder) -> float:
    """Return the F1 of points by a threshold on the nearest cosine, chosen on the other folds."""
    reader = FeatureReader(encoder, sentence_center(rows, encoder))
    column = NAMES.index("nearest_reference")
    cosines, gold, of = [], [], []
    for row, fold in zip(rows, folds, strict=True):
        if not row.question.points:
            continue
        values = reader.features(row.question, reader.answer(row.answer)).values[:, column]
        cosines += values.tolist()
        gold += [point.id in row.earned for point in row.question.points]
        of += [fold] * len(values)
    x, y, at = np.array(cosines), np.array(gold), np.array(of)
    said = np.zeros(len(x), bool)
    for fold in set(of):
        others = at != fold
        grid = np.quantile(x[others], np.linspace(0.3, 0.98, 60))
        scores = [2 * (y & (x >= t))[others].sum() / (y[others].sum() + (x[others] >= t).sum()) for t in grid]
        said[~others] = x[~others] >= grid[int(np.argmax(scores))]
    return round(float(2 * (said & y).sum() / (said.sum() + y.sum())), 3)


def main(given: Sequence[str] | None = None) -> None:
    """Measure, and print what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache", type=Path, help="folder for the prepared network")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args(given)
    encoder = Remembering(load_encoder(shipped_models()[BASE], Runtime(arguments.threads, arguments.cache)))
    rows = own_answers()
    by_question = folds_by_question(rows)
    names = sorted({row.bank for row in rows})
    by_bank = [names.index(row.bank) for row in rows]
    print(f"{len(rows)} answers to {len({row.question.id for row in rows})} questions", file=sys.stderr)
    grades = grade_across_folds(rows, by_question, encoder, GraderOptions())
    judged = Judged(rows, grades)
    words = WordsGrader()
    alone = Judged(rows, [words.grade(row.question, row.answer, language=row.language) for row in rows])
    found = {
        "by question": judged.summary(range(len(judged.rows))),
        "languages": judged.by(lambda row: row.language),
        "kinds": judged.by(lambda row: str(row.question.kind)),
        "least chance of a verdict": judged.at_levels(),
        "gold verdicts by given ones": judged.confusion(),
        "probabilities of points": reliability(judged),
        "manners": manners(rows, grades),
        "by bank": Judged(rows, grade_across_folds(rows, by_bank, encoder, GraderOptions())).by(
            lambda row: row.bank
        ),
        "floors": {
            "words alone": alone.summary(range(len(alone.rows)))["points_f1"],
            "cosine": cosine_floor(rows, by_question, encoder),
        },
    }
    content = json.dumps(found, indent=1)
    print(content)
    if arguments.output is not None:
        arguments.output.write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
