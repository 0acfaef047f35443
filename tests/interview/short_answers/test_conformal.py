import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.interview.short_answers.conformal import Residuals

NOTHING = np.zeros(0, np.float32)
FLAT = np.array([1.0, 0.0], np.float32)


def width(residuals, *, seen=True, level=0.9, score=5.0):
    return residuals.half_width(score, seen=seen, level=level, highest=5.0)


def test_the_rank_is_that_of_split_conformal():
    residuals = Residuals(FLAT, np.arange(1, 20, dtype=np.float32), NOTHING)
    assert width(residuals, level=0.9) == 18  # ceil(20 * 0.9)
    assert width(residuals, level=0.5) == 10
    assert width(residuals, level=0.96) == float("inf")


def test_too_few_residuals_tell_nothing():
    assert width(Residuals(FLAT, NOTHING, NOTHING), seen=False) == float("inf")


def test_intervals_are_wider_where_errors_are_larger():
    rng = np.random.default_rng(0)
    predicted = rng.uniform(0, 5, 500)
    truth = predicted + rng.normal(size=500) * (0.2 + 0.3 * (5 - predicted))
    found = Residuals.of(truth, {"seen": predicted, "unseen": np.full(500, np.nan)}, highest=5.0)
    assert found.spread[1] > 0.1
    assert width(found, score=1.0) > 2 * width(found, score=5.0)
    assert not found.unseen.size


def test_errors_that_shrink_downwards_give_one_width():
    predicted = np.linspace(0, 5, 50)
    truth = predicted + 0.2 * predicted
    found = Residuals.of(truth, {"seen": predicted, "unseen": predicted}, highest=5.0)
    assert width(found, score=0.0) == width(found, score=5.0)


@given(st.integers(0, 2**16), st.sampled_from([0.5, 0.8, 0.9]))
def test_intervals_hold_about_as_often_as_they_say(seed, level):
    rng = np.random.default_rng(seed)
    errors = np.sort(np.abs(rng.normal(size=400))).astype(np.float32)
    held = np.abs(rng.normal(size=2000)) <= width(Residuals(FLAT, errors, NOTHING), level=level)
    assert abs(held.mean() - level) < 0.12


@pytest.mark.parametrize("level", [0.0, 1.0, float("nan")])
def test_a_level_out_of_range_is_refused(level):
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        width(Residuals(FLAT, NOTHING, NOTHING), level=level)
