import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.audit.decisions.scores import cliffs_delta, group_scores, ks_distance
from metier.errors import InvalidInput
from tests.audit.decisions.outcome_tables import grouping_of

values = st.lists(st.integers(0, 9).map(float), min_size=1, max_size=30).map(np.array)


@given(values, values)
def test_delta_is_the_mean_of_all_comparisons(first, second):
    found = cliffs_delta(first, second)
    assert found.value == pytest.approx(np.sign(first[:, None] - second).mean())
    assert -1 <= found.low <= found.value <= found.high <= 1
    turned = cliffs_delta(second, first)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_groups_that_part_entirely_still_leave_the_room_of_few_people():
    few = cliffs_delta(np.array([5.0, 6.0]), np.array([1.0, 2.0, 3.0]))
    many = cliffs_delta(np.arange(100.0) + 100, np.arange(100.0))
    assert (few.value, few.high) == (1, 1)
    assert few.low < 0
    assert many.low > 0.9
    assert cliffs_delta(np.array([1.0]), np.array([2.0])).low == -1


def test_the_interval_of_delta_holds_the_truth_as_often_as_it_says():
    draw = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        found = cliffs_delta(draw.normal(0.5, 1, 40), draw.normal(0, 1, 80))
        held += found.low <= 0.2763 <= found.high  # 2 * Phi(0.5 / sqrt 2) - 1
    assert 0.92 <= held / 400 <= 0.98


def test_distance_is_the_largest_gap_of_the_distributions():
    assert ks_distance(np.array([1.0, 2.0]), np.array([2.0, 3.0])) == 0.5
    assert ks_distance(np.array([1.0]), np.array([2.0])) == 1
    assert ks_distance(np.array([1.0, 2.0]), np.array([2.0, 1.0])) == 0


def test_each_group_has_its_spread_and_stands_against_the_others():
    scores = np.array([1.0, 2.0, 3.0, 4.0, np.nan, 9.0])
    first, second = group_scores(scores, grouping_of(["a", "a", "b", "b", "b", ""]))
    assert (first.group, first.n, first.mean) == ("a", 2, 1.5)
    assert first.quantiles == pytest.approx((1.1, 1.25, 1.5, 1.75, 1.9))
    assert (first.delta.value, second.delta.value, first.distance) == (-1, 1, 1)


def test_a_group_alone_stands_against_nobody():
    (only,) = group_scores(np.array([1.0, 2.0]), grouping_of(["a", "a"]))
    assert (only.delta, only.distance) == (None, None)
    assert group_scores(np.array([np.nan]), grouping_of(["a"])) == ()


def test_bad_input_is_refused():
    with pytest.raises(InvalidInput, match="at least one value on either side"):
        cliffs_delta(np.array([]), np.array([1.0]))
    with pytest.raises(InvalidInput, match="a score for each person"):
        group_scores(np.array([1.0]), grouping_of(["a", "b"]))
