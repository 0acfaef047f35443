"""Sums of small decision trees as plain arrays: what gradient boosting learned, without the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import ModelFormatError

_KINDS: Final = {
    "feature": np.int32,
    "threshold": np.float64,
    "left": np.int32,
    "right": np.int32,
    "missing_left": np.uint8,
    "value": np.float64,
    "roots": np.int32,
    "sums": np.int32,
    "base": np.float64,
}


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Trees that share a list of nodes, and are added up to a few sums.

    Attributes:
        feature: (n_nodes,) int32, which feature a node asks; -1 for a leaf.
        threshold: (n_nodes,) float64; values up to it go left.
        left: (n_nodes,) int32, a node further down the list; 0 for a leaf.
        right: (n_nodes,) int32, likewise.
        missing_left: (n_nodes,) uint8, 1 where nan goes left.
        value: (n_nodes,) float64 that a leaf adds; 0 elsewhere.
        roots: (n_trees,) int32, the first node of each tree.
        sums: (n_trees,) int32, the sum that each tree is added to, not falling.
        base: (n_sums,) float64, where sums start.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    missing_left: NDArray[np.uint8]
    value: NDArray[np.float64]
    roots: NDArray[np.int32]
    sums: NDArray[np.int32]
    base: NDArray[np.float64]

    def add_up(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums of each row; a row's bytes do not depend on the others.

        Args:
            values: (n, n_features) float64; nan where a value is not known.

        Returns:
            (n, n_sums) float64.
        """
        return np.array([self._of(row) for row in values], np.float64).reshape(-1, len(self.base))

    def _of(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        nodes = self.roots
        while (asking := self.feature[nodes] >= 0).any():
            given = row[np.maximum(self.feature[nodes], 0)]
            goes_left = np.where(
                np.isnan(given), self.missing_left[nodes] > 0, given <= self.threshold[nodes]
            )
            below = np.where(goes_left, self.left[nodes], self.right[nodes])
            nodes = np.where(asking, below, nodes)
        total = self.base.copy()
        np.add.at(total, self.sums, self.value[nodes])
        return total

    def tensors(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of_tensors(
        cls, tensors: Mapping[str, NDArray[np.generic]], *, n_features: int, n_sums: int
    ) -> Forest:
        """Return the forest of some arrays, after checking that every path through them ends.

        Raises:
            ModelFormatError: an array is missing, of another kind or shape, or leads out of the others.
        """
        names = [field.name for field in fields(cls)]
        try:
            forest = cls(**{name: np.asarray(tensors[name], _KINDS[name]) for name in names})
            as_saved = all(tensors[name].dtype == _KINDS[name] for name in names)
        except (KeyError, ValueError, TypeError) as error:
            raise ModelFormatError("The trees of a model of levels lack a part or are damaged.") from error
        if not as_saved or not forest._sound(n_features, n_sums):
            raise ModelFormatError(
                "The trees of a model of levels must be finite and lead from each root to a leaf. They do "
                "not; take the model folder anew."
            )
        return forest

    def _sound(self, n_features: int, n_sums: int) -> bool:
        n = len(self.feature)
        of_nodes = (self.feature, self.threshold, self.left, self.right, self.missing_left, self.value)
        if any(array.shape != (n,) for array in of_nodes) or self.base.shape != (n_sums,):
            return False
        if self.roots.ndim != 1 or self.sums.shape != self.roots.shape:
            return False
        asks = self.feature >= 0
        here = np.arange(n)[asks]
        # Children stand after their parent, so no path can run in a circle.
        return bool(
            _within(self.roots, 0, n)
            and _within(self.sums, 0, n_sums)
            and _within(self.feature, -1, n_features)
            and (self.left[asks] > here).all()
            and (self.right[asks] > here).all()
            and _within(self.left, 0, max(n, 1))
            and _within(self.right, 0, max(n, 1))
            and all(np.isfinite(array).all() for array in (self.threshold, self.value, self.base))
        )


def forest_of(models: Sequence[Any], base: Sequence[float]) -> Forest:
    """Return the forest of some fitted models of scikit-learn.

    Args:
        models: for each sum, a `HistGradientBoostingClassifier` of two classes that was fitted to numbers, or
            None for a sum without trees.
        base: for each sum, what to add to what the model starts from.
    """
    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in _KINDS}
    n_nodes, starts = 0, []
    for place, (model, shift) in enumerate(zip(models, base, strict=True)):
        trees = [] if model is None else [stage[0].nodes for stage in model._predictors]
        starts.append(shift + (0.0 if model is None else float(model._baseline_prediction[0, 0])))
        for nodes in trees:
            leaf = nodes["is_leaf"].astype(bool)
            columns["feature"].append(np.where(leaf, -1, nodes["feature_idx"].astype(np.int64)))
            # An infinite threshold parts nan from all numbers; the greatest float does the same.
            columns["threshold"].append(np.where(leaf, 0.0, np.nan_to_num(nodes["num_threshold"])))
            columns["left"].append(np.where(leaf, 0, nodes["left"] + n_nodes))
            columns["right"].append(np.where(leaf, 0, nodes["right"] + n_nodes))
            columns["missing_left"].append(np.where(leaf, 0, nodes["missing_go_to_left"]))
            columns["value"].append(np.where(leaf, nodes["value"], 0.0))
            columns["roots"].append(np.array([n_nodes]))
            columns["sums"].append(np.array([place]))
            n_nodes += len(nodes)
    joined: dict[str, Any] = {
        name: np.concatenate(arrays).astype(_KINDS[name]) if arrays else np.zeros(0, _KINDS[name])
        for name, arrays in columns.items()
    }
    return Forest(**{**joined, "base": np.array(starts, np.float64)})


def _within(array: NDArray[Any], low: int, end: int) -> bool:
    return bool(((array >= low) & (array < end)).all())
