"""How often each group is selected, and how that compares with the most selected group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.decisions.outcomes import UNKNOWN, Grouping
from metier.audit.decisions.ratio import fisher_exact, ratio_interval
from metier.errors import InvalidInput
from metier.training.intervals import Interval, wilson

LEAST_SHARE: Final = 0.02
"""Share of the people below which a group may be left out of the ratios: 6 RCNY section 5-301(d)."""
LEVEL: Final = 0.95
SMALL: Final = 30
"""People below which a group is marked as small."""


@dataclass(frozen=True, slots=True)
class GroupRate:
    """How often one group is selected.

    Attributes:
        group: its name.
        n: people of it whose outcome is known.
        hits: those of them who were selected.
        share: of all people whose outcome is known, those of unknown group among them; 0 to 1.
        rate: share of its people who were selected, with its 95 % Wilson interval; None for n = 0.
        small: there are fewer than 30 of it.
        left_out: it is less than 2 % of the people, so that it has no ratio and is nobody's reference.
        ratio: its rate by that of the most selected group (the impact ratio), with its 95 % score interval;
            1 without an interval for that group itself; None where there is none.
        joint: interval of the same ratio so wide that all pairs of groups of the table lie within theirs at
            once with 95 % (Bonferroni over pairs, since the most selected group is chosen by its rate).
        p_value: of Fisher's exact test against the most selected group, two-sided; None where no ratio is.
    """

    group: str
    n: int
    hits: int
    share: float
    rate: Interval | None
    small: bool
    left_out: bool
    ratio: Interval | None = None
    joint: Interval | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class RateTable:
    """How often the groups of one attribute are selected.

    Attributes:
        attribute: name of the grouping.
        n: people whose outcome is known.
        n_unknown: those of them who belong to no known group; no rate counts them.
        n_undecided: further people whose outcome is not known; nothing counts them.
        reference: name of the most selected group; None where nobody was selected or no group counts.
        groups: in the order of their names.
    """

    attribute: str
    n: int
    n_unknown: int
    n_undecided: int
    reference: str | None
    groups: tuple[GroupRate, ...]

    @property
    def compared(self) -> tuple[GroupRate, ...]:
        """Return the groups that are held against the most selected one."""
        return tuple(item for item in self.groups if item.ratio is not None and item.group != self.reference)


def rate_table(hits: NDArray[np.int8], grouping: Grouping) -> RateTable:
    """Return selection rates and impact ratios by group.

    Args:
        hits: (n,) 1 for selected, 0 for not, -1 where that is not known.
        grouping: of the same n people.

    Raises:
        InvalidInput: the two differ in length.
    Source: 6 RCNY section 5-300, "selection rate" and "impact ratio".
    """
    if len(hits) != len(grouping.codes):
        raise InvalidInput(
            f"There must be an outcome for each person. Got {len(hits)} for {len(grouping.codes)}."
        )
    decided = hits != UNKNOWN
    known = decided & (grouping.codes != UNKNOWN)
    n_groups, total = len(grouping.labels), int(decided.sum())
    sizes = np.bincount(grouping.codes[known], minlength=n_groups).tolist()
    counts = np.bincount(grouping.codes[known & (hits == 1)], minlength=n_groups).tolist()
    rows = [
        GroupRate(
            group=label,
            n=n,
            hits=count,
            share=n / total if total else 0.0,
            rate=wilson(count, n) if n else None,
            small=n < SMALL,
            left_out=not n or n < LEAST_SHARE * total,
        )
        for label, n, count in zip(grouping.labels, sizes, counts, strict=True)
    ]
    reference = _most_selected(rows)
    n_counted = sum(not row.left_out for row in rows)
    level = 1 - (1 - LEVEL) / max(1, comb(n_counted, 2))
    return RateTable(
        attribute=grouping.name,
        n=total,
        n_unknown=total - int(known.sum()),
        n_undecided=len(hits) - total,
        reference=reference.group if reference else None,
        groups=tuple(_compared(row, reference, level) if reference else row for row in rows),
    )


def above_median(scores: NDArray[np.float64]) -> tuple[NDArray[np.int8], float]:
    """Return who scores above the median of all scores, and that median; nan for no score.

    Args:
        scores: (n,) float64, nan where there is none.

    Returns:
        (n,) 1 above the median, 0 at or below it, -1 without a score.

    Source: 6 RCNY section 5-300, "scoring rate".

    >>> above_median(np.array([1.0, 2.0, 2.0, 5.0, np.nan]))
    (array([ 0,  0,  0,  1, -1], dtype=int8), 2.0)
    """
    known = ~np.isnan(scores)
    if not known.any():
        return np.full(len(scores), UNKNOWN, np.int8), float("nan")
    median = float(np.median(scores[known]))
    return np.where(known, scores > median, UNKNOWN).astype(np.int8), median


def _most_selected(rows: list[GroupRate]) -> GroupRate | None:
    """Return the group with the highest rate; of equal ones the larger, then the first by name."""
    counted = [row for row in rows if not row.left_out and row.hits]
    return min(counted, key=lambda row: (-row.hits / row.n, -row.n, row.group), default=None)


def _compared(row: GroupRate, reference: GroupRate, level: float) -> GroupRate:
    if row.left_out:
        return row
    if row.group == reference.group:
        itself = Interval(1.0, 1.0, 1.0)
        return replace(row, ratio=itself, joint=itself)
    other = (reference.hits, reference.n)
    return replace(
        row,
        ratio=ratio_interval(row.hits, row.n, other, level=LEVEL),
        joint=ratio_interval(row.hits, row.n, other, level=level),
        p_value=fisher_exact(row.hits, row.n, other),
    )
