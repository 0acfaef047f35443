import numpy as np
import pytest

from metier.audit.confidence.readings import Reading
from metier.audit.confidence.scores import (
    Score,
    fit_domain,
    mahalanobis,
    negative_energy,
    neighbour_distance,
    scores_of,
    shrunk_covariance,
)
from metier.audit.roc import auroc
from metier.errors import InvalidInput


def states(n=200, dim=6, seed=0):
    """Return two classes of states around (3, 0, ...) and (-3, 0, ...), wide along the second axis."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 2, n)
    found = rng.normal(0, 1, (n, dim)) * np.array([1, 8, *[1] * (dim - 2)])
    found[:, 0] += np.where(classes == 1, 3, -3)
    return found, classes


def test_energy_is_the_logarithm_of_the_sum_of_exponents():
    found = negative_energy(np.array([[0.0, 0.0], [1000.0, 0.0], [2.0, 1.0]]))
    assert found == pytest.approx([np.log(2), 1000.0, np.log(np.exp(2) + np.exp(1))])
    assert negative_energy(np.array([[2.0, 0.0]]), temperature=2.0) == pytest.approx(
        [2 * np.log(np.exp(1) + 1)]
    )


def test_the_distance_is_in_units_of_the_spread_and_to_the_nearest_class():
    known, classes = states(4000)
    domain = fit_domain(known, classes)
    assert domain.centres.shape == (2, 6)
    assert domain.shrinkage < 0.05
    points = np.array([[3.0, 0, 0, 0, 0, 0], [-3.0, 8, 0, 0, 0, 0], [3.0, 0, 0, 0, 0, 4]])
    assert mahalanobis(points, domain) == pytest.approx([0, 1, 16], rel=0.2, abs=0.05)


@pytest.mark.parametrize(("n", "dim"), [(30, 5), (20, 60), (400, 8)])
def test_the_covariance_is_shrunk_as_ledoit_and_wolf_say(n, dim):
    covariance = pytest.importorskip("sklearn.covariance")
    rows = np.random.default_rng(n).normal(0, 1, (n, dim)) * np.linspace(0.2, 3, dim)
    rows -= rows.mean(axis=0)
    wanted, share = covariance.ledoit_wolf(rows, assume_centered=True)
    found, own = shrunk_covariance(rows)
    assert own == pytest.approx(share)
    assert found == pytest.approx(wanted)


def test_more_dimensions_than_texts_and_equal_texts_have_a_distance():
    rng = np.random.default_rng(0)
    few = fit_domain(rng.normal(0, 1, (10, 50)), np.zeros(10, np.int64))
    assert np.isfinite(mahalanobis(rng.normal(0, 1, (3, 50)), few)).all()
    same = fit_domain(np.ones((5, 4)), np.zeros(5, np.int64))
    found = mahalanobis(np.array([[1.0] * 4, [2.0] * 4]), same)
    assert np.isfinite(found).all()
    assert found[0] < found[1]


def test_the_distance_to_the_kth_nearest_direction():
    known = np.array([[1.0, 0], [10.0, 0], [0, 1.0]])
    domain = fit_domain(known, np.zeros(3, np.int64), neighbours=2)
    found = neighbour_distance(np.array([[5.0, 0], [0, 5.0], [-1.0, 0], [0, 0]]), domain)
    assert found == pytest.approx([0, np.sqrt(2), 2, np.sqrt(2)])
    assert fit_domain(known, np.zeros(3, np.int64), neighbours=50).neighbours == 3


def test_each_score_is_high_for_the_domain():
    known, classes = states()
    inside, outside = states(seed=1)[0], np.random.default_rng(2).normal(0, 1, (200, 6)) * 0.5
    outside[:, 5] += 6
    domain = fit_domain(known, classes)

    def reading(rows):
        logits = np.stack([-rows[:, 0], rows[:, 0]], axis=1)
        exponents = np.exp(logits)
        return Reading(exponents / exponents.sum(axis=1, keepdims=True), logits, rows)

    found = {
        score: auroc(values, scores_of(reading(outside), domain)[score])
        for score, values in scores_of(reading(inside), domain).items()
    }
    assert set(found) == set(Score)
    assert min(found.values()) > 0.8
    assert found[Score.MAHALANOBIS] > 0.95


def test_scores_are_those_that_a_model_shows():
    reading = Reading(np.array([[0.3, 0.7]]))
    assert list(scores_of(reading)) == [Score.SOFTMAX]
    assert scores_of(reading)[Score.SOFTMAX].tolist() == [0.7]
    assert list(scores_of(Reading(reading.probabilities, np.array([[0.0, 1.0]])))) == [
        Score.SOFTMAX,
        Score.ENERGY,
    ]


@pytest.mark.parametrize(("n", "classes", "neighbours"), [(1, 1, 1), (3, 2, 1), (3, 3, 0)])
def test_what_does_not_fit_is_refused(n, classes, neighbours):
    with pytest.raises(InvalidInput, match="n at least 2"):
        fit_domain(np.zeros((n, 2)), np.zeros(classes, np.int64), neighbours=neighbours)
