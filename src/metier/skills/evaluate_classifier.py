"""Measures a skill classifier on labelled pairs of text and skill."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.skills.architectures.classifier import (
    CLASSES,
    EXPLICIT,
    IMPLICIT,
    N_CLASSES,
    NONE,
    SkillClassifier,
)
from metier.skills.negatives import LabelledPair
from metier.skills.resampled_figures import (
    Figures,
    interval_of,
    resample_figures,
    resample_ratio,
    whole_figures,
)
from metier.skills.taxonomy import Taxonomy
from metier.training.charts import draw_confusion, draw_reliability
from metier.training.metrics import average_precision, confusion, reliability

COMPARED: Final = (
    "macro_f1",
    "accuracy",
    "average_precision",
    "calibration_error",
    "f1_implicit",
    "f1_explicit",
)
"""Figures in which two models are held against each other."""

_CLASS_OF: Final = {0.0: NONE, 0.5: IMPLICIT, 1.0: EXPLICIT}
_KINDS: Final = tuple(kind.value for kind in CLASSES)


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """What each text cost: (n_texts,) seconds, and (n_texts,) rows that went through the backbone."""

    seconds: NDArray[np.float64]
    passes: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What a classifier said of labelled pairs.

    Attributes:
        gold: (n_pairs,) int64, 0 none, 1 implicit, 2 explicit.
        probabilities: (n_pairs, 3) float64.
        groups: (n_pairs,) int64, the text of each pair.
        seconds: time it took, loading left out.
        passes: rows that went through the backbone.
        costs: both for each text, by its number in `groups`; None where that was not measured.
    """

    gold: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    groups: NDArray[np.int64]
    seconds: float
    passes: int
    costs: Costs | None = None

    @property
    def n_texts(self) -> int:
        """Return how many texts there are."""
        return len(np.unique(self.groups))

    def part(self, chosen: NDArray[np.bool_]) -> Predictions:
        """Return some of the pairs, with the time and passes of all."""
        return Predictions(
            self.gold[chosen], self.probabilities[chosen], self.groups[chosen], self.seconds, self.passes
        )


def predict_pairs(
    classifier: SkillClassifier,
    pairs: Sequence[LabelledPair],
    taxonomy: Taxonomy,
    *,
    on_text: Callable[[], None] = lambda: None,
) -> Predictions:
    """Return what a classifier says of each pair; each text is asked for all of its skills at once.

    Args:
        classifier: any architecture.
        pairs: at least one; each text and skill once.
        taxonomy: has all of their skills.
        on_text: called after each text.

    Raises:
        InvalidInput: no pairs, or one text is labelled twice for a skill.
        NotFound: the taxonomy lacks a skill.
        ModelMismatch: the classifier cannot answer for a skill.
    """
    if not pairs:
        raise InvalidInput("There must be at least one labelled pair to measure on. Got none.")
    by_text: dict[str, list[int]] = {}
    for i, pair in enumerate(pairs):
        by_text.setdefault(pair.text, []).append(i)
    probabilities = np.zeros((len(pairs), N_CLASSES))
    groups = np.zeros(len(pairs), np.int64)
    costs = Costs(np.zeros(len(by_text)), np.zeros(len(by_text)))
    for number, (text, places) in enumerate(by_text.items()):
        began = time.perf_counter()
        skills = [taxonomy.entry(pairs[i].skill).skill for i in places]
        found = classifier.classify([text], skills)
        probabilities[places] = found.probabilities[0]
        groups[places] = number
        costs.passes[number] = found.passes
        costs.seconds[number] = time.perf_counter() - began
        on_text()
    gold = np.array([_CLASS_OF[pair.label] for pair in pairs], np.int64)
    seconds, passes = float(costs.seconds.sum()), round(float(costs.passes.sum()))
    return Predictions(gold, probabilities, groups, seconds, passes, costs)


