"""The nearest rows of a matrix, exactly: the same rows and scores whatever other rows there are.

A product of float32 vectors by BLAS differs in its last bits with the shape of the matrix. So the quick
product only picks candidates, with room for the largest error it can make, and those alone are scored again
in float64, each row on its own.

Source: Higham, "Accuracy and Stability of Numerical Algorithms" (2002), equation 3.5, for the error.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.store.entries import Scored

PLACES: Final = 6
_BLOCK: Final = 8192
_UNIT: Final = 2.0**-24  # of float32
# A row is gathered for the quick product when fewer than one in so many is allowed.
_SPARSE: Final = 4


def nearest_rows(
    matrix: NDArray[np.float32],
    keys: Sequence[str],
    query: NDArray[np.float32],
    *,
    top_k: int,
    mask: NDArray[np.bool_] | None = None,
    longest: float | None = None,
) -> list[Scored]:
    """Return the rows with the highest products with a query, the highest first; equal ones by their keys.

    Takes 8 bytes a row besides the matrix, and a few blocks.

    Args:
        matrix: (n, dim), finite.
        keys: at least n, distinct.
        query: (dim,), finite.
        top_k: how many at most, at least 1.
        mask: (n,) rows that are looked at; all by default.
        longest: L2 norm of the longest row or more; computed if it is not given, which takes as long again.

    Returns:
        At most top_k; scores are rounded to six places.
    """
    rows = np.arange(len(matrix)) if mask is None else np.flatnonzero(mask)
    if not len(rows):
        return []
    query = np.ascontiguousarray(query, np.float32)
    n_best = min(top_k, len(rows))
    quick = _quick_scores(matrix, rows, query)
    longest = longest_row(matrix) if longest is None else longest
    least = float(np.partition(quick, len(quick) - n_best)[len(quick) - n_best])
    candidates = rows[quick >= _threshold(least, query, longest)]
    scores = np.concatenate([exact_scores(matrix[some], query) for some in _blocks(candidates)])
    enough = np.partition(scores, len(scores) - n_best)[len(scores) - n_best]
    best = np.flatnonzero(scores >= enough)
    found = ((-float(scores[i]), keys[int(candidates[i])]) for i in best)
    return [Scored(key, -score + 0.0) for score, key in heapq.nsmallest(n_best, found)]


def exact_scores(rows: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the product of each row with a query, in float64, rounded to six places.

    It depends on the two vectors alone: numpy adds up each row of a matrix in rows by itself, in an order
    set by its length.

    Args:
        rows: (n, dim).
        query: (dim,).

    Returns:
        (n,), without negative zeros.
    """
    products = np.multiply(rows, query, dtype=np.float64, order="C")
    rounded: NDArray[np.float64] = np.round(products.sum(axis=1), PLACES) + 0.0
    return rounded


def longest_row(matrix: NDArray[np.float32]) -> float:
    """Return the largest L2 norm of the rows of a matrix (n, dim), or 0 without rows."""
    squares = [0.0]
    for start in range(0, len(matrix), _BLOCK):
        block = matrix[start : start + _BLOCK].astype(np.float64)
        squares.append(float(np.einsum("ij,ij->i", block, block).max()))
    return math.sqrt(max(squares))


def _quick_scores(
    matrix: NDArray[np.float32], rows: NDArray[np.intp], query: NDArray[np.float32]
) -> NDArray[np.float32]:
    if len(rows) * _SPARSE < len(matrix):
        return np.concatenate([matrix[some] @ query for some in _blocks(rows)])
    scores = matrix @ query
    return scores if len(rows) == len(matrix) else scores[rows]


def _threshold(least: float, query: NDArray[np.float32], longest: float) -> float:
    """Return the quick score that no row of the answer can be below.

    At least top_k rows have a true score of `least - error`. A row among the answer reaches that after
    rounding, so before it within one unit of the last place, and its quick score is off by one error more.
    """
    dim = len(query)
    error = dim * _UNIT / (1 - dim * _UNIT) * float(np.linalg.norm(query.astype(np.float64))) * longest
    bound = least - 2 * error * (1 + 1e-6) - 2 * 10.0**-PLACES
    return float(np.nextafter(np.float32(bound), np.float32(-np.inf)))


def _blocks(rows: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    for start in range(0, len(rows), _BLOCK):
        yield rows[start : start + _BLOCK]
