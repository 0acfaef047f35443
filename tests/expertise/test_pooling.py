import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.reading import Reading
from metier.expertise.pooling import by_token, condense, pool_reading
from tests.expertise.made_levels import ENCODER


def test_a_reading_pools_to_mean_and_spread():
    reading = ENCODER.read("led three teams")
    states = reading.states.astype(np.float64)
    assert np.allclose(pool_reading(reading), np.concatenate([states.mean(axis=0), states.std(axis=0)]))


def test_a_reading_without_tokens_is_its_frame():
    reading = ENCODER.read("")
    pooled = pool_reading(reading)
    assert np.allclose(pooled[:16], reading.frame[0])
    assert not pooled[16:].any()
    assert by_token(reading, np.ones(32), np.zeros(32)).shape == (0,)


@given(st.lists(st.sampled_from("led built fixed a the team".split()), min_size=1, max_size=12))
def test_tokens_together_add_what_the_reading_adds(words):
    rng = np.random.default_rng(0)
    weights, center = rng.normal(size=32), rng.normal(size=32)
    reading = ENCODER.read(" ".join(words))
    expected = weights @ (pool_reading(reading) - center)
    assert by_token(reading, weights, center).sum() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("text", ["", "one", "led three teams and built services"])
def test_a_condensed_reading_pools_to_the_same(text):
    reading = ENCODER.read(text)
    small = condense(reading)
    assert small.states.shape == (2, 16)
    assert np.allclose(pool_reading(small), pool_reading(reading), atol=1e-6)
    assert isinstance(small, Reading)
