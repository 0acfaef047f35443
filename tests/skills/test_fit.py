import numpy as np
import pytest

from metier.encoders.pooling import unit_rows
from metier.skills.examples import Examples

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from metier.skills.fit import Task, fit_calibration, fit_names, fit_projection  # noqa: E402


def task(seed=0, n=240, dim=16, n_skills=4):
    """Return sentences that lie near a rotated skill vector, a third of them near none."""
    rng = np.random.default_rng(seed)
    skills = unit_rows(rng.standard_normal((n_skills, dim)))
    turn = np.linalg.qr(np.random.default_rng(9).standard_normal((dim, dim)))[0]
    labels, rows = [], []
    for i in range(n):
        if i % 3:
            label = int(rng.integers(n_skills))
            rows.append(skills[label] @ turn + 0.1 * rng.standard_normal(dim))
            labels.append((label,))
        else:
            rows.append(rng.standard_normal(dim))
            labels.append(())
    return Task(Examples(unit_rows(np.array(rows)), labels, np.zeros(n, np.int64)), skills)


def accuracy(found, given):
    x = given.examples.x
    logits = (x @ found.projection.T + found.projection_offset) @ given.skills.T
    none = x @ found.null_weights + found.null_bias
    best = np.concatenate([none[:, None], logits], axis=1).argmax(axis=1) - 1
    right = [best[i] == (label[0] if label else -1) for i, label in enumerate(given.examples.labels)]
    return float(np.mean(right))


def test_the_projection_finds_the_rotation():
    given = task()
    before = fit_projection([given], seed=1, epochs=0)
    after = fit_projection([given], seed=1, epochs=150)
    assert accuracy(after, given) > 0.85 > accuracy(before, given)


def test_the_same_seed_gives_the_same_weights():
    first, second = (fit_projection([task()], seed=3, epochs=2) for _ in range(2))
    assert first.projection.tobytes() == second.projection.tobytes()
    assert first.null_bias == second.null_bias


def test_names_are_told_apart_by_their_states():
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 2
    states = (rng.standard_normal((200, 8)) + labels[:, None] * 2).astype(np.float32)
    weights, bias = fit_names(states, labels)
    assert np.mean((states @ weights + bias > 0) == labels) > 0.9


def test_calibration_gives_the_share_that_was_right():
    rng = np.random.default_rng(0)
    features = rng.normal(0, 2, (4000, 2))
    chance = 1 / (1 + np.exp(-(1.5 * features[:, 0] + 0.5 * features[:, 1] - 1)))
    labels = (rng.random(4000) < chance).astype(int)
    weights, constant, threshold = fit_calibration(features, labels, precision=0.8)
    assert weights == pytest.approx([1.5, 0.5], abs=0.2)
    assert constant == pytest.approx(-1.0, abs=0.2)
    shown = 1 / (1 + np.exp(-(features @ weights.astype(float) + constant))) >= threshold - 1e-12
    assert labels[shown].mean() >= 0.8
    assert shown.sum() > 500


def test_a_precision_out_of_reach_shows_nothing():
    features = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert fit_calibration(features, np.array([0, 1, 0, 0]), precision=0.9)[2] == 1.0
