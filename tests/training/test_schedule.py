import doctest
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.training import schedule
from metier.training.schedule import Decay, derived_seed, rate_factor, task_of_step


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(schedule).failed == 0


@given(st.integers(1, 300), st.data())
def test_rates_rise_then_fall_and_never_reach_0(total, data):
    warmup = data.draw(st.integers(0, total))
    for decay in Decay:
        factors = [rate_factor(s, total=total, warmup=warmup, decay=decay) for s in range(1, total + 1)]
        assert all(0 < factor <= 1 for factor in factors)
        assert all(a < b for a, b in pairwise(factors[:warmup]))
        assert all(a >= b for a, b in pairwise(factors[max(warmup - 1, 0) :]))
        assert warmup == 0 or factors[warmup - 1] == 1.0


def test_the_cosine_is_half_way_down_in_the_middle():
    assert rate_factor(5, total=9, warmup=0, decay=Decay.COSINE) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("step", "warmup"), [(0, 0), (11, 0), (1, 11), (1, -1)])
def test_a_step_outside_the_run_is_refused(step, warmup):
    with pytest.raises(InvalidInput, match="step must be from 1 to 10"):
        rate_factor(step, total=10, warmup=warmup, decay=Decay.LINEAR)


@given(st.lists(st.floats(0.05, 5), min_size=1, max_size=5), st.integers(0, 2**40), st.integers(1, 10_000))
def test_every_stretch_of_steps_holds_each_task_in_its_share(weights, seed, start):
    found = [task_of_step(step, weights, seed=seed) for step in range(start, start + 200)]
    for place, weight in enumerate(weights):
        assert found.count(place) == pytest.approx(200 * weight / sum(weights), abs=6)


def test_another_seed_gives_another_order():
    orders = {tuple(task_of_step(s, [1, 1], seed=seed) for s in range(20)) for seed in range(20)}
    assert len(orders) > 3


@pytest.mark.parametrize("weights", [[], [0.0], [1.0, -1.0], [float("inf")], [float("nan")]])
def test_weights_that_give_no_share_are_refused(weights):
    with pytest.raises(InvalidInput, match="weights must be above 0 and finite"):
        task_of_step(1, weights, seed=0)


def test_derived_seeds_differ_where_any_part_does():
    seeds = {derived_seed(*parts) for parts in [("a",), ("a", 1), ("a", 11), ("a", 1, 1), ("b", 1), ("a1",)]}
    assert len(seeds) == 6
    assert all(0 <= seed < 2**64 for seed in seeds)
