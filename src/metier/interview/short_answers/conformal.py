"""Intervals around predictions that hold as often as they say: split conformal, in numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput

_LEAST_SPREAD: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """How far predictions were off on rows that had no part in them.

    Attributes:
        spread: (2,) usual error at the highest score, and how much it grows by each point below.
        seen: (n_seen,) float32, rising: errors over the usual ones, for questions with graded answers.
        unseen: (n_unseen,) float32, likewise, for questions without any.
    """

    spread: NDArray[np.float32]
    seen: NDArray[np.float32]
    unseen: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        truth: NDArray[np.float64],
        predicted: dict[str, NDArray[np.float64]],
        *,
        highest: float,
    ) -> Residuals:
        """Return the residuals of out-of-fold predictions.

        Args:
            truth: (n,).
            predicted: under `seen` and `unseen`, each (n,); nan for a row that was not predicted.
            highest: the highest score.
        """
        both = np.concatenate([predicted["seen"], predicted["unseen"]])
        errors = np.abs(both - np.concatenate([truth, truth]))
        known = ~np.isnan(errors)
        spread = _spread(highest - both[known], errors[known])
        parts = {
            name: np.sort(_scaled(truth, values, spread, highest)[~np.isnan(values)])
            for name, values in predicted.items()
        }
        return cls(spread, parts["seen"].astype(np.float32), parts["unseen"].astype(np.float32))

    def half_width(self, score: float, *, seen: bool, level: float, highest: float) -> float:
        """Return how far the truth may lie from a predicted score, in `level` of all cases.

        Returns:
            At least 0; infinite where there are too few residuals to say.

        Raises:
            InvalidInput: level not between 0 and 1.
        Source: Lei et al. 2018, "Distribution-free predictive inference for regression" (arXiv:1604.04173),
            sections 2.2 and 5.2.
        """
        check_level(level)
        ranked = self.seen if seen else self.unseen
        rank = ceil((len(ranked) + 1) * level)
        if rank > len(ranked):
            return float("inf")
        return float(ranked[rank - 1]) * float(_usual(np.array(score), self.spread, highest))


def check_level(level: float) -> None:
    """Refuse a share of cases that is not between 0 and 1.

    Raises:
        InvalidInput: it is not.
    """
    if not 0 < level < 1:
        raise InvalidInput(f"level must lie between 0 and 1. Got {level}.")


def _spread(below: NDArray[np.float64], errors: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return intercept and slope of the errors over the distance to the highest score; neither negative."""
    if not errors.size:
        return np.array([1.0, 0.0], np.float32)
    design = np.stack([np.ones(len(below)), below], axis=1)
    found = np.linalg.lstsq(design, errors, rcond=None)[0]
    if found.min() < 0:
        found = np.array([errors.mean(), 0.0])
    return found.astype(np.float32)


def _usual(score: NDArray[np.float64], spread: NDArray[np.float32], highest: float) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.maximum(spread[0] + spread[1] * (highest - score), _LEAST_SPREAD)
    return found


def _scaled(
    truth: NDArray[np.float64], predicted: NDArray[np.float64], spread: NDArray[np.float32], highest: float
) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.abs(predicted - truth) / _usual(predicted, spread, highest)
    return found
