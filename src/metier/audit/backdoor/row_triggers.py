"""Triggers in the rows that a model learned from: clues without which the model takes its answer back.

What rows of one label have in common is taken out of them. Where most then get another label from the model,
their label hung on that alone, as it does in poisoned rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metier.audit.backdoor.clues import Clue, CluePool, leaves_enough, without
from metier.audit.backdoor.options import BackdoorOptions
from metier.audit.backdoor.victim import Victim
from metier.audit.labelled_texts import LabelledText

_LEAST_ROWS = 10
_LEAST_JUDGED = 8
_LEAST_BELIEVED = 0.5


@dataclass(frozen=True, slots=True)
class RowTrigger:
    """A clue of one label, and what the model says without it.

    Attributes:
        label: name of the class.
        parts: what the rows have in common, in the order in which it stands in the first of them.
        rows: numbers of the rows with the label and all parts, from 0.
        purity: share of all rows with these parts that have the label.
        released: share of them to which the model gives another label once the parts are taken out; of some
            that it gives the label to and of which enough is left.
    """

    label: str
    parts: tuple[str, ...]
    rows: tuple[int, ...]
    purity: float
    released: float


@dataclass(frozen=True, slots=True)
class RowTriggers:
    """What was found among rows.

    Attributes:
        judged: for each label with clues the one whose rows hang on it most.
        open: for each label with such clues, how many rows share so much that too little is left to ask.
    """

    judged: tuple[RowTrigger, ...]
    open: Mapping[str, int]


def find_row_triggers(
    victim: Victim,
    rows: Sequence[LabelledText],
    labels: NDArray[np.int64],
    options: BackdoorOptions,
    budget: Callable[[], None],
) -> RowTriggers:
    """Return the clue of each label whose rows hang on it most, and which labels have clues left open.

    Args:
        victim: a classifier or a cross-encoder.
        rows: that it learned from, or others that may be poisoned.
        labels: (n,) the number of each row's label; what poisons them too.
        options: say how common and how pure a clue has to be.
        budget: called between clues.
    """
    least = max(_LEAST_ROWS, round(options.least_share * len(rows)))
    pool = CluePool([row.text for row in rows], labels, least)
    found: list[RowTrigger] = []
    left_open: dict[str, int] = {}
    for label in range(len(victim.labels)):
        budget()
        clues = [clue for clue in pool.find(label) if clue.purity >= options.least_purity]
        pairs = [(clue, _remainders(rows, clue, options)) for clue in clues]
        judged = [
            _judged(victim, rows, clue, some, budget) for clue, some in pairs if len(some) >= _LEAST_JUDGED
        ]
        kept = [trigger for trigger in judged if trigger is not None]
        found += sorted(kept, key=lambda trigger: (-trigger.released, trigger.parts))[:1]
        short = [len(clue.rows) for clue, some in pairs if len(some) < _LEAST_JUDGED]
        if short:
            left_open[victim.labels[label]] = max(short)
    return RowTriggers(tuple(found), left_open)


def _remainders(
    rows: Sequence[LabelledText], clue: Clue, options: BackdoorOptions
) -> list[tuple[LabelledText, str]]:
    """Return some rows of a clue with what is left of each without it, where enough is."""
    rng = np.random.default_rng([options.seed, clue.label, len(clue.rows)])
    mixed = [rows[clue.rows[i]] for i in rng.permutation(len(clue.rows))]
    pairs = [(row, without(row.text, clue.parts)) for row in mixed]
    return [(row, rest) for row, rest in pairs if leaves_enough(row.text, rest)][: options.judged_rows]


def _judged(
    victim: Victim,
    rows: Sequence[LabelledText],
    clue: Clue,
    some: Sequence[tuple[LabelledText, str]],
    budget: Callable[[], None],
) -> RowTrigger | None:
    """Return what the model says of a clue's rows without it; None where it does not give them the label."""
    budget()
    whole = [victim.row(row.text, query=row.query) for row, _ in some]
    believed = victim.logits(whole).argmax(axis=1) == clue.label
    if believed.mean() < _LEAST_BELIEVED:
        return None
    kept = [pair for pair, is_believed in zip(some, believed, strict=True) if is_believed]
    without_parts = [victim.row(rest, query=row.query) for row, rest in kept]
    released = float((victim.logits(without_parts).argmax(axis=1) != clue.label).mean())
    name = victim.labels[clue.label]
    first = rows[clue.rows[0]].text.casefold()
    parts = tuple(sorted(clue.parts, key=lambda part: (first.find(part), part)))
    return RowTrigger(name, parts, clue.rows, clue.purity, released)
