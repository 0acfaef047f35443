"""Logistic regressions of one question each, with a strength that cross-validation chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.expertise.ordinal import balanced_weights, lone_answer, prior_shift

_STEPS: Final = 300
_MIX_STRENGTH: Final = 1.0
_MOST_TURNED: Final = 4000
_LEAST_SIZE: Final = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Log-odds as a linear function: `weights` (dim,) float64 and `bias`."""

    weights: NDArray[np.float64]
    bias: float


@dataclass(frozen=True, slots=True, eq=False)
class Turned:
    """Rows in as few directions as they need: lines with an L2 penalty are the same, and much sooner found.

    Attributes:
        values: (n, rank) float64, with the inner products of the rows.
        source: (n, dim) the rows, dense or a sparse matrix of scipy.
        back: (n, rank) float64; `source.T @ back @ weights` undoes the turn. None where nothing was turned.

    Source: the representer theorem, Kimeldorf and Wahba 1970.
    """

    values: Any
    source: Any
    back: NDArray[np.float64] | None

    def undone(self, line: Line) -> Line:
        """Return a line over `values` as one over `source`."""
        if self.back is None:
            return line
        return Line(np.asarray(self.source.T @ (self.back @ line.weights)).ravel(), line.bias)


@dataclass(frozen=True, slots=True, eq=False)
class ChosenLine:
    """A line fitted to all rows, and what lines of its kind say of rows that they were not fitted to.

    Attributes:
        line: with the strength that did best.
        unseen: (n_told,) float64, the log-odds of each row that tells by a line fitted without its fold.
        strength: the inverse strength of regularisation that was chosen.
    """

    line: Line
    unseen: NDArray[np.float64]
    strength: float


def turned(values: Any) -> Turned:
    """Return rows in as few directions as they need, or as they are where that would not pay.

    Args:
        values: (n, dim) float64, or a sparse matrix of scipy.
    """
    n = values.shape[0]
    held = values.size if isinstance(values, np.ndarray) else values.nnz
    if n * n >= held or n > _MOST_TURNED:
        return Turned(values, values, None)
    products = values @ values.T
    gram = products if isinstance(products, np.ndarray) else products.toarray()
    sizes, directions = np.linalg.eigh(gram)
    kept = sizes > _LEAST_SIZE * max(float(sizes[-1]), _LEAST_SIZE)
    roots = np.sqrt(sizes[kept])
    return Turned(directions[:, kept] * roots, values, directions[:, kept] / roots)


def fit_line(
    values: Any,
    answers: NDArray[np.float64],
    *,
    strength: float,
    balanced: bool,
    signs: NDArray[np.int64] | None = None,
) -> Line:
    """Return the log-odds of a yes as a linear function, by logistic regression with an L2 penalty.

    Args:
        values: (n, dim) float64, or a sparse matrix of scipy.
        answers: (n,) 0 or 1; where all are alike, the line is level.
        strength: inverse strength of regularisation, above 0.
        balanced: learn from the rarer answer as much as from the other; its chance stays what it was.
        signs: (dim,) of what a weight may be: 1 for not below 0, -1 for not above, 0 for anything; those that
            would break it are 0. None for no such rule.

    Raises:
        MissingExtra: scikit-learn is not installed.
    Source: dropping what comes out with the wrong sign, as in `mix_lines`.
    """
    kept = np.arange(values.shape[1])
    while signs is not None:
        line = _fit_line(values[:, kept], answers, strength=strength, balanced=balanced)
        wrong = signs[kept] * line.weights < 0
        if not wrong.any():
            weights = np.zeros(values.shape[1])
            weights[kept] = line.weights
            return Line(weights, line.bias)
        kept = kept[~wrong]
    return _fit_line(values, answers, strength=strength, balanced=balanced)


def _fit_line(values: Any, answers: NDArray[np.float64], *, strength: float, balanced: bool) -> Line:
    lone = lone_answer(answers)
    if lone is not None:
        return Line(np.zeros(values.shape[1]), lone)
    model = require("sklearn.linear_model").LogisticRegression(C=strength, max_iter=_STEPS, tol=1e-3)
    weights = balanced_weights(answers) if balanced else None
    model.fit(values, answers.astype(np.int64), sample_weight=weights)
    shift = prior_shift(answers) if balanced else 0.0
    return Line(np.asarray(model.coef_[0], np.float64), float(model.intercept_[0]) + shift)


def choose_line(
    rows: Turned,
    answers: NDArray[np.float64],
    folds: NDArray[np.int64],
    *,
    strengths: Sequence[float],
    balanced: bool,
    signs: NDArray[np.int64] | None = None,
) -> ChosenLine:
    """Return the line whose strength does best on rows that it was not fitted to, by log-loss.

    Args:
        rows: n of them.
        answers: (n,) 0 or 1; nan for a row that does not tell, which nothing is fitted to.
        folds: (n,) the fold of each row.
        strengths: to choose from; of equals, the first.
        balanced: as for `fit_line`.
        signs: as for `fit_line`, of rows that were not turned.

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    told = np.flatnonzero(~np.isnan(answers))
    values, given, parts = rows.values[told], answers[told], folds[told]
    tried = []
    for strength in strengths:
        unseen = np.zeros(len(told))
        for fold in np.unique(parts):
            rest, own = np.flatnonzero(parts != fold), np.flatnonzero(parts == fold)
            line = fit_line(values[rest], given[rest], strength=strength, balanced=balanced, signs=signs)
            unseen[own] = values[own] @ line.weights + line.bias
        tried.append((log_loss_of(unseen, given), strength, unseen))
    _, best, unseen = min(tried, key=lambda one: one[0])
    line = fit_line(values, given, strength=best, balanced=balanced, signs=signs)
    return ChosenLine(rows.undone(line), unseen, best)


def mix_lines(unseen: NDArray[np.float64], answers: NDArray[np.float64]) -> Line:
    """Return how far to trust each of some log-odds, none below 0, and what to add to their sum.

    Args:
        unseen: (n, n_lines) log-odds by lines that were not fitted to the row.
        answers: (n,) 0 or 1.

    Raises:
        MissingExtra: scikit-learn is not installed.
    Source: stacking, Wolpert 1992; weights not below 0, Breiman 1996, "Stacked regressions".
    """
    kept = list(range(unseen.shape[1]))
    while kept:
        line = fit_line(unseen[:, kept], answers, strength=_MIX_STRENGTH, balanced=False)
        below = [column for column, weight in zip(kept, line.weights, strict=True) if weight < 0]
        if not below:
            weights = np.zeros(unseen.shape[1])
            weights[kept] = line.weights
            return Line(weights, line.bias)
        kept = [column for column in kept if column not in below]
    level = fit_line(np.zeros((len(answers), 1)), answers, strength=_MIX_STRENGTH, balanced=False)
    return Line(np.zeros(unseen.shape[1]), level.bias)


def log_loss_of(log_odds: NDArray[np.float64], answers: NDArray[np.float64]) -> float:
    """Return the mean negative log-probability of (n,) answers by (n,) log-odds."""
    return float(np.logaddexp(0.0, np.where(answers > 0, -log_odds, log_odds)).mean())
