"""A tenth of the rows to measure on, so that nothing learned stands in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from metier.errors import InvalidInput
from metier.training.splits import Part, near_duplicates, normalise, stratified_parts
from metier.workbench.finetuning.rows import AnswerRow, ClassRow, RankRow, Row, TagRow

_SHARES: Final = {Part.TRAIN: 0.9, Part.TUNE: 0.1}


class Parts(NamedTuple):
    """Rows to learn from and to measure on."""

    rows: list[Row]
    dev: list[Row]


def split_rows(rows: Sequence[Row], *, seed: int = 0) -> Parts:
    """Return rows with a tenth of them kept to measure on, at least one.

    Texts that are nearly the same stay together; so do the questions of a context and the texts of a query.
    Each class has its share in both parts; where there are few rows, some have none to measure on.

    Args:
        rows: of one kind.
        seed: another one gives another division.

    Raises:
        InvalidInput: so few different texts that none can be kept.
    """
    unit = [unit_text(row) for row in rows]
    labels = [row.label if isinstance(row, ClassRow) else "" for row in rows]
    first = {text: i for i, text in reversed(list(enumerate(unit)))}
    texts = list(first)
    found = stratified_parts(texts, [labels[i] for i in first.values()], _SHARES, seed=seed)
    kept = {text for text, part in zip(texts, found, strict=True) if part is Part.TUNE}
    if not kept:
        kept = _fewest(texts, [labels[i] for i in first.values()], seed)
    dev = [row for row, text in zip(rows, unit, strict=True) if text in kept]
    train = [row for row, text in zip(rows, unit, strict=True) if text not in kept]
    if not train or not dev:
        raise InvalidInput(
            f"{len(rows):,} rows are too few to keep some to measure on: their texts are nearly the same, or "
            "a class would have none left. Name a file of others with --dev, or add rows."
        )
    return Parts(train, dev)


def n_shared(rows: Sequence[Row], others: Sequence[Row]) -> int:
    """Return how many of the other rows have a text that stands in the rows too, but for case and digits."""
    known = {normalise(unit_text(row)) for row in rows}
    return sum(normalise(unit_text(row)) in known for row in others)


def unit_text(row: Row) -> str:
    """Return what must not stand in both parts: the text, the sentence, the context or the query."""
    match row:
        case ClassRow():
            return row.text
        case TagRow():
            return " ".join(row.words)
        case AnswerRow():
            return row.context
        case RankRow():
            return row.query


def _fewest(texts: Sequence[str], labels: Sequence[str], seed: int) -> set[str]:
    """Return a group of nearly equal texts without which each class still has one; none if there is none."""
    groups = near_duplicates(texts)
    left = Counter(labels)
    order = sorted(set(groups), key=lambda group: _place(texts[group], seed))
    for group in order:
        own = Counter(label for label, each in zip(labels, groups, strict=True) if each == group)
        if all(left[label] > count for label, count in own.items()):
            return {text for text, each in zip(texts, groups, strict=True) if each == group}
    return set()


def _place(text: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{normalise(text)}".encode(errors="replace")).digest()
