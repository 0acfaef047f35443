"""Vectors on a plane: principal components, and t-SNE."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput

LEAST_POINTS: Final = 3
_PERPLEXITY: Final = 30.0


class Method(StrEnum):
    """How vectors come onto a plane."""

    PCA = "pca"
    TSNE = "tsne"


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Vectors on a plane.

    Attributes:
        points: (n, 2) float64.
        explained: shares of the variance of the vectors that lie along the two axes, each from 0 to 1; none
            for t-SNE, whose distances are to be read near by only.
    """

    points: NDArray[np.float64]
    explained: tuple[float, ...]


def project(vectors: NDArray[np.float32], method: Method, *, seed: int = 0) -> Plane:
    """Return vectors on a plane; equal input gives equal points.

    Args:
        vectors: (n, dim), at least 3, with at least two different ones.
        method: how.
        seed: of t-SNE; nothing else is drawn.

    Raises:
        InvalidInput: fewer than three vectors, or all are the same.
        MissingExtra: t-SNE is asked for, and scikit-learn is not installed.
    """
    if vectors.ndim != 2 or len(vectors) < LEAST_POINTS:
        raise InvalidInput(f"A map needs at least {LEAST_POINTS} texts. Got {len(vectors)}; add some.")
    plane = principal_components(vectors)
    if method is Method.PCA:
        return plane
    # Below a third of the points, or else scikit-learn refuses.
    perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
    start = plane.points / float(plane.points[:, 0].std()) * 1e-4
    tsne = require("sklearn.manifold").TSNE(
        perplexity=perplexity, init=start.astype(np.float32), random_state=seed, n_jobs=1
    )
    points = np.asarray(tsne.fit_transform(np.asarray(vectors, np.float32)), np.float64)
    return Plane(points - points.mean(axis=0), ())


def principal_components(vectors: NDArray[np.float32]) -> Plane:
    """Return vectors along the two directions in which they differ most.

    The sign of a direction, which is free, is such that the largest of its numbers is positive.

    Args:
        vectors: (n, dim), at least two different ones.

    Raises:
        InvalidInput: all vectors are the same.
    Source: Pearson 1901; by singular values, Jolliffe 2002, "Principal Component Analysis", section 3.5.
    """
    centered = np.asarray(vectors, np.float64) - np.mean(vectors, axis=0, dtype=np.float64)
    _, values, directions = np.linalg.svd(centered, full_matrices=False)
    total = float((values**2).sum())
    if not total > np.finfo(np.float32).eps * max(float((np.asarray(vectors, np.float64) ** 2).sum()), 1e-30):
        raise InvalidInput("A map needs texts with different vectors. All are the same; add other texts.")
    axes = np.zeros((2, centered.shape[1]))
    axes[: len(directions)] = directions[:2]
    for axis in axes:
        axis *= 1.0 if axis[np.argmax(np.abs(axis))] >= 0 else -1.0
    first, second = (float(share) for share in np.append(values**2, 0.0)[:2] / total)
    return Plane(centered @ axes.T, (first, second))
