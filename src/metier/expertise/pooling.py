"""A reading as one vector: the mean and the spread of its token states, and what each token adds to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import Reading

_LEAST_SPREAD = 1e-9


def pool_reading(reading: Reading) -> NDArray[np.float64]:
    """Return the mean and then the standard deviation of the token states, (2 * dim,) float64.

    Mean and spread tell more than the mean alone: what a text is about, and how much else it speaks of. A
    reading without tokens is the mean of its frame, without spread.

    Source: statistics pooling, Snyder et al. 2017, "Deep neural network embeddings for text-independent
        speaker verification".
    """
    states = _states(reading)
    mean = states.mean(axis=0)
    return np.concatenate([mean, np.sqrt(((states - mean) ** 2).mean(axis=0))])


def condense(reading: Reading) -> Reading:
    """Return a reading of two tokens that pools to the same vector, so that thousands fit into memory.

    It serves for fitting and scoring; what single words do cannot be told from it.
    """
    states = _states(reading)
    mean = states.mean(axis=0)
    spread = np.sqrt(((states - mean) ** 2).mean(axis=0))
    both = np.stack([mean + spread, mean - spread]).astype(np.float32)
    edges = reading.spans[[0, -1]] if len(reading.spans) else np.zeros((2, 2), np.int64)
    return Reading(both, edges, reading.frame)


def by_token(
    reading: Reading, weights: NDArray[np.float64], center: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what each token adds to `weights @ (pool_reading(reading) - center)`, (n_tokens,).

    Together that is all of it: the spread is the mean over tokens of their squared distance from the mean,
    over the spread itself, so it is shared out without a rest.

    Args:
        reading: with n_tokens.
        weights: (2 * dim,).
        center: (2 * dim,).
    """
    n, dim = reading.states.shape
    if not n:
        return np.zeros(0)
    states = reading.states.astype(np.float64)
    mean = states.mean(axis=0)
    spread = np.sqrt(((states - mean) ** 2).mean(axis=0))
    steep = np.where(spread > _LEAST_SPREAD, weights[dim:] / np.maximum(spread, _LEAST_SPREAD), 0.0)
    shares: NDArray[np.float64] = states @ weights[:dim] + (states - mean) ** 2 @ steep
    shares -= weights @ center
    shares /= n
    return shares


def _states(reading: Reading) -> NDArray[np.float64]:
    states = reading.states if len(reading.states) else reading.frame
    return states.astype(np.float64)
