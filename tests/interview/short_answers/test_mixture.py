import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.interview.short_answers.mixture import fit_weights, solve

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
GROUPS = np.repeat(np.arange(24), 5)
KERNELS = [X @ X.T, (GROUPS[:, None] == GROUPS).astype(float)]


def drawn(weights, noise):
    total = sum(weight * kernel for weight, kernel in zip(weights, KERNELS, strict=True))
    roots = np.linalg.cholesky(total + (noise + 1e-9) * np.eye(len(X)))
    return roots @ RNG.normal(size=(len(X), 40))


def likelihood(weights, y):
    total = sum(w * k for w, k in zip(weights, KERNELS, strict=False)) + weights[-1] * np.eye(len(X))
    return -np.linalg.slogdet(total)[1] * y.shape[1] - np.sum(y * np.linalg.solve(total, y))


def test_the_weights_that_drew_the_targets_are_found():
    found = fit_weights(KERNELS, drawn([0.5, 2.0], 1.0), n_steps=300)
    assert found == pytest.approx([0.5, 2.0, 1.0], rel=0.2)


def test_a_kernel_that_explains_nothing_fades():
    found = fit_weights(KERNELS, drawn([1.0, 0.0], 0.5), n_steps=300)
    assert found[1] < 0.05


def test_the_likelihood_never_falls():
    y = drawn([0.5, 2.0], 1.0)
    seen = [likelihood(fit_weights(KERNELS, y, n_steps=n), y) for n in (1, 2, 5, 20)]
    assert seen == sorted(seen)


def test_dual_coefficients_solve_the_ridge_equations():
    y = RNG.normal(size=(len(X), 2))
    dual = solve(KERNELS, np.array([1.0, 0.5, 0.1]), y)
    assert (KERNELS[0] + 0.5 * KERNELS[1] + 0.1 * np.eye(len(X))) @ dual == pytest.approx(y)


def test_constant_targets_keep_the_weights_finite_and_above_zero():
    found = fit_weights(KERNELS, np.zeros((len(X), 1)))
    assert np.isfinite(found).all()
    assert (found > 0).all()


@pytest.mark.parametrize("y", [np.zeros((0, 1)), np.zeros(120), np.zeros((7, 1))])
def test_shapes_that_do_not_fit_are_refused(y):
    with pytest.raises(InvalidInput, match="at least one row"):
        fit_weights(KERNELS, y)
