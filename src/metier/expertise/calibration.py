"""Probabilities that mean what they say: a temperature and a conformal quantile, from rows of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.expertise.conformal import conformal_quantile, conformal_scores
from metier.expertise.data import LevelRow
from metier.expertise.model import Calibration, LevelInput, LevelModel
from metier.expertise.ordinal import allowed_levels, softmax
from metier.types import Role

COVERAGE: Final = 0.9
TEMPERATURES: Final = (0.2, 20.0)
"""Least and greatest; beyond them, probabilities are as good as certain, or say nothing."""
_SPREAD: Final = 0.5
_STEPS: Final = 60
_GOLDEN: Final = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, slots=True)
class Grounds:
    """What rows were calibrated on, for the claims that may be made."""

    languages: tuple[str, ...]
    roles: tuple[Role, ...]

    @classmethod
    def of(cls, rows: Sequence[LevelRow]) -> Grounds:
        """Return the languages and roles of rows, in order."""
        languages = sorted({row.item.language for row in rows})
        roles = {row.item.role for row in rows}
        return cls(tuple(languages), tuple(role for role in Role if role in roles))


def probabilities(model: LevelModel, items: Sequence[LevelInput]) -> NDArray[np.float64]:
    """Return calibrated probabilities of levels; those of a model that was not calibrated as they are.

    Args:
        model: any kind.
        items: n documents; none is fine.

    Returns:
        (n, 5) float64, rows of sum 1.

    Raises:
        InvalidInput: the model needs a reading and an item has none.
    """
    temperature = model.calibration.temperature if model.calibration else 1.0
    return softmax(model.logits(items) / temperature)


def calibrate(
    logits: NDArray[np.float64], rows: Sequence[LevelRow], *, coverage: float = COVERAGE
) -> Calibration:
    """Return the temperature and quantile that some rows ask for.

    A label that allows several levels counts by their sum for the temperature. For the sets it counts as its
    likeliest level: what they then hold for the share `coverage` is a level that the label allows.

    Args:
        logits: (n, 5) of a model that did not learn from these rows.
        rows: n of them; without any, nothing is changed and every set holds all levels.
        coverage: share of true levels that the sets are to hold, between 0 and 1.

    Raises:
        InvalidInput: coverage out of range, or logits that do not fit the rows.
    """
    if len(logits) != len(rows):
        raise InvalidInput(f"There must be logits for each row. Got {len(logits)} for {len(rows)} rows.")
    allowed = allowed_levels([row.label for row in rows])
    temperature = fit_temperature(logits, allowed)
    scores = conformal_scores(softmax(logits / temperature)) if len(rows) else np.zeros(allowed.shape)
    held = np.where(allowed, scores, np.inf).min(axis=1)
    quantile = conformal_quantile(held, coverage=coverage)
    grounds = Grounds.of(rows)
    return Calibration(temperature, quantile, coverage, len(rows), grounds.languages, grounds.roles)


def fit_temperature(logits: NDArray[np.float64], allowed: NDArray[np.bool_]) -> float:
    """Return the likeliest temperature, from 0.2 to 20; 1 for no rows.

    Its logarithm is taken to be normal about 0 with deviation 0.5 before any row is seen, so that a handful
    of rows that all happen to be right makes nobody certain.

    Args:
        logits: (n, 5).
        allowed: (n, 5) bool, the levels that each label allows.

    Source: Guo et al. 2017, "On calibration of modern neural networks" (arXiv:1706.04599); minimum by golden
        section, Kiefer 1953.
    """
    if not len(logits):
        return 1.0
    low, high = (math.log(end) for end in TEMPERATURES)
    for _ in range(_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if _surprise(logits, allowed, left) <= _surprise(logits, allowed, right):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)


def log_loss(logits: NDArray[np.float64], allowed: NDArray[np.bool_], temperature: float = 1.0) -> float:
    """Return the mean negative log-probability of what labels allow, 0 or more; nan for no rows.

    Args:
        logits: (n, 5).
        allowed: (n, 5) bool.
        temperature: by which logits are divided, above 0.
    """
    if not len(logits):
        return math.nan
    scaled = logits / temperature
    top = scaled.max(axis=1, keepdims=True)
    powers = np.exp(scaled - top)
    held = np.maximum((powers * allowed).sum(axis=1), 1e-300)
    return float((np.log(powers.sum(axis=1)) - np.log(held)).mean())


def _surprise(logits: NDArray[np.float64], allowed: NDArray[np.bool_], log_temperature: float) -> float:
    prior = (log_temperature / _SPREAD) ** 2 / 2
    return log_loss(logits, allowed, math.exp(log_temperature)) + prior / len(logits)
