"""Small outcomes for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metier.audit.decisions.outcomes import Grouping


def grouping_of(values: Sequence[str], name: str = "gender") -> Grouping:
    """Return the grouping of people by the names of their groups; an empty name is unknown."""
    labels = tuple(sorted({value for value in values if value}))
    codes = [labels.index(value) if value else -1 for value in values]
    return Grouping(name, labels, np.array(codes, np.int32))


def counted(**groups: tuple[int, int]) -> tuple[np.ndarray, Grouping]:
    """Return outcomes and grouping of groups by their hits and numbers: `counted(a=(3, 10))`."""
    hits = [int(i < k) for k, n in groups.values() for i in range(n)]
    names = [name for name, (_, n) in groups.items() for _ in range(n)]
    return np.array(hits, np.int8), grouping_of(names)
