"""Hard negatives: passages near a query that are not what it asks for, found by the vectors of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.search.training.pairs import Pair, known_positives, text_key

_SCORES_AT_ONCE: Final = 1 << 24


class Pick(StrEnum):
    """Which passages of the window are taken."""

    TOP = "top"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class MiningOptions:
    """Where hard negatives are looked for.

    Attributes:
        n: negatives for each query, at least 1; fewer where the window holds fewer.
        first_rank: first rank of the window, from 1 for the nearest passage that is not known to be right.
        last_rank: its last rank, at least `first_rank`.
        margin: a passage whose cosine is above the positive's less this is left out: it may well be right,
            only nobody said so. From -2 to 2. Encoders that put all texts into a narrow cone leave nothing
            where it is large.
        pick: the nearest of the window, or any of them.
        seed: of the picks at random.

    Raises:
        InvalidInput: a value out of its range; the message names the field.
    Source: windows of ranks, Xiong et al. 2021 (arXiv:2007.00808); the bound below the positive's score,
        Moreira et al. 2024 (arXiv:2407.15831), section 3.
    """

    n: int = 1
    first_rank: int = 5
    last_rank: int = 50
    margin: float = 0.0
    pick: Pick = Pick.TOP
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("n", "first_rank"):
            if getattr(self, name) < 1:
                raise InvalidInput(f"{name} must be at least 1. Got {getattr(self, name)}.")
        if self.last_rank < self.first_rank:
            raise InvalidInput(
                f"last_rank must be at least first_rank, {self.first_rank}. Got {self.last_rank}."
            )
        if not -2 <= self.margin <= 2:
            raise InvalidInput(f"margin must be from -2 to 2. Got {self.margin}.")


def hard_negatives(
    queries: NDArray[np.float32],
    passages: NDArray[np.float32],
    positive: Sequence[int],
    right: Sequence[Sequence[int]],
    options: MiningOptions,
) -> list[NDArray[np.int64]]:
    """Return for each query the passages that are near it and yet wrong, nearest first.

    Passages are ranked by cosine, those in `right` left out; equal ones by their number. Of the ranks of the
    window, passages too near the query are dropped, and of the others `n` are taken. Scores are computed for
    some queries at a time, so that memory stays bounded.

    Args:
        queries: (n_queries, dim) float32, unit rows.
        passages: (n_passages, dim) float32, unit rows, no two of one text.
        positive: for each query the number of the passage of its row.
        right: for each query the numbers of all passages known to be right, that of its row among them.
        options: the window and what is taken of it.

    Returns:
        For each query at most `n` passage numbers, int64.

    Raises:
        InvalidInput: shapes that do not fit.

    A query at angle 0, its positive at 20 degrees, and passages at 5, 30, 40 and 80. The one at 5 is nearer
    than the positive, so it may be right; the window of ranks 1 to 3 leaves 30 and 40.

    >>> angles = np.radians([20, 5, 30, 40, 80])
    >>> passages = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    >>> query = np.array([[1, 0]], np.float32)
    >>> window = MiningOptions(n=2, first_rank=1, last_rank=3)
    >>> hard_negatives(query, passages, [0], [[0]], window)[0].tolist()
    [2, 3]
    """
    if queries.ndim != 2 or passages.ndim != 2 or queries.shape[1] != passages.shape[1]:
        raise InvalidInput(
            f"queries and passages must be (n, dim) of one dim. Got {queries.shape} and {passages.shape}."
        )
    if not len(queries) == len(positive) == len(right):
        raise InvalidInput(
            "positive and right must have one entry for each query. "
            f"Got {len(positive)} and {len(right)} for {len(queries)}."
        )
    found: list[NDArray[np.int64]] = []
    step = max(1, _SCORES_AT_ONCE // max(len(passages), 1))
    for first in range(0, len(queries), step):
        scores = queries[first : first + step] @ passages.T
        for i, row in enumerate(scores, start=first):
            found.append(_of_one(row, positive[i], right[i], replace(options, seed=options.seed + i)))
    return found


def mine_negatives(
    pairs: Sequence[Pair],
    queries: NDArray[np.float32],
    passages: NDArray[np.float32],
    options: MiningOptions,
) -> list[tuple[int, ...]]:
    """Return for each pair the numbers of the pairs whose positives are hard negatives of its query.

    What a query is known to find, in any pair, is never among them, nor is a text equal to that.

    Args:
        pairs: n pairs.
        queries: (n, dim) float32, unit vector of each query.
        passages: (n, dim) float32, unit vector of each positive.
        options: the window and what is taken of it.

    Raises:
        InvalidInput: shapes that do not fit.
    """
    if not len(queries) == len(passages) == len(pairs):
        raise InvalidInput(
            f"There must be one vector for each query and positive of {len(pairs)} pairs. Got {len(queries)} "
            f"and {len(passages)}."
        )
    keys = [text_key(pair.positive) for pair in pairs]
    place = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    rows = _first_rows(keys)
    known = known_positives(pairs)
    right = [
        sorted({place[key], *(place[other] for other in known.get(text_key(pair.query), ()))})
        for pair, key in zip(pairs, keys, strict=True)
    ]
    found = hard_negatives(queries, passages[rows], [place[key] for key in keys], right, options)
    return [tuple(rows[numbers].tolist()) for numbers in found]


def _first_rows(keys: Sequence[str]) -> NDArray[np.int64]:
    """Return where each key stands first, in order of those places."""
    first: dict[str, int] = {}
    for i, key in enumerate(keys):
        first.setdefault(key, i)
    return np.array(list(first.values()), np.int64)


def _of_one(
    scores: NDArray[np.float32], positive: int, right: Sequence[int], options: MiningOptions
) -> NDArray[np.int64]:
    bound = scores[positive] - options.margin
    left = scores.copy()
    left[list(right)] = -np.inf
    n_left = len(scores) - len(set(right))
    n_ranked = min(options.last_rank, n_left)
    if n_ranked < options.first_rank:
        return np.zeros(0, np.int64)
    nearest = np.argpartition(-left, n_ranked - 1)[:n_ranked]
    ranked = nearest[np.lexsort((nearest, -left[nearest]))]
    window: NDArray[np.int64] = ranked[options.first_rank - 1 :]
    window = window[left[window] <= bound]
    if options.pick is Pick.RANDOM and len(window) > options.n:
        taken = np.random.default_rng(options.seed).choice(len(window), options.n, replace=False)
        window = window[np.sort(taken)]
    return window[: options.n]
