"""How well a model chooses: accuracy, how clearly, and how near its cosines are to 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.training.intervals import wilson


@dataclass(frozen=True, slots=True)
class WrongChoice:
    """An input whose nearest candidate is not the right one.

    Attributes:
        row: number of its row in the data.
        true: the nearest of the right candidates.
        chosen: the nearest of the others.
        cosine_true: of the former.
        cosine_chosen: of the latter, at least as high.
    """

    row: int
    true: str
    chosen: str
    cosine_true: float
    cosine_chosen: float


@dataclass(frozen=True, slots=True)
class ChoiceReport:
    """What was measured.

    Attributes:
        accuracy: share of inputs whose nearest candidate is right.
        correct: how many those are.
        total: inputs.
        mean_diff: mean of how far the nearest right candidate is above the nearest wrong one, in cosine;
            that is top-1 minus top-2 where the choice is right, and true minus top-1 where it is wrong.
        mse: mean squared difference of all cosines from 1 for what is right and 0 for what is not.
        mae: mean absolute difference likewise.
        correlation: Pearson's r of all cosines with those; None where all cosines are equal.
        accuracy_low: lower end of the 95 % Wilson interval of the accuracy.
        accuracy_high: its upper end.
        wrong: each wrong choice, in the order of the inputs.
    """

    accuracy: float
    correct: int
    total: int
    mean_diff: float
    mse: float
    mae: float
    correlation: float | None
    accuracy_low: float
    accuracy_high: float
    wrong: tuple[WrongChoice, ...]


def measure_choices(
    cosines: NDArray[np.floating],
    right: NDArray[np.bool_],
    *,
    rows: Sequence[int],
    candidates: Sequence[str],
) -> ChoiceReport:
    """Return how well the candidate with the highest cosine is the right one; a tie counts as wrong.

    Args:
        cosines: (n_inputs, n_candidates), n_inputs at least 1.
        right: (n_inputs, n_candidates), at least one true and one false in each row.
        rows: (n_inputs,) numbers for `WrongChoice.row`.
        candidates: (n_candidates,) what to call them.

    Raises:
        InvalidInput: shapes that do not fit, cosines that are not finite, or an input without a right or a
            wrong candidate.

    >>> cosines = np.array([[0.9, 0.2], [0.6, 0.5]])
    >>> found = measure_choices(cosines, np.eye(2, dtype=bool), rows=[2, 3], candidates=["a", "b"])
    >>> found.correct, round(found.mean_diff, 3), [wrong.row for wrong in found.wrong]
    (1, 0.3, [3])
    """
    scores = np.asarray(cosines, np.float64)
    _check(scores, right, len(rows), len(candidates))
    numbers = np.arange(len(scores))
    best = np.where(right, scores, -np.inf).argmax(axis=1)
    rival = np.where(right, -np.inf, scores).argmax(axis=1)
    gaps = scores[numbers, best] - scores[numbers, rival]
    correct = int((gaps > 0).sum())
    errors = scores - right
    share = wilson(correct, len(scores))
    return ChoiceReport(
        accuracy=share.value,
        correct=correct,
        total=len(scores),
        mean_diff=float(gaps.mean()),
        mse=float(np.square(errors).mean()),
        mae=float(np.abs(errors).mean()),
        correlation=_correlation(scores.ravel(), right.ravel().astype(np.float64)),
        accuracy_low=share.low,
        accuracy_high=share.high,
        wrong=tuple(
            WrongChoice(
                rows[i],
                candidates[int(best[i])],
                candidates[int(rival[i])],
                float(scores[i, best[i]]),
                float(scores[i, rival[i]]),
            )
            for i in np.flatnonzero(gaps <= 0).tolist()
        ),
    )


def _check(scores: NDArray[np.float64], right: NDArray[np.bool_], n_rows: int, n_candidates: int) -> None:
    if scores.shape != (n_rows, n_candidates) or right.shape != scores.shape or not n_rows:
        raise InvalidInput(
            f"cosines and right must be ({n_rows}, {n_candidates}), with at least one input. Got "
            f"{scores.shape} and {right.shape}."
        )
    if not np.isfinite(scores).all():
        raise InvalidInput("cosines must be finite. Some are not: the model is damaged; train it again.")
    if not right.any(axis=1).all() or right.all(axis=1).any():
        raise InvalidInput(
            "Each input must have a right and a wrong candidate. Some lack one: mend the data."
        )


def _correlation(scores: NDArray[np.float64], truth: NDArray[np.float64]) -> float | None:
    """Return Pearson's r; the truth is never constant."""
    if np.ptp(scores) == 0:
        return None
    left, other = scores - scores.mean(), truth - truth.mean()
    return float((left @ other) / np.sqrt((left @ left) * (other @ other)))
