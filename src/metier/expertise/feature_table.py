"""The features of documents as a matrix, by name, and what each does to the expected level."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.expertise.model import LevelInput, Push

RISING: Final = frozenset(
    (
        "total_months relevant_months longest_job_months longest_skill_months core_skill_months "
        "months_as_lead stated_rank newest_title_rank highest_title_rank team_size budget_amount languages "
        "scope_kinds scope_leads scope_supervises scope_owns scope_mentors scope_hires scope_architects "
        "scope_strategy scope_budget scope_profit"
    ).split()
)
"""Features of which more never lowers the level, all else being equal."""
FALLING: Final = frozenset(("scope_assists", "scope_routine", "studying"))
"""Features of which more never raises it."""

Expected = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""The expected levels, (n,) from 0 to 4, of (n, n_features) values."""


def known_names() -> tuple[str, ...]:
    """Return the names of the features that documents are read for, in the order of `Features.values`."""
    from metier.expertise.features import NAMES

    return NAMES


def signs_of(names: Sequence[str]) -> NDArray[np.int64]:
    """Return the direction in which each feature may move the level, (n_names,): 1, -1, or 0 for either."""
    return np.array([(name in RISING) - (name in FALLING) for name in names], np.int64)


def columns_of(names: Sequence[str]) -> NDArray[np.int64]:
    """Return where features of these names stand in `Features.values`, (n_names,) int64.

    Raises:
        ModelMismatch: a name that this metier does not know.
    """
    place = {name: i for i, name in enumerate(known_names())}
    unknown = [name for name in names if name not in place]
    if unknown:
        raise ModelMismatch(
            f"The model uses features that this metier does not read: {', '.join(unknown)}. Take the metier "
            "that made it, or train it again."
        )
    return np.array([place[name] for name in names], np.int64)


def saved_names(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the features that a saved model uses.

    Raises:
        ModelFormatError: the facts name none.
        ModelMismatch: a name that this metier does not know.
    """
    names = facts.get("features")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ModelFormatError("A model of levels must name the features that it uses.")
    columns_of(names)
    return tuple(names)


def feature_values(items: Sequence[LevelInput], columns: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the values of some features, (n_items, n_columns) float64; nan where a document does not tell.

    Raises:
        InvalidInput: an item has another number of features than this metier reads.
    """
    n = len(known_names())
    for item in items:
        if item.features.values.shape != (n,):
            raise InvalidInput(f"Features must be ({n},) numbers. Got shape {item.features.values.shape}.")
    return np.array([item.features.values[columns] for item in items]).reshape(-1, len(columns))


def usual_values(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of each feature over the rows that tell it, (n_features,); nan where none does.

    Args:
        values: (n_rows, n_features).
    """
    told = [column[~np.isnan(column)] for column in values.T]
    return np.array([np.median(column) if column.size else np.nan for column in told], np.float64)


def feature_pushes(
    names: Sequence[str], values: NDArray[np.float64], usual: NDArray[np.float64], expected: Expected
) -> list[Push]:
    """Return by how much each feature raises the expected level over what it would be with the usual value.

    Args:
        names: of the features.
        values: (n_features,) of one document.
        usual: (n_features,); a feature that has none pushes nothing.
        expected: of the model.

    Returns:
        In the order of the features, without zeros.
    """
    changed = [i for i in range(len(names)) if not np.isnan(usual[i]) and usual[i] != values[i]]
    variants = np.tile(values, (len(changed) + 1, 1))
    for row, i in enumerate(changed, start=1):
        variants[row, i] = usual[i]
    levels = expected(variants)
    effects = (levels[0] - levels[1:]).tolist()
    return [Push(names[i], effect) for i, effect in zip(changed, effects, strict=True) if effect]


def strongest(pushes: Sequence[Push]) -> tuple[Push, ...]:
    """Return pushes by the size of their effects, the greatest first; equals keep their order."""
    return tuple(sorted(pushes, key=lambda push: -abs(push.effect)))
