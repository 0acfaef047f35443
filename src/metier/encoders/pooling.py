"""Means of token states, and unit vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metier.types import Span


def unit_rows(matrix: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the rows of a matrix scaled to L2 norm 1, as float32; rows of zeros stay so.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    norms = np.sqrt(np.square(matrix, dtype=np.float64).sum(axis=1, keepdims=True))
    return (matrix / np.where(norms > 0, norms, 1.0)).astype(np.float32)


def mean_of_spans(
    states: NDArray[np.float32], starts: NDArray[np.int64], spans: Sequence[Span]
) -> NDArray[np.float64]:
    """Return the mean state of the tokens that begin in each span.

    Args:
        states: (n_tokens, dim).
        starts: (n_tokens,) rising character offsets of the tokens.
        spans: n_spans, in any order; they may overlap.

    Returns:
        (n_spans, dim); zeros where no token begins in the span.
    Source: mean pooling, Reimers and Gurevych 2019 (arXiv:1908.10084), section 3.
    """
    first = np.searchsorted(starts, [span.start for span in spans], side="left")
    last = np.searchsorted(starts, [span.end for span in spans], side="left")
    means = np.zeros((len(spans), states.shape[1]), np.float64)
    for i, (begin, end) in enumerate(zip(first, last, strict=True)):
        if end > begin:
            means[i] = states[begin:end].mean(axis=0, dtype=np.float64)
    return means
