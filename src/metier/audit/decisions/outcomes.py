"""Outcomes of decisions: which group each person belongs to, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput

UNKNOWN: Final = -1
"""Code of a group or an answer that is not known."""
JOINED_BY: Final = " x "


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """The group of each person by one attribute, or by two together.

    Attributes:
        name: of the attribute, such as `gender`; of two `gender x race`.
        labels: names of the groups that are known, sorted.
        codes: (n,) int32 index into `labels`; -1 where the group is not known.
    """

    name: str
    labels: tuple[str, ...]
    codes: NDArray[np.int32]

    @property
    def n_unknown(self) -> int:
        """Return how many people belong to no known group."""
        return int((self.codes == UNKNOWN).sum())

    @property
    def crosses(self) -> bool:
        """Tell whether it is of two attributes together."""
        return JOINED_BY in self.name


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What became of n people; at least one of `selected`, `scores` and `ranks` is there.

    Attributes:
        groupings: by each attribute.
        selected: (n,) int8, 1 for selected, 0 for not, -1 where that is not known.
        scores: (n,) float64, higher is better; nan where there is none.
        ranks: (n,) float64, 1 is the first; nan where there is none.
        lists: (n,) int32, which ranking a person stands in, from 0; None where all stand in one.
        n_repeated: rows whose id an earlier row has too.
        ids: of each person, in order; empty where nobody asked for them.

    Raises:
        InvalidInput: nothing is there to compare, or columns differ in length.
    """

    groupings: tuple[Grouping, ...]
    selected: NDArray[np.int8] | None = None
    scores: NDArray[np.float64] | None = None
    ranks: NDArray[np.float64] | None = None
    lists: NDArray[np.int32] | None = None
    n_repeated: int = 0
    ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.groupings:
            raise InvalidInput("Outcomes need at least one attribute to group people by.")
        columns = (self.selected, self.scores, self.ranks, self.lists)
        lengths = {len(column) for column in columns if column is not None}
        if {self.n, *lengths} != {len(grouping.codes) for grouping in self.groupings}:
            raise InvalidInput("All columns of outcomes must have one value for each person.")

    @property
    def n(self) -> int:
        """Return how many people there are."""
        return len(self.groupings[0].codes)

    @property
    def all_groupings(self) -> tuple[Grouping, ...]:
        """Return the groupings by each attribute, then those by each two attributes together."""
        return (*self.groupings, *(cross(*pair) for pair in combinations(self.groupings, 2)))


def cross(first: Grouping, second: Grouping) -> Grouping:
    """Return the grouping by two attributes together; who is unknown by one of them is unknown.

    Only groups that somebody belongs to are there.

    >>> women = Grouping("gender", ("female", "male"), np.array([0, 1, 0, -1], np.int32))
    >>> found = cross(women, Grouping("race", ("A", "B"), np.array([0, 1, 1, 1], np.int32)))
    >>> found.name, found.labels, found.codes.tolist()
    ('gender x race', ('female, A', 'female, B', 'male, B'), [0, 2, 1, -1])
    """
    known = (first.codes != UNKNOWN) & (second.codes != UNKNOWN)
    joint = first.codes.astype(np.int64) * len(second.labels) + second.codes
    used, which = np.unique(joint[known], return_inverse=True)
    codes = np.full(len(joint), UNKNOWN, np.int32)
    codes[known] = which
    labels = (divmod(code, len(second.labels)) for code in used.tolist())
    return Grouping(
        f"{first.name}{JOINED_BY}{second.name}",
        tuple(f"{first.labels[a]}, {second.labels[b]}" for a, b in labels),
        codes,
    )
