"""What `expertise.py` measures: models of levels, a bag of words, and baselines that know next to nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import numpy as np
from expertise_data import Row
from numpy.typing import NDArray

from metier._extras import require
from metier.expertise.boosting import FeatureTrainer
from metier.expertise.data import LevelRow
from metier.expertise.fit_read_once import ReadOnceTrainer
from metier.expertise.model import N_LEVELS
from metier.expertise.trainable import TrainableLevels
from metier.training.output import Watch

_LEAST: Final = 1e-4
_STRENGTH: Final = 10.0
_STATED_YEARS: Final = re.compile(
    r"(?<![\d.,])(\d{1,2})(?:[.,]\d)?\s*(?:-?\s*(?:х|ти|ми)(?!\w))?\s*\+?\s*"
    r"(?:(?:-|–|—|to|до)\s*(\d{1,2})\s*(?:-?\s*(?:х|ти|ми)(?!\w))?\s*\+?\s*)?(?:years?|yrs?|год(?:а|ов)?|лет)(?!\w)",
    re.IGNORECASE,
)
_MOST_YEARS: Final = 15


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A vacancy, and the same as models of levels take it."""

    row: Row
    level_row: LevelRow


Told = Callable[[Sequence[Case]], NDArray[np.float64]]
"""Returns (n, 5) logarithms of the levels' chances."""
System = Callable[[Sequence[Case]], Told]
"""Learns from cases."""


def majority(cases: Sequence[Case]) -> Told:
    """Learn how often each level comes."""
    counts = np.bincount(_ranks(cases), minlength=N_LEVELS) / len(cases)
    chances = np.log(np.maximum(counts, _LEAST))
    return lambda asked: np.tile(chances, (len(asked), 1))


def length(cases: Sequence[Case]) -> Told:
    """Learn from the length of the masked text alone."""
    return _regression(cases, lambda case: [np.log(len(case.row.text) + 1)])


def stated_years(cases: Sequence[Case]) -> Told:
    """Learn from the years that the text states before it is masked: a leak, to be held against."""
    return _regression(cases, lambda case: years_stated(case.row.stated))


def years_stated(text: str) -> list[float]:
    """Return the fewest and the most years that a text states, and whether it states any."""
    found = [int(number) for match in _STATED_YEARS.finditer(text) for number in match.groups() if number]
    kept = [years for years in found if years <= _MOST_YEARS]
    return [float(min(kept)), float(max(kept)), 1.0] if kept else [0.0, 0.0, 0.0]


def bag_of_words(cases: Sequence[Case]) -> Told:
    """Learn from the words of the masked text, and of its title: TF-IDF and logistic regression."""
    return _words(cases, lambda case: case.row.text, lambda case: case.row.title)


def leaky_words(cases: Sequence[Case]) -> Told:
    """Learn likewise from the text before it is masked: a leak, to be held against."""
    return _words(cases, lambda case: case.row.stated, lambda case: case.row.stated.partition("\n")[0])


def trained(trainer: TrainableLevels) -> System:
    """Return a system that trains a model of levels."""

    def learn(cases: Sequence[Case]) -> Told:
        model = trainer.fit([case.level_row for case in cases], [], Watch())
        return lambda asked: model.logits([case.level_row.item for case in asked])

    return learn


def systems(encoder_sha256: str) -> dict[str, System]:
    """Return all systems by name, models first."""
    return {
        "read-once": trained(ReadOnceTrainer(encoder_sha256=encoder_sha256)),
        "features": trained(FeatureTrainer(encoder_sha256=encoder_sha256)),
        "tf-idf": bag_of_words,
        "majority": majority,
        "length": length,
        "stated years (leaky)": stated_years,
        "tf-idf, unmasked (leaky)": leaky_words,
    }


BASELINES: Final = ("majority", "length")
"""What a model must be above; a third, the years that a masked text states, has none to go by."""


def strongest_words(rows: Sequence[Row], *, n: int = 25) -> Mapping[str, list[str]]:
    """Return the words of masked texts that speak most for each level, the strongest first."""
    vectors = _vectors()
    values = vectors.fit_transform([row.text for row in rows])
    ranks = np.array([row.level.rank for row in rows])
    names = np.asarray(vectors.get_feature_names_out())
    found = {}
    for row in sorted(rows, key=lambda row: row.level.rank):
        if str(row.level) not in found:
            line = _line().fit(values, ranks == row.level.rank)
            found[str(row.level)] = names[np.argsort(-line.coef_[0])[:n]].tolist()
    return found


def _words(cases: Sequence[Case], text: Callable[[Case], str], title: Callable[[Case], str]) -> Told:
    sparse = import_module("scipy.sparse")  # comes with scikit-learn
    whole, titles = _vectors(), _vectors()
    whole.fit([text(case) for case in cases])
    titles.fit([title(case) for case in cases])

    def read(some: Sequence[Case]) -> Any:
        parts = [
            whole.transform([text(case) for case in some]),
            titles.transform([title(case) for case in some]),
        ]
        return sparse.hstack(parts).tocsr()

    return _one_by_one(read(cases), _ranks(cases), read)


def _regression(cases: Sequence[Case], read: Callable[[Case], list[float]]) -> Told:
    values = np.array([read(case) for case in cases])
    center, scale = values.mean(axis=0), np.maximum(values.std(axis=0), _LEAST)

    def standard(some: Sequence[Case]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = (np.array([read(case) for case in some]) - center) / scale
        return found

    model = require("sklearn.linear_model").LogisticRegression()
    ranks = _ranks(cases)
    model.fit(standard(cases), ranks)

    def told(asked: Sequence[Case]) -> NDArray[np.float64]:
        chances = np.full((len(asked), N_LEVELS), _LEAST)
        chances[:, model.classes_] = np.maximum(model.predict_proba(standard(asked)), _LEAST)
        return np.log(chances)

    return told


def _one_by_one(values: Any, ranks: NDArray[np.int64], read: Callable[[Sequence[Case]], Any]) -> Told:
    """Return a line for each level against all others."""
    lines = {int(rank): _line().fit(values, ranks == rank) for rank in np.unique(ranks)}

    def told(asked: Sequence[Case]) -> NDArray[np.float64]:
        chances = np.full((len(asked), N_LEVELS), _LEAST)
        for rank, line in lines.items():
            chances[:, rank] = np.maximum(line.predict_proba(read(asked))[:, 1], _LEAST)
        return np.log(chances)

    return told


def _vectors() -> Any:
    return require("sklearn.feature_extraction.text").TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, min_df=2
    )


def _line() -> Any:
    return require("sklearn.linear_model").LogisticRegression(
        C=_STRENGTH, solver="liblinear", dual=True, random_state=0
    )


def _ranks(cases: Sequence[Case]) -> NDArray[np.int64]:
    return np.array([case.row.level.rank for case in cases], np.int64)