def report(predictions: Predictions, *, seed: int = 0) -> dict[str, Any]:
    """Return every figure of some predictions as JSON: values, and 95 % intervals over texts.

    Under `intervals` stand the two ends for each figure: a name of the first level, or `precision_`,
    `recall_` and `f1_` with the name of a class. An interval is null where no resample defines its figure,
    such as the precision of a class that was never decided; time and passes have one where each text's were
    measured. Support, being a count of the labels, has none.

    Args:
        predictions: at least one pair.
        seed: of the bootstrap.
    """
    whole = whole_figures(predictions.gold, predictions.probabilities, kinds=_KINDS)
    decided = predictions.probabilities.argmax(axis=1)
    support = np.bincount(predictions.gold, minlength=N_CLASSES)
    return {
        "n_pairs": len(predictions.gold),
        "n_texts": predictions.n_texts,
        "macro_f1": whole["macro_f1"],
        "accuracy": whole["accuracy"],
        "calibration_error": whole["calibration_error"],
        "average_precision": _number(whole["average_precision"]),
        "classes": {
            kind: {
                **{name: _number(whole[f"{name}_{kind}"]) or 0.0 for name in ("precision", "recall", "f1")},
                "support": int(support[c]),
            }
            for c, kind in enumerate(_KINDS)
        },
        "confusion": confusion(predictions.gold, decided, n_classes=N_CLASSES).tolist(),
        "seconds_per_text": predictions.seconds / predictions.n_texts,
        "passes_per_text": predictions.passes / predictions.n_texts,
        "microseconds_per_pair": 1e6 * predictions.seconds / len(predictions.gold),
        "intervals": {
            **{name: interval_of(values) for name, values in _resampled(predictions, seed).items()},
            **_cost_intervals(predictions, seed),
        },
    }


def differences(first: Predictions, second: Predictions, *, seed: int = 0) -> dict[str, list[float] | None]:
    """Return by how much the first one's figures are above the second's: value, low and high end.

    Both are measured on the same resamples of texts; an interval without 0 tells the two apart.

    Args:
        first: of the same pairs as `second`, in the same order.
        second: likewise.
        seed: of the draws.

    Raises:
        InvalidInput: the pairs are not the same.
    Source: Efron and Tibshirani 1993, chapter 16; in NLP, Koehn 2004 (W04-3250).
    """
    if not np.array_equal(first.gold, second.gold) or not np.array_equal(first.groups, second.groups):
        raise InvalidInput("Two models are compared on the same pairs in the same order. These differ.")
    whole = [whole_figures(each.gold, each.probabilities, kinds=_KINDS) for each in (first, second)]
    drawn = [_resampled(each, seed) for each in (first, second)]
    found: dict[str, list[float] | None] = {}
    for name in COMPARED:
        gap = whole[0][name] - whole[1][name]
        ends = interval_of(drawn[0][name] - drawn[1][name])
        found[name] = None if ends is None or math.isnan(gap) else [gap, *ends]
    return found


def shown_precision(predictions: Predictions) -> float:
    """Return the average precision of "the text shows the skill", implicitly or outright."""
    return average_precision(predictions.gold != NONE, 1 - predictions.probabilities[:, NONE])


def draw_pictures(predictions: Predictions, folder: Path) -> None:
    """Draw `reliability.svg` and `confusion.svg` into a folder, which is made if it is not there.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    decided = predictions.probabilities.argmax(axis=1)
    sure = predictions.probabilities[np.arange(len(decided)), decided]
    draw_reliability(reliability(sure, decided == predictions.gold), folder / "reliability.svg")
    table = confusion(predictions.gold, decided, n_classes=N_CLASSES)
    draw_confusion(table, _KINDS, folder / "confusion.svg")


def _resampled(predictions: Predictions, seed: int) -> Figures:
    return resample_figures(
        predictions.gold, predictions.probabilities, predictions.groups, kinds=_KINDS, seed=seed
    )


def _cost_intervals(predictions: Predictions, seed: int) -> Mapping[str, list[float] | None]:
    costs = predictions.costs
    if costs is None:
        return {}
    ones, pairs = np.ones(len(costs.seconds)), np.bincount(predictions.groups).astype(np.float64)
    return {
        "seconds_per_text": interval_of(resample_ratio(costs.seconds, ones, seed=seed)),
        "passes_per_text": interval_of(resample_ratio(costs.passes, ones, seed=seed)),
        "microseconds_per_pair": interval_of(resample_ratio(1e6 * costs.seconds, pairs, seed=seed)),
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
