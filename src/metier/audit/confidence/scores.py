"""Scores that should be high for texts of a classifier's own domain and low for others.

All are written out in numpy: each is a few lines, and a package for them would bring torch models along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.confidence.readings import Reading
from metier.errors import InvalidInput

_AT_ONCE: Final = 512
_LEAST: Final = 1e-12


class Score(StrEnum):
    """How a text is scored."""

    SOFTMAX = "softmax"
    ENERGY = "energy"
    MAHALANOBIS = "mahalanobis"
    NEIGHBOURS = "neighbours"


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """The states of texts of the domain, as scores need them; make one with `fit_domain`.

    Attributes:
        centres: (n_classes, dim) mean state of each class that has texts.
        precision: (dim, dim) inverse of the covariance around them that all classes share.
        shrinkage: share of the covariance that gave way to a ball, from 0 to 1.
        units: (n, dim) states of norm 1.
        neighbours: which nearest one the distance is taken to, from 1 to n.
    """

    centres: NDArray[np.float64]
    precision: NDArray[np.float64]
    shrinkage: float
    units: NDArray[np.float64]
    neighbours: int


def fit_domain(states: NDArray[np.float64], classes: NDArray[np.int64], *, neighbours: int = 10) -> Domain:
    """Return what Mahalanobis and neighbour scores know of the domain.

    Args:
        states: (n, dim) of texts of the domain, at least two.
        classes: (n,) class of each, given or decided.
        neighbours: which nearest one the distance is taken to, at least 1; at most n is used.

    Raises:
        InvalidInput: fewer than two texts, shapes that do not fit, or neighbours below 1.
    Source: Lee et al. 2018 (arXiv:1807.03888), equation 1; shrinkage of Ledoit and Wolf 2004, "A
        well-conditioned estimator for large-dimensional covariance matrices", section 3.
    """
    if states.ndim != 2 or len(states) < 2 or classes.shape != (len(states),) or neighbours < 1:
        raise InvalidInput(
            f"states must be (n, dim) with n at least 2, classes (n,), neighbours at least 1. Got "
            f"{states.shape}, {classes.shape} and {neighbours}."
        )
    _, which = np.unique(classes, return_inverse=True)
    means = [states[which == number].mean(axis=0) for number in range(which.max() + 1)]
    centres: NDArray[np.float64] = np.stack(means)
    covariance, shrinkage = shrunk_covariance(states - centres[which])
    precision = np.linalg.inv(covariance).astype(np.float64)
    return Domain(centres, precision, shrinkage, _units(states), min(neighbours, len(states)))


def shrunk_covariance(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return the covariance of centred rows, drawn towards a multiple of the identity, and how far.

    Args:
        rows: (n, dim), of mean 0.

    Returns:
        (dim, dim), positive definite, and the share of the identity, from 0 to 1.

    Source: Ledoit and Wolf 2004, section 3.3.
    """
    n, dim = rows.shape
    sample = rows.T @ rows / n
    size = max(float(np.trace(sample)) / dim, _LEAST)
    away = float((sample**2).sum()) - dim * size**2
    noise = float(((rows**2).T @ (rows**2)).sum() / n - (sample**2).sum()) / n
    share = min(max(noise / away, 0.0), 1.0) if away > _LEAST * size**2 else 1.0
    # A share of 0 leaves a matrix that may have no inverse.
    share = max(share, 1e-6)
    return (1 - share) * sample + share * size * np.eye(dim), share


def scores_of(reading: Reading, domain: Domain | None = None) -> Mapping[Score, NDArray[np.float64]]:
    """Return each score that can be had of what a classifier says, (n,) each, higher for its own domain.

    Args:
        reading: of n texts.
        domain: for the scores of states; None leaves them out.
    """
    found = {Score.SOFTMAX: reading.probabilities.max(axis=1)}
    if reading.logits is not None:
        found[Score.ENERGY] = negative_energy(reading.logits)
    if reading.states is not None and domain is not None:
        found[Score.MAHALANOBIS] = -mahalanobis(reading.states, domain)
        found[Score.NEIGHBOURS] = -neighbour_distance(reading.states, domain)
    return found


def negative_energy(logits: NDArray[np.float64], *, temperature: float = 1.0) -> NDArray[np.float64]:
    """Return (n,) T log sum exp(logit / T), high where any class speaks up.

    Args:
        logits: (n, n_labels).
        temperature: T, above 0.

    Source: Liu et al. 2020 (arXiv:2010.03759), equation 4, with the sign of its section 3.1.
    """
    scaled = logits / temperature
    highest = scaled.max(axis=1)
    found: NDArray[np.float64] = temperature * (
        highest + np.log(np.exp(scaled - highest[:, None]).sum(axis=1))
    )
    return found


def mahalanobis(states: NDArray[np.float64], domain: Domain) -> NDArray[np.float64]:
    """Return (n,) squared Mahalanobis distances to the nearest class.

    Args:
        states: (n, dim).
        domain: classes and their covariance.

    Source: Lee et al. 2018 (arXiv:1807.03888), equation 2.
    """
    found = np.full(len(states), np.inf)
    for centre in domain.centres:
        away = states - centre
        found = np.minimum(found, np.einsum("ij,ij->i", away @ domain.precision, away))
    return found


def neighbour_distance(states: NDArray[np.float64], domain: Domain) -> NDArray[np.float64]:
    """Return (n,) distances of normalised states to the k-th nearest of the domain, from 0 to 2.

    Args:
        states: (n, dim).
        domain: its normalised states.

    Source: Sun et al. 2022 (arXiv:2204.06507), section 3.
    """
    found = np.zeros(len(states))
    for first in range(0, len(states), _AT_ONCE):
        cosines = _units(states[first : first + _AT_ONCE]) @ domain.units.T
        nearest = -np.partition(-cosines, domain.neighbours - 1, axis=1)[:, domain.neighbours - 1]
        found[first : first + _AT_ONCE] = np.sqrt(np.maximum(2 - 2 * nearest, 0.0))
    return found


def _units(states: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = states / np.maximum(np.linalg.norm(states, axis=1, keepdims=True), _LEAST)
    return found
