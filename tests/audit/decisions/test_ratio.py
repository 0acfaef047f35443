import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.audit.decisions.ratio import fisher_exact, ratio_interval
from metier.errors import InvalidInput

shares = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
hit_shares = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))


def test_the_published_example_of_koopman_is_repeated():
    found = ratio_interval(36, 40, (16, 80))
    assert (found.value, found.low, found.high) == pytest.approx((4.5, 2.94, 7.15), abs=0.005)


@given(shares, hit_shares)
def test_the_interval_holds_its_ratio(first, second):
    found = ratio_interval(*first, second)
    assert 0 <= found.low <= found.value <= found.high < math.inf
    assert found.value == pytest.approx(first[0] / first[1] / (second[0] / second[1]))


@given(hit_shares, hit_shares)
def test_turned_about_it_is_the_reciprocal(first, second):
    one, other = ratio_interval(*first, second), ratio_interval(*second, first)
    assert one.low * other.high == pytest.approx(1, rel=1e-6)


@given(hit_shares, hit_shares)
def test_a_higher_level_is_a_wider_interval(first, second):
    narrow, wide = ratio_interval(*first, second), ratio_interval(*first, second, level=0.999)
    assert wide.low < narrow.low
    assert wide.high > narrow.high


def test_all_selected_on_both_sides_leaves_the_room_that_few_people_leave():
    few, many = ratio_interval(10, 10, (10, 10)), ratio_interval(1000, 1000, (1000, 1000))
    assert few.low == pytest.approx(0.7225, abs=1e-3)
    assert many.low > 0.99


def test_nobody_selected_is_a_ratio_of_nothing_with_an_upper_end():
    found = ratio_interval(0, 50, (25, 50))
    assert (found.value, found.low) == (0, 0)
    assert 0.05 < found.high < 0.3


def test_the_interval_holds_the_truth_as_often_as_it_says():
    draw = np.random.default_rng(3)
    held = 0
    for x, y in zip(draw.binomial(40, 0.15, 400), draw.binomial(60, 0.3, 400), strict=True):
        found = ratio_interval(int(x), 40, (max(1, int(y)), 60))
        held += found.low <= 0.5 <= found.high
    assert 0.92 <= held / 400 <= 0.98


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [
        ((8, 10), (1, 6), 0.034965),
        ((1, 20), (20, 20), 3.0468667e-10),
        ((0, 10), (5, 10), 0.0325077),
        ((5, 10), (5, 10), 1.0),
        ((0, 5), (0, 5), 1.0),
    ],
)
def test_fisher_agrees_with_the_usual_programs(first, second, p_value):
    assert fisher_exact(*first, second) == pytest.approx(p_value, rel=1e-4)
    assert fisher_exact(*second, first) == pytest.approx(p_value, rel=1e-4)


def test_fisher_takes_many_people():
    assert 0 <= fisher_exact(21_000, 50_000, (22_000, 50_000)) < 1e-6


@pytest.mark.parametrize("first", [(1, 0), (3, 2), (-1, 4)])
def test_impossible_counts_are_refused(first):
    with pytest.raises(InvalidInput, match="hits must be from 0 to trials"):
        ratio_interval(*first, (1, 2))
    with pytest.raises(InvalidInput, match="hits must be from 0 to trials"):
        fisher_exact(1, 2, first)


def test_a_ratio_to_nothing_is_refused():
    with pytest.raises(InvalidInput, match="a ratio to nothing is not defined"):
        ratio_interval(1, 2, (0, 5))


def test_a_level_is_a_share():
    with pytest.raises(InvalidInput, match="level must lie between 0 and 1"):
        ratio_interval(1, 2, (1, 2), level=1.0)
