"""Sets of levels that hold the true one for a given share of documents, by split conformal prediction.

A set is a run of neighbouring levels grown around the likeliest one, always by the likelier of its two
neighbours. The score of a level is the probability of the run that it is added to, 0 for the likeliest; a
level is in the set where its score is at most a quantile of the scores that true levels had on the
calibration part.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.expertise.model import Calibration
from metier.types import Level


def level_set(probabilities: NDArray[np.float64], calibration: Calibration) -> tuple[Level, ...]:
    """Return the levels that cannot be ruled out, in order: never none, and without a gap.

    Args:
        probabilities: (5,) of one document, calibrated.
        calibration: with the quantile to grow to.
    """
    kept = conformal_scores(probabilities[None])[0] <= calibration.quantile
    return tuple(level for level, keeps in zip(Level, kept.tolist(), strict=True) if keeps)


def conformal_scores(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of the run that each level is added to as the run grows.

    Args:
        probabilities: (n, n_levels), rows of sum 1; of equals, the lower level comes first.

    Returns:
        (n, n_levels) float64 from 0 to 1; 0 for the likeliest level.
    Source: Lu, Angelopoulos and Pomerantz 2022, "Improving trustworthiness of AI disease severity rating in
        medical imaging with ordinal conformal prediction sets" (arXiv:2207.02238), section 2.2.

    >>> conformal_scores(np.array([[0.1, 0.5, 0.25, 0.15]])).round(2).tolist()
    [[0.9, 0.0, 0.5, 0.75]]
    """
    n, n_levels = probabilities.shape
    rows = np.arange(n)
    scores = np.zeros((n, n_levels))
    # A wall on either side, which no run grows over while a level is left.
    walled = np.pad(probabilities, ((0, 0), (1, 1)), constant_values=-1.0)
    low = high = probabilities.argmax(axis=1)
    mass = probabilities[rows, low]
    for _ in range(n_levels - 1):
        below = walled[rows, low] >= walled[rows, high + 2]
        added = np.where(below, low - 1, high + 1)
        # What rounding adds must not rule out a level that a quantile of 1 keeps.
        scores[rows, added] = np.minimum(mass, 1.0)
        mass = mass + probabilities[rows, added]
        low, high = np.minimum(low, added), np.maximum(high, added)
    return scores


def conformal_quantile(scores: NDArray[np.float64], *, coverage: float) -> float:
    """Return the score that true levels do not pass in a share `coverage` of documents like these.

    Args:
        scores: (n,) of the true levels.
        coverage: above 0 and below 1.

    Returns:
        The smallest score that at least (n + 1) * coverage of them do not pass; 1, which keeps every level,
        where there are too few for that: below 9 rows for 0.9.

    Raises:
        InvalidInput: coverage out of range.
    Source: Vovk, Gammerman and Shafer 2005, "Algorithmic learning in a random world"; the correction for n
        as in Angelopoulos and Bates 2021 (arXiv:2107.07511), section 1.1.

    >>> conformal_quantile(np.linspace(0.1, 0.9, 9), coverage=0.5)
    0.5
    >>> conformal_quantile(np.linspace(0.1, 0.8, 8), coverage=0.9)
    1.0
    """
    if not 0 < coverage < 1:
        raise InvalidInput(f"coverage must lie between 0 and 1. Got {coverage}.")
    # A hair less, so that 10 * 0.9 is nine and not ten.
    rank = math.ceil((len(scores) + 1) * coverage - 1e-9)
    return 1.0 if rank > len(scores) else float(np.sort(scores)[rank - 1])
