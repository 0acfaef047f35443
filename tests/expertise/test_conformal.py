import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metier.errors import InvalidInput
from metier.expertise import conformal
from metier.expertise.conformal import conformal_quantile, conformal_scores, level_set
from metier.expertise.model import Calibration
from metier.types import Level, Role

rows = arrays(np.float64, (5,), elements=st.floats(0.001, 1)).map(lambda row: row / row.sum())


def calibration(quantile):
    return Calibration(1.0, quantile, 0.9, 100, ("en",), (Role.RESUME,))


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(conformal).failed == 0


@given(rows, st.floats(0, 1))
def test_a_set_is_never_empty_has_no_gap_and_holds_the_likeliest(row, quantile):
    found = [level.rank for level in level_set(row, calibration(quantile))]
    assert found == list(range(found[0], found[-1] + 1))
    assert int(row.argmax()) in found


@given(rows, st.floats(0, 1), st.floats(0, 1))
def test_a_greater_quantile_never_takes_a_level_away(row, one, other):
    low, high = sorted((one, other))
    assert set(level_set(row, calibration(low))) <= set(level_set(row, calibration(high)))


@given(rows)
def test_a_quantile_of_1_keeps_every_level(row):
    assert level_set(row, calibration(1.0)) == tuple(Level)


def test_a_set_grows_to_the_likelier_neighbour_until_it_holds_enough():
    row = np.array([0.05, 0.15, 0.4, 0.3, 0.1])
    assert level_set(row, calibration(0.39)) == (Level.MIDDLE,)
    assert level_set(row, calibration(0.45)) == (Level.MIDDLE, Level.SENIOR)
    assert level_set(row, calibration(0.75)) == (Level.JUNIOR, Level.MIDDLE, Level.SENIOR)


@pytest.mark.parametrize(("n", "coverage"), [(40, 0.9), (99, 0.8), (200, 0.95)])
def test_sets_hold_the_true_level_as_often_as_they_claim(n, coverage):
    rng = np.random.default_rng(0)

    def draw(size):
        logits = rng.normal(0, 1.5, (size, 5))
        told = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        # The truth is flatter than what is told: sets must hold even for a model that is too sure.
        real = told**0.4 / (told**0.4).sum(axis=1, keepdims=True)
        true = np.array([rng.choice(5, p=row) for row in real])
        return conformal_scores(told)[np.arange(size), true]

    held = []
    for _ in range(60):
        quantile = conformal_quantile(draw(n), coverage=coverage)
        held.append((draw(300) <= quantile).mean())
    assert coverage - 0.012 < np.mean(held) < coverage + 1 / (n + 1) + 0.012


def test_the_quantile_is_corrected_for_few_rows():
    scores = np.arange(1, 20) / 20
    assert conformal_quantile(scores, coverage=0.9) == pytest.approx(18 / 20)
    assert conformal_quantile(scores[:8], coverage=0.9) == 1.0
    assert conformal_quantile(np.zeros(0), coverage=0.5) == 1.0


@pytest.mark.parametrize("coverage", [0.0, 1.0, -1, 2])
def test_a_coverage_out_of_range_is_refused(coverage):
    with pytest.raises(InvalidInput, match="coverage must lie between 0 and 1"):
        conformal_quantile(np.ones(3), coverage=coverage)


def test_no_rows_give_no_scores():
    assert conformal_scores(np.zeros((0, 5))).shape == (0, 5)
