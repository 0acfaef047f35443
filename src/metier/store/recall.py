"""How much of an exact answer an approximate one finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.store.entries import Scored

Search = Callable[[NDArray[np.float32]], Sequence[Scored]]


def recall_of_approximate(
    approximate: Search, exact: Search, queries: Iterable[NDArray[np.float32]]
) -> float:
    """Return the mean share of the exact answers that are among the approximate ones, from 0 to 1.

    Args:
        approximate: gives the documents nearest to a vector (dim,), perhaps not all of them.
        exact: gives those that are nearest; queries to which it gives none count for nothing.
        queries: vectors (dim,), at least one with an answer.

    Raises:
        InvalidInput: no query has an answer.
    """
    shares = []
    for query in queries:
        wanted = {one.id for one in exact(query)}
        if wanted:
            shares.append(len(wanted & {one.id for one in approximate(query)}) / len(wanted))
    if not shares:
        raise InvalidInput("Recall needs at least one query with an answer. Got none.")
    return float(np.mean(shares))
