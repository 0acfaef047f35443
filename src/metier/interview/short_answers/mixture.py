"""Regression with a sum of kernels: how much each counts is found by maximum likelihood, in numpy alone.

y ~ N(0, w_1 K_1 + ... + w_m K_m + w_0 I)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput

Matrix = NDArray[np.float64]


def fit_weights(kernels: Sequence[Matrix], y: Matrix, *, n_steps: int = 30) -> Matrix:
    """Return the weight of each kernel, and last that of the noise, which make the targets likeliest.

    Each step multiplies a weight by the square root of what its kernel explains over what it would by
    chance; the likelihood never falls, and no weight turns negative.

    Args:
        kernels: m arrays (n, n), symmetric and positive semidefinite.
        y: (n, n_targets), each with mean about 0; all share the weights.
        n_steps: at least 1.

    Returns:
        (m + 1,), at least 0.

    Raises:
        InvalidInput: no row, or shapes that do not fit.
    Source: Zhou et al. 2019, "MM algorithms for variance components models" (arXiv:1509.07426), section 3.

    >>> x = np.arange(20.0)[:, None] / 10 - 0.95
    >>> slope, noise = fit_weights([x @ x.T], 2 * x, n_steps=200).tolist()
    >>> 3.5 < slope < 4.5, noise < 0.01
    (True, True)
    """
    if not y.size or y.ndim != 2 or any(kernel.shape != (len(y), len(y)) for kernel in kernels):
        raise InvalidInput(f"kernels must be (n, n) and y (n, n_targets) of at least one row. Got {y.shape}.")
    start = max(float(np.square(y).mean()), 1e-6) / (len(kernels) + 1)
    weights = np.full(len(kernels) + 1, start)
    least = start * 1e-6
    for _ in range(n_steps):
        inverse = np.linalg.inv(_total(kernels, weights))
        dual = inverse @ y
        told = [float(np.sum(dual * (kernel @ dual))) for kernel in kernels] + [float(np.sum(dual**2))]
        chance = [float(np.sum(inverse * kernel)) for kernel in kernels] + [float(np.trace(inverse))]
        ratio = np.array(told) / np.maximum(np.array(chance) * y.shape[1], 1e-12)
        weights *= np.sqrt(np.maximum(ratio, 0))
        weights[weights < least] = least
    return weights


def solve(kernels: Sequence[Matrix], weights: Matrix, y: Matrix) -> Matrix:
    """Return the dual coefficients, (n, n_targets): predictions are weighted kernels times these."""
    return np.asarray(np.linalg.solve(_total(kernels, weights), y), np.float64)


def _total(kernels: Sequence[Matrix], weights: Matrix) -> Matrix:
    total: Matrix = np.eye(len(kernels[0])) * weights[-1]
    for weight, kernel in zip(weights, kernels, strict=False):  # the last weight is the noise's
        total += weight * kernel
    return total
