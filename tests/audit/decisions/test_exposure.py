import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.audit.decisions.exposure import discounts, group_exposures
from metier.errors import InvalidInput
from tests.audit.decisions.outcome_tables import grouping_of


def test_the_discount_is_that_of_the_place():
    assert discounts(np.array([3.0, 1.0, 2.0])) == pytest.approx([0.5, 1, 1 / np.log2(3)])


def test_only_the_order_of_places_counts():
    assert discounts(np.array([30.0, 7.0, 8.5])).tolist() == discounts(np.array([3.0, 1.0, 2.0])).tolist()


def test_equal_places_share_their_exposure():
    found = discounts(np.array([1.0, 1.0, 3.0]))
    assert found[0] == found[1] == pytest.approx((1 + 1 / np.log2(3)) / 2)
    assert found[2] == pytest.approx(0.5)


def test_each_ranking_begins_anew():
    lists = np.array([0, 1, 0, 1], np.int32)
    assert discounts(np.array([1.0, 1.0, 2.0, 2.0]), lists) == pytest.approx(
        [1, 1, 1 / np.log2(3), 1 / np.log2(3)]
    )


def test_who_has_no_place_has_no_exposure():
    found = discounts(np.array([np.nan, 5.0]))
    assert np.isnan(found[0])
    assert found[1] == 1
    assert np.isnan(discounts(np.array([np.nan]))).all()
    assert discounts(np.array([])).tolist() == []


def test_exposure_shares_follow_from_places():
    found = group_exposures(discounts(np.array([1.0, 2.0, 3.0, 4.0])), grouping_of(["a", "a", "b", "b"]))
    first, second = found
    top, bottom = 1 + 1 / np.log2(3), 1 / 2 + 1 / np.log2(5)
    assert first.exposure_share == pytest.approx(top / (top + bottom))
    assert (first.population_share, first.n) == (0.5, 2)
    assert first.ratio == pytest.approx(first.exposure_share / 0.5)
    assert first.ratio > 1 > second.ratio
    assert second.low < 1 < second.high


@given(st.permutations(["a"] * 30 + ["b"] * 60))
def test_shares_add_up_and_a_random_order_is_mostly_within_its_range(order):
    found = group_exposures(discounts(np.arange(90.0)), grouping_of(order))
    assert sum(item.exposure_share for item in found) == pytest.approx(1)
    assert sum(item.population_share for item in found) == pytest.approx(1)


def test_the_range_holds_95_of_100_random_orders():
    draw = np.random.default_rng(5)
    exposures = discounts(np.arange(200.0))
    within = 0
    for _ in range(400):
        item = group_exposures(exposures, grouping_of(draw.permutation(["a"] * 60 + ["b"] * 140).tolist()))[0]
        within += item.low <= item.ratio <= item.high
    assert 0.92 <= within / 400 <= 0.98


def test_in_several_rankings_the_due_is_that_within_each():
    places, lists = np.array([1.0, 2.0, 1.0, 2.0]), np.array([0, 0, 1, 1], np.int32)
    even = group_exposures(discounts(places, lists), grouping_of(["a", "b", "b", "a"]), lists)
    assert [item.ratio for item in even] == pytest.approx([1, 1])


def test_people_of_unknown_group_count_for_nothing():
    assert group_exposures(discounts(np.array([1.0])), grouping_of([""])) == ()
    found = group_exposures(discounts(np.array([1.0, 2.0, 3.0])), grouping_of(["", "a", "b"]))
    assert [item.population_share for item in found] == [0.5, 0.5]


def test_an_exposure_is_needed_for_each_person():
    with pytest.raises(InvalidInput, match="an exposure for each person"):
        group_exposures(np.array([1.0]), grouping_of(["a", "b"]))
