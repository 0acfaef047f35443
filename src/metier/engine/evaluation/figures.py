"""The figures of an evaluation, each a function of what was noted of the rows of a set.

Figures are computed from columns, so that they can be computed again on resampled rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.expertise.metrics import adjacent_accuracy, macro_roc_auc, quadratic_weighted_kappa
from metier.interview.short_answers.evaluate import pearson, rmse
from metier.training.metrics import class_scores, confusion
from metier.types import Level

Columns = Mapping[str, NDArray[np.float64]]
"""What was noted of the rows, (n,) float64 by name."""

GOLD: Final = "gold"
TOLD: Final = "told"
MARKED, FOUND, HITS = "marked", "found", "hits"
CHANCES: Final = tuple(f"chance of {level}" for level in Level)
_N_EVIDENCE: Final = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure.

    Attributes:
        title: what a table calls it.
        words: how it is made, in one sentence.
        compute: returns it from the columns of some rows, nan where these do not define it.
        rising: a higher one is better.
    """

    title: str
    words: str
    compute: Callable[[Columns], float]
    rising: bool = True


def mean_of(column: str) -> Callable[[Columns], float]:
    """Return the figure that is the mean of a column."""
    return lambda columns: float(columns[column].mean()) if len(columns[column]) else float("nan")


def _spans(part: str, columns: Columns) -> float:
    hits, found, marked = (float(columns[name].sum()) for name in (HITS, FOUND, MARKED))
    below = {"precision": found, "recall": marked, "f1": (found + marked) / 2}[part]
    return hits / below if below else float("nan")


def _evidence(part: str, columns: Columns) -> float:
    table = confusion(columns[GOLD], columns[TOLD], n_classes=_N_EVIDENCE)
    scores = class_scores(table)
    if part == "macro":
        return scores.macro_f1
    place = ("none", "implicit", "explicit").index(part)
    seen = table[place].sum() + table[:, place].sum()
    return float(scores.f1[place]) if seen else float("nan")


def _ranks(columns: Columns) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return columns[GOLD].astype(np.int64), np.stack([columns[name] for name in CHANCES], axis=1)


def _roc_auc(columns: Columns) -> float:
    return macro_roc_auc(*_ranks(columns))


def _kappa(columns: Columns) -> float:
    ranks, chances = _ranks(columns)
    return quadratic_weighted_kappa(ranks, chances.argmax(axis=1))


def _adjacent(columns: Columns) -> float:
    ranks, chances = _ranks(columns)
    return adjacent_accuracy(ranks, chances.argmax(axis=1))


FIGURES: Final[Mapping[str, Figure]] = {
    "mrr": Figure("MRR", "Mean reciprocal rank of the first right one among all candidates.", mean_of("mrr")),
    "pass@1": Figure("pass@1", "Share of queries whose nearest text is right.", mean_of("pass@1")),
    "accuracy": Figure("accuracy", "Share of rows of which the right one is chosen.", mean_of("accuracy")),
    "margin": Figure(
        "margin",
        "By how much the head rates the right candidate above the best wrong one, on average; its answers "
        "are drawn to 1 for right and 0 for wrong.",
        mean_of("margin"),
    ),
    "rp@1": Figure("RP@1", "R-precision among the first skill, mean over sentences.", mean_of("rp@1")),
    "rp@5": Figure("RP@5", "R-precision among the first 5 skills, mean over sentences.", mean_of("rp@5")),
    "rp@10": Figure("RP@10", "R-precision among the first 10 skills, mean over sentences.", mean_of("rp@10")),
    "span_f1": Figure(
        "span F1",
        "Harmonic mean of precision and recall of whole spans of the right kind.",
        partial(_spans, "f1"),
    ),
    "span_precision": Figure(
        "span precision", "Share of the spans found that people marked.", partial(_spans, "precision")
    ),
    "span_recall": Figure(
        "span recall", "Share of the spans that people marked that are found.", partial(_spans, "recall")
    ),
    "macro_f1": Figure("macro-F1", "Mean F1 of none, implicit and explicit.", partial(_evidence, "macro")),
    "f1_none": Figure("F1 none", "F1 of pairs that show nothing.", partial(_evidence, "none")),
    "f1_implicit": Figure("F1 implicit", "F1 of skills that are implied.", partial(_evidence, "implicit")),
    "f1_explicit": Figure(
        "F1 explicit", "F1 of skills that are said outright.", partial(_evidence, "explicit")
    ),
    "roc_auc": Figure(
        "ROC-AUC", "Mean over the levels of each level's ROC-AUC against all others.", _roc_auc
    ),
    "qwk": Figure("QWK", "Quadratic weighted kappa of the likeliest level.", _kappa),
    "adjacent": Figure("adjacent", "Share of likeliest levels that are at most one off.", _adjacent),
    "r": Figure("r", "Pearson's r of scores told and given.", lambda c: pearson(c[GOLD], c[TOLD])),
    "rmse": Figure(
        "RMSE",
        "Root of the mean squared error of scores, on the scale of the set; lower is better.",
        lambda c: rmse(c[GOLD], c[TOLD]),
        rising=False,
    ),
}
"""All figures by the name that JSON calls them."""
