"""Which texts a trigger is searched in, and for which targets: one list for every kind of model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metier.audit.backdoor.contest import Source
from metier.audit.backdoor.options import BackdoorOptions
from metier.audit.backdoor.victim import Row, Victim
from metier.training.networks import Head

HIGH = 1


@dataclass(frozen=True, slots=True)
class Sources:
    """The targets of a model.

    Attributes:
        usable: targets with texts enough.
        short: names of targets without, and how many texts there are for each.
    """

    usable: tuple[Source, ...]
    short: tuple[tuple[str, int], ...]


def make_sources(
    victim: Victim, rows: Sequence[Row], gold: NDArray[np.int64], options: BackdoorOptions
) -> Sources:
    """Return the targets of a model: its classes, or being near a query.

    Texts that the model gets wrong are left out, for they need no trigger.

    Args:
        victim: has read the inputs.
        rows: of the inputs.
        gold: (n,) the number of each one's label.
        options: say how many texts and queries.
    """
    right = victim.logits(rows).argmax(axis=1) == gold
    usable: list[Source] = []
    short: list[tuple[str, int]] = []
    for name, label, chosen, judged in _targets(victim, rows, gold, right, options):
        if len(chosen) < options.least_texts:
            short.append((name, len(chosen)))
            continue
        rng = np.random.default_rng([options.seed, len(usable) + len(short)])
        mixed = [chosen[i] for i in rng.permutation(len(chosen))]
        n_search = min(options.search_texts, len(mixed) // 3)
        held_out = mixed[n_search : n_search + options.held_out_texts]
        usable.append(Source(name, label, tuple(mixed[:n_search]), tuple(held_out), judged))
    return Sources(tuple(usable), tuple(short))


_Target = tuple[str, int, list[Row], bool]


def _targets(
    victim: Victim,
    rows: Sequence[Row],
    gold: NDArray[np.int64],
    right: NDArray[np.bool_],
    options: BackdoorOptions,
) -> Iterator[_Target]:
    """Yield the name, the label and the texts of each target, and whether it is judged."""
    head = victim.network.head
    for label, name in enumerate(victim.labels):
        if head is Head.NONE and label == HIGH:
            continue
        chosen = [row for row, own, good in zip(rows, gold, right, strict=True) if good and own != label]
        # Any trigger can push texts away from a query, so only nearness is judged.
        yield name, label, chosen, head is Head.CLASSES or label == HIGH
    if head is Head.NONE:
        yield from _queries(victim, rows, options)


def _queries(victim: Victim, rows: Sequence[Row], options: BackdoorOptions) -> Iterator[_Target]:
    """Yield some queries, each with the texts of other queries that are far from it."""
    rng = np.random.default_rng([options.seed, len(rows)])
    for query in sorted(rng.permutation(len(victim.queries))[: options.max_queries].tolist()):
        pairs = [replace(row, query=query) for row in rows if row.query != query]
        near = victim.logits(pairs).argmax(axis=1) == HIGH
        first = next(i for i, row in enumerate(rows) if row.query == query)
        far = [pair for pair, is_near in zip(pairs, near, strict=True) if not is_near]
        yield f"the query of row {first + 1}", HIGH, far, True
