"""Labelled documents for models of levels: what a row is, how rows are parted, and whether they suffice."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.expertise.application import LevelRange
from metier.expertise.model import LevelInput
from metier.training.splits import Part, near_duplicates, stratified_folds, stratified_parts
from metier.types import Level

LEAST_ROWS: Final = 20
"""Fewest rows that a model is fitted to."""
LEAST_OF_LEVEL: Final = 2
"""Fewest rows of a level that comes at all."""
SHARES: Final[Mapping[Part, float]] = {
    Part.TRAIN: 0.55,
    Part.TUNE: 0.1,
    Part.CALIBRATE: 0.15,
    Part.REPORT: 0.2,
}


@dataclass(frozen=True, slots=True, eq=False)
class LevelRow:
    """A document and what is known of its level."""

    item: LevelInput
    label: LevelRange


def part_rows(
    rows: Sequence[LevelRow], *, shares: Mapping[Part, float] = SHARES, seed: int = 0
) -> dict[Part, list[LevelRow]]:
    """Return the rows of each part, in their order; labels come in like shares in all of them.

    Args:
        rows: any number.
        shares: how much of the rows each part gets; together 1.
        seed: another one gives another division.

    Returns:
        A list for every part that there is, empty ones included. Texts that are nearly the same stand in
        one part.

    Raises:
        InvalidInput: the shares do not add up to 1.
    """
    texts = [row.item.text for row in rows]
    places = stratified_parts(texts, _strata(rows), shares, seed=seed)
    return {part: [row for row, place in zip(rows, places, strict=True) if place is part] for part in Part}


def fold_rows(rows: Sequence[LevelRow], *, n_folds: int, seed: int = 0) -> NDArray[np.int64]:
    """Return the fold of each row, (n,) int64 from 0; texts that are nearly the same share one.

    Raises:
        InvalidInput: n_folds below 2.
    """
    texts = [row.item.text for row in rows]
    return np.array(stratified_folds(texts, _strata(rows), n_folds=n_folds, seed=seed), np.int64)


def group_rows(rows: Sequence[LevelRow]) -> NDArray[np.int64]:
    """Return the group of each row, (n,) int64: equal for texts that are nearly the same."""
    return np.array(near_duplicates([row.item.text for row in rows]), np.int64)


def exact_ranks(rows: Sequence[LevelRow]) -> NDArray[np.int64]:
    """Return the rank of each row's level, (n,) int64; -1 where the label allows several."""
    exact = [row.label.exact for row in rows]
    return np.array([-1 if level is None else level.rank for level in exact], np.int64)


def rows_sha256(rows: Sequence[LevelRow]) -> str:
    """Return a hash of the texts and labels of rows; their order plays no part."""
    lines = sorted(
        hashlib.sha256(
            f"{row.label.low}\0{row.label.high}\0{row.item.text}".encode(errors="replace")
        ).digest()
        for row in rows
    )
    return hashlib.sha256(b"".join(lines)).hexdigest()


def check_enough(rows: Sequence[LevelRow], *, share: float = 1.0) -> None:
    """Refuse rows that no model of levels can be fitted to.

    Args:
        rows: the training part, with what is learned from beside it.
        share: of all rows that this part is, above 0, at most 1, for the way out.

    Raises:
        InvalidInput: fewer than 20 rows, all of one level, labels that never tell two levels apart, or a
            level with a single row.
    """
    if len(rows) < LEAST_ROWS:
        whole = math.ceil(LEAST_ROWS / share)
        raise InvalidInput(
            f"A model of levels needs at least {LEAST_ROWS} labelled rows to learn from"
            f"{_of_all(share, whole)}. Got {len(rows)}; label more, some hundreds for figures to rely on."
        )
    counts = Counter(row.label for row in rows)
    if not any(_splits(counts, rank) for rank in range(1, len(Level))):
        raise InvalidInput(
            f"Labels must tell at least 2 levels apart. All {len(rows)} rows to learn from are "
            f"{_words(max(counts, key=lambda label: counts[label]))}; add rows of other levels."
        )
    for level in Level:
        n = counts[LevelRange.of(level)]
        if 0 < n < LEAST_OF_LEVEL:
            raise InvalidInput(
                f"Each level that comes needs at least {LEAST_OF_LEVEL} rows to learn from. {level} has {n}; "
                f"label {math.ceil((LEAST_OF_LEVEL + 1) / share)} or more, or leave that level out."
            )


def _splits(counts: Mapping[LevelRange, int], rank: int) -> bool:
    """Tell whether labels lie on both sides of a threshold."""
    above = any(label.low.rank >= rank for label in counts)
    return above and any(label.high.rank < rank for label in counts)


def _of_all(share: float, whole: int) -> str:
    return "" if share >= 1 else f", which takes about {whole} in all"


def _words(label: LevelRange) -> str:
    return str(label.low) if label.exact else f"{label.low} to {label.high}"


def _strata(rows: Sequence[LevelRow]) -> list[str]:
    return [f"{row.label.low.rank}-{row.label.high.rank}" for row in rows]
