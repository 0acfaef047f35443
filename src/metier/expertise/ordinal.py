"""Levels as four questions, "is it at least this level?", each answered by a model of its own.

A row teaches a question only where its label answers it: "at least senior" says yes to the first three and
nothing to the last. With z_k the log-odds that the level is at least k, a level j has

    P(j)  is proportional to  p_1 ... p_j (1 - p_(j+1)) ... (1 - p_4),    log P(j) = z_1 + ... + z_j + const,

what four independent witnesses together say of it. So P(level >= k) never rises with k, whatever the z_k
are, and no level gets a chance of exactly 0. (Differences p_j - p_(j+1), made monotone, ranked levels worse
in nearly every trial.) Witnesses are not independent, so this is too sure of itself: a temperature mends
that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.expertise.application import LevelRange
from metier.expertise.model import N_LEVELS

N_THRESHOLDS: Final = N_LEVELS - 1
_MOST: Final = 30.0


def threshold_answers(labels: Sequence[LevelRange]) -> NDArray[np.float64]:
    """Return what labels say to "is the level at least k?", for k from 1 to 4.

    Args:
        labels: n of them.

    Returns:
        (n, 4) float64: 1 for yes, 0 for no, nan where the label does not tell.
    Source: Frank and Hall 2001, "A simple approach to ordinal classification".

    >>> from metier.types import Level
    >>> threshold_answers([LevelRange.of(Level.MIDDLE), LevelRange(Level.SENIOR, Level.LEAD)]).tolist()
    [[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, nan]]
    """
    ranks = np.arange(1, N_LEVELS)
    low = np.array([label.low.rank for label in labels], np.int64)[:, None]
    high = np.array([label.high.rank for label in labels], np.int64)[:, None]
    return np.where(low >= ranks, 1.0, np.where(high < ranks, 0.0, np.nan)).reshape(-1, N_THRESHOLDS)


def allowed_levels(labels: Sequence[LevelRange]) -> NDArray[np.bool_]:
    """Return which levels each label allows, (n, 5) bool."""
    ranks = np.arange(N_LEVELS)
    low = np.array([label.low.rank for label in labels], np.int64)[:, None]
    high = np.array([label.high.rank for label in labels], np.int64)[:, None]
    allowed: NDArray[np.bool_] = ((ranks >= low) & (ranks <= high)).reshape(-1, N_LEVELS)
    return allowed


def balanced_weights(answers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights by which both answers count alike in sum, (n,) with mean 1.

    Args:
        answers: (n,) 0 or 1, both of them there.

    >>> balanced_weights(np.array([1.0, 0.0, 0.0, 0.0])).round(2).tolist()
    [2.0, 0.67, 0.67, 0.67]
    """
    share = float(answers.mean())
    return np.where(answers > 0, 0.5 / share, 0.5 / (1 - share))


def prior_shift(answers: NDArray[np.float64]) -> float:
    """Return what to add to log-odds that were learned with balanced weights: the log-odds of a yes.

    The rarer answer is learned from as much as the other, and its chance stays what it was.

    Args:
        answers: (n,) 0 or 1, both of them there.

    Source: Elkan 2001, "The foundations of cost-sensitive learning", theorem 2.
    """
    return float(np.log(answers.sum()) - np.log((1 - answers).sum()))


def lone_answer(answers: NDArray[np.float64]) -> float | None:
    """Return the log-odds of a question that all rows answer alike, or None where they do not.

    Args:
        answers: (n,) 0 or 1.

    Returns:
        By the rule of succession without the one for the answer that came: log(n + 1) for yes, its negative
        for no, 0 for no rows.

    >>> round(lone_answer(np.ones(1)), 3), lone_answer(np.zeros(0)), lone_answer(np.array([0.0, 1.0]))
    (0.693, 0.0, None)
    """
    if not answers.size:
        return 0.0
    if answers.min() != answers.max():
        return None
    return float(np.log(answers.size + 1) * (1 if answers[0] else -1))


def level_logits(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithms of the levels' probabilities, up to a constant per row.

    Args:
        log_odds: (n, 4) that the level is at least 1 to 4; cut at 30 from 0 on either side.

    Returns:
        (n, 5) float64, finite.

    Raises:
        InvalidInput: another shape, or a number that is not one.
    Source: product of experts, Hinton 1999, "Products of experts".

    >>> level_logits(np.array([[2.0, 1.0, -1.0, -3.0]])).tolist()
    [[0.0, 2.0, 3.0, 2.0, -1.0]]
    """
    if log_odds.ndim != 2 or log_odds.shape[1] != N_THRESHOLDS or np.isnan(log_odds).any():
        raise InvalidInput(f"log_odds must be (n, {N_THRESHOLDS}) without nan. Got shape {log_odds.shape}.")
    logits = np.zeros((len(log_odds), N_LEVELS))
    # Column by column, so that a row's sum never depends on how many rows there are.
    for k in range(N_THRESHOLDS):
        logits[:, k + 1] = logits[:, k] + np.clip(log_odds[:, k], -_MOST, _MOST)
    return logits


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities, (n, 5) float64 rows of sum 1, of (n, 5) logits."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return chances


def expected_ranks(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean rank of the levels, (n,) from 0 to 4, of (n, 5) logits."""
    means: NDArray[np.float64] = (softmax(logits) * np.arange(N_LEVELS)).sum(axis=1)
    return means
