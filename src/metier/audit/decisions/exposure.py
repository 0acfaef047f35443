"""How much attention the places of a ranking give to each group."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.decisions.outcomes import UNKNOWN, Grouping
from metier.errors import InvalidInput

_Z: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class GroupExposure:
    """How much of the attention one group gets.

    Attributes:
        group: its name.
        n: people of it who have a place.
        population_share: of the people of known group who have a place, 0 to 1.
        exposure_share: of the exposure of those people, 0 to 1.
        ratio: its exposure by what it has on average in a random order; 1 is its due by number.
        low: lower end of what 95 % of random orders give, by the normal law.
        high: upper end of it.
    """

    group: str
    n: int
    population_share: float
    exposure_share: float
    ratio: float
    low: float
    high: float


def discounts(places: NDArray[np.float64], lists: NDArray[np.int32] | None = None) -> NDArray[np.float64]:
    """Return the exposure of each person: 1 / log2(1 + place); those who share a place share its exposures.

    Args:
        places: (n,) where each stands, lowest first; only the order counts. nan for who has no place.
        lists: (n,) which ranking each stands in; None for one.

    Returns:
        (n,) from 1 down towards 0; nan for who has no place.

    Source: position bias of Singh and Joachims 2018 (arXiv:1802.07281), section 3.2, to the base 2.

    >>> discounts(np.array([1.0, 2.0, 3.0])).round(3).tolist()
    [1.0, 0.631, 0.5]
    """
    found = np.full(len(places), np.nan)
    placed = np.flatnonzero(~np.isnan(places))
    if not placed.size:
        return found
    which = np.zeros(len(placed), np.int32) if lists is None else lists[placed]
    order = placed[np.lexsort((places[placed], which))]
    ordered_lists = np.zeros(len(order), np.int32) if lists is None else lists[order]
    starts = np.flatnonzero(np.r_[True, ordered_lists[1:] != ordered_lists[:-1]])
    position = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    value = 1 / np.log2(position + 2)
    new = np.r_[True, (places[order][1:] != places[order][:-1]) | (ordered_lists[1:] != ordered_lists[:-1])]
    tie = np.cumsum(new) - 1
    found[order] = (np.bincount(tie, weights=value) / np.bincount(tie))[tie]
    return found


def group_exposures(
    exposures: NDArray[np.float64], grouping: Grouping, lists: NDArray[np.int32] | None = None
) -> tuple[GroupExposure, ...]:
    """Return what share of the exposure each group gets, in order of their names; empty groups are not there.

    The range is that of random orders of the same people in the same rankings: its mean and variance are
    those of drawing without replacement.

    Args:
        exposures: (n,) from `discounts`.
        grouping: of the same n people; those of unknown group count for nothing.
        lists: (n,) which ranking each stands in; None for one.

    Raises:
        InvalidInput: the columns differ in length.
    Source: demographic parity of Singh and Joachims 2018 (arXiv:1802.07281), section 4.1.
    """
    if len(exposures) != len(grouping.codes):
        raise InvalidInput(
            f"There must be an exposure for each person. Got {len(exposures)} for {len(grouping.codes)}."
        )
    known = ~np.isnan(exposures) & (grouping.codes != UNKNOWN)
    if not known.any():
        return ()
    codes, values = grouping.codes[known], exposures[known]
    _, ranking = np.unique(np.zeros(len(codes)) if lists is None else lists[known], return_inverse=True)
    sizes = np.bincount(ranking)
    means = np.bincount(ranking, weights=values) / sizes
    variances = np.bincount(ranking, weights=(values - means[ranking]) ** 2) / sizes
    found = []
    for code, label in enumerate(grouping.labels):
        own = codes == code
        if own.any():
            members = np.bincount(ranking[own], minlength=len(sizes))
            expected = float(members @ means)
            spread = members * variances * (sizes - members) / np.maximum(sizes - 1, 1)
            reach = _Z * sqrt(float(spread.sum())) / expected
            total = float(values[own].sum())
            found.append(
                GroupExposure(
                    group=label,
                    n=int(own.sum()),
                    population_share=float(own.mean()),
                    exposure_share=total / float(values.sum()),
                    ratio=total / expected,
                    low=max(0.0, 1 - reach),
                    high=1 + reach,
                )
            )
    return tuple(found)
