"""Batches in which no text is another row's right answer by accident."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from metier.errors import InvalidInput
from metier.search.training.pairs import Pair, text_key
from metier.training.schedule import derived_seed

_POOL: Final = 16
_OPEN: Final = 64


@dataclass(slots=True)
class _Batch:
    """Rows taken so far, and what no further row may bring."""

    rows: list[int] = field(default_factory=list)
    queries: set[str] = field(default_factory=set)
    positives: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)

    def takes(self, query: str, positive: str, known: Set[str]) -> bool:
        return not (
            query in self.queries
            or positive in self.positives
            or positive in self.found
            or not known.isdisjoint(self.positives)
        )

    def add(self, row: int, query: str, positive: str, known: Set[str]) -> None:
        self.rows.append(row)
        self.queries.add(query)
        self.positives.add(positive)
        self.found |= known


def plan_batches(
    pairs: Sequence[Pair],
    known: Mapping[str, Set[str]],
    *,
    batch_size: int,
    seed: int,
    epoch: int,
    apart: bool = True,
) -> list[list[int]]:
    """Return the numbers of the pairs of each batch of an epoch, every pair once.

    No two rows of a batch share a query or a positive, and no row's positive is known to be right for another
    row's query; texts are compared by `text_key`. A row that fits nowhere stands in a smaller batch. Rows of
    a batch are of about equal length. The same arguments give the same batches.

    Args:
        pairs: n pairs.
        known: keys of all texts that a query should find, by the key of the query (`known_positives`).
        batch_size: most rows of a batch, at least 1.
        seed: of the order.
        epoch: another one puts other rows together.
        apart: False to let rows share texts, as for a loss that looks at each row by itself.

    Raises:
        InvalidInput: a batch size below 1.
    """
    if batch_size < 1:
        raise InvalidInput(f"batch_size must be at least 1. Got {batch_size}.")
    rng = random.Random(derived_seed("batches", seed, epoch))
    order = _by_length(pairs, batch_size, rng)
    if apart:
        keys = [(text_key(pair.query), text_key(pair.positive)) for pair in pairs]
        cut = _apart(order, keys, known, batch_size)
    else:
        cut = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    rng.shuffle(cut)
    return cut


def _by_length(pairs: Sequence[Pair], batch_size: int, rng: random.Random) -> list[int]:
    """Return all numbers, shuffled, with neighbours of about equal length."""
    order = list(range(len(pairs)))
    rng.shuffle(order)
    # A first pool of random size: few rows would else be one pool, and its batches always the same.
    first = batch_size * rng.randint(1, max(1, min(_POOL, len(order) // batch_size)))
    starts = [0, *range(first, len(order), _POOL * batch_size), len(order)]
    return [
        row
        for start, stop in pairwise(starts)
        for row in sorted(order[start:stop], key=lambda row: len(pairs[row].query) + len(pairs[row].positive))
    ]


def _apart(
    order: Sequence[int],
    keys: Sequence[tuple[str, str]],
    known: Mapping[str, Set[str]],
    batch_size: int,
) -> list[list[int]]:
    """Put each row into the first open batch that takes it; the oldest of too many is closed as it is."""
    done: list[list[int]] = []
    opened: list[_Batch] = []
    for row in order:
        query, positive = keys[row]
        right = known.get(query, frozenset())
        batch = next((each for each in opened if each.takes(query, positive, right)), None)
        if batch is None:
            if len(opened) == _OPEN:
                done.append(opened.pop(0).rows)
            batch = _Batch()
            opened.append(batch)
        batch.add(row, query, positive, right)
        if len(batch.rows) == batch_size:
            opened.remove(batch)
            done.append(batch.rows)
    return done + [batch.rows for batch in opened]
