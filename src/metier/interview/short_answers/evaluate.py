"""How near predicted scores come to those of graders: correlation, error, agreement, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metier.errors import InvalidInput
from metier.interview.short_answers.folds import question_key
from metier.interview.short_answers.rows import ScoreRow
from metier.interview.short_answers.scorer import LEVEL, ScoreModel
from metier.interview.short_answers.texts import Readings
from metier.training.intervals import Interval, bootstrap

Vector = NDArray[np.float64]
STEP: Final = 0.5
"""What scores are rounded to for the weighted kappa: the mean of two whole grades is a multiple of it."""


def pearson(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Return Pearson's r; nan where either side is constant.

    >>> round(pearson([1, 2, 3], [2, 4, 7]), 4)
    0.9934
    """
    a, b = _pair(truth, predicted)
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / norm if norm > 1e-12 else float("nan")


def rmse(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Return the root of the mean squared error.

    >>> rmse([1, 5], [4, 1])
    3.5355339059327378
    """
    a, b = _pair(truth, predicted)
    return float(np.sqrt(np.square(a - b).mean()))


def quadratic_kappa(truth: ArrayLike, predicted: ArrayLike, *, step: float = STEP) -> float:
    """Return Cohen's kappa with quadratic weights (QWK) of scores rounded to steps; nan without any spread.

    Source: Cohen 1968, "Weighted kappa"; with quadratic weights, Fleiss and Cohen 1973.

    >>> quadratic_kappa([0, 1, 2], [0, 1, 2]), quadratic_kappa([0, 2], [2, 0])
    (1.0, -1.0)
    """
    a, b = (np.floor(side / step + 0.5) for side in _pair(truth, predicted))
    observed = float(np.square(a - b).mean())
    # Of all pairs of a true and a predicted score: Var a + Var b + (mean a - mean b)^2.
    expected = float(a.var() + b.var() + (a.mean() - b.mean()) ** 2)
    return 1 - observed / expected if expected > 1e-12 else float("nan")


def within_r(truth: ArrayLike, predicted: ArrayLike, questions: ArrayLike) -> float:
    """Return Pearson's r after each question's mean is taken off both sides.

    >>> round(within_r([1, 2, 4, 5], [3, 4, 1, 2], [0, 0, 1, 1]), 4)
    1.0
    """
    a, b = _pair(truth, predicted)
    return pearson(_less_means(a, questions), _less_means(b, questions))


def figures(truth: ArrayLike, predicted: ArrayLike, questions: ArrayLike) -> dict[str, float | None]:
    """Return r, rmse, qwk and within_r, rounded to 4 places; None for one that is not defined.

    Args:
        truth: (n,) scores of graders.
        predicted: (n,).
        questions: (n,) what each answer is to.

    Raises:
        InvalidInput: no row, or shapes that do not fit.
    """
    a, b = _pair(truth, predicted)
    found = {name: statistic(a, b, np.asarray(questions)) for name, statistic in STATISTICS.items()}
    return {name: None if np.isnan(value) else round(value, 4) for name, value in found.items()}


STATISTICS: Final[Mapping[str, Callable[[Vector, Vector, NDArray[Any]], float]]] = {
    "r": lambda truth, predicted, _: pearson(truth, predicted),
    "rmse": lambda truth, predicted, _: rmse(truth, predicted),
    "qwk": lambda truth, predicted, _: quadratic_kappa(truth, predicted),
    "within_r": within_r,
}
"""The figures, by name: each takes truth, predictions and questions."""


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    """Figures of some answers.

    Attributes:
        n_answers: how many.
        n_questions: to how many questions.
        figures: r, rmse, qwk and within_r with their 95 % intervals over answers or questions.
        covered: share of answers whose score lies in the predicted interval.
    """

    n_answers: int
    n_questions: int
    figures: Mapping[str, Interval]
    covered: float


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What a model is worth on a file.

    Attributes:
        parts: figures of `seen-questions`, that the model learned answers to, and of `new-questions`; a part
            without two answers is left out.
        level: what `covered` should be.
        n_learned: answers left out since the model learned from them.
        n_blank: blank answers among those measured; they are worth 0.
    """

    parts: Mapping[str, ScoreFigures]
    level: float
    n_learned: int
    n_blank: int

    def to_mapping(self) -> dict[str, Any]:
        """Return the report as plain values; a figure that is not defined is None."""
        return {
            "level": self.level,
            "n_learned": self.n_learned,
            "n_blank": self.n_blank,
            "parts": {
                name: {
                    "n_answers": part.n_answers,
                    "n_questions": part.n_questions,
                    "covered": round(part.covered, 4),
                    **{key: _rounded(interval) for key, interval in part.figures.items()},
                }
                for name, part in self.parts.items()
            },
        }


def measured(
    truth: ArrayLike,
    predicted: ArrayLike,
    questions: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return r, rmse, qwk and within_r with 95 % bootstrap intervals.

    Args:
        truth: (n,).
        predicted: (n,).
        questions: (n,) what each answer is to.
        groups: (n,) what is drawn as a whole; None to draw answers.
        seed: of the draws.

    Raises:
        InvalidInput: no row, or shapes that do not fit.
    """
    a, b = _pair(truth, predicted)
    keys = np.asarray(questions)
    drawn = np.arange(len(a)) if groups is None else groups

    def statistic(name: str) -> Callable[[NDArray[np.int64]], float]:
        return lambda rows: STATISTICS[name](a[rows], b[rows], keys[rows])

    return {name: bootstrap(statistic(name), drawn, seed=seed) for name in STATISTICS}


def evaluate_scores(
    model: ScoreModel, rows: Sequence[ScoreRow], readings: Readings, *, level: float = LEVEL, seed: int = 0
) -> ScoreReport:
    """Return what a model is worth on graded answers; those that it learned from are left out.

    Args:
        model: as loaded.
        rows: each with a score.
        readings: of the encoder that the model was fitted to.
        level: of the predicted intervals.
        seed: of the bootstrap: over answers, for new questions over whole questions.

    Raises:
        InvalidInput: a score is missing, or the model learned from all answers but one or none.
    """
    kept = [row for row in rows if not model.knows(row)]
    scores = [row.score for row in kept if row.score is not None]
    if len(kept) < 2 or len(scores) < len(kept):
        raise InvalidInput(
            "Evaluation needs at least two graded answers that the model did not learn from. "
            f"Got {len(scores)} of them: take others."
        )
    truth = np.array(scores, np.float64)
    questions = np.array([question_key(row) for row in kept], np.uint64)
    found = model.predict(kept, readings, level=level)
    predicted = np.array([item.score for item in found])
    inside = np.array([p.low <= t <= p.high for p, t in zip(found, scores, strict=True)])
    seen = np.array([item.n_graded > 0 for item in found])
    parts = {}
    for name, chosen in (("seen-questions", seen), ("new-questions", ~seen)):
        if chosen.sum() < 2:
            continue
        keys = questions[chosen]
        # Draws of a single question would all be alike, and say nothing of the spread.
        groups = keys if name == "new-questions" and len(np.unique(keys)) > 1 else None
        parts[name] = ScoreFigures(
            int(chosen.sum()),
            len(np.unique(keys)),
            measured(truth[chosen], predicted[chosen], keys, groups=groups, seed=seed),
            float(inside[chosen].mean()),
        )
    return ScoreReport(parts, level, len(rows) - len(kept), sum(row.is_blank for row in kept))


def _pair(truth: ArrayLike, predicted: ArrayLike) -> tuple[Vector, Vector]:
    a, b = np.asarray(truth, np.float64), np.asarray(predicted, np.float64)
    if a.ndim != 1 or a.shape != b.shape or not a.size:
        raise InvalidInput(f"truth and predicted must be (n,) of at least one row. Got {a.shape}, {b.shape}.")
    return a, b


def _less_means(values: Vector, questions: ArrayLike) -> Vector:
    _, which, counts = np.unique(np.asarray(questions), return_inverse=True, return_counts=True)
    means = np.bincount(which, weights=values) / counts
    found: Vector = values - means[which]
    return found


def _rounded(interval: Interval) -> dict[str, float | None]:
    return {key: None if np.isnan(value) else round(value, 4) for key, value in asdict(interval).items()}
