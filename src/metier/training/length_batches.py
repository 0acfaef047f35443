"""Batches of rows of about equal length, so that little of a batch is padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from metier.errors import InvalidInput

POOL: Final = 16
"""Batches that are sorted together: more waste less on padding, fewer put more different rows together."""


def length_batches(
    lengths: Sequence[int], size: int, *, seed: int | Sequence[int], pool: int = POOL
) -> list[list[int]]:
    """Return the numbers of all rows, each once, in batches of rows of about equal length.

    The same seed gives the same batches in the same order; another one puts other rows together.

    Args:
        lengths: of each row, in any unit.
        size: most rows of a batch, at least 1.
        seed: 0 or more, or several such numbers.
        pool: batches that are sorted together, at least 1.

    Returns:
        No batches for no rows.

    Raises:
        InvalidInput: size or pool < 1.

    >>> sorted(map(sorted, length_batches([1, 900, 2, 901], 2, seed=0)))
    [[0, 2], [1, 3]]
    """
    if size < 1 or pool < 1:
        raise InvalidInput(f"size and pool must be at least 1. Got {size} and {pool}.")
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(lengths)).tolist()
    cut = []
    for first in range(0, len(order), pool * size):
        near = sorted(order[first : first + pool * size], key=lambda row: lengths[row])
        cut += [near[i : i + size] for i in range(0, len(near), size)]
    return [cut[i] for i in rng.permutation(len(cut))]
