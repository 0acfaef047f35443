import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.audit.decisions.rates import above_median, rate_table
from metier.errors import InvalidInput
from tests.audit.decisions.outcome_tables import counted, grouping_of


def test_rates_and_ratios_follow_their_definition():
    table = rate_table(*counted(a=(60, 100), b=(30, 100), c=(50, 100)))
    assert (table.reference, table.n, table.n_unknown) == ("a", 300, 0)
    assert [item.rate.value for item in table.groups] == [0.6, 0.3, 0.5]
    assert [item.ratio.value for item in table.groups] == pytest.approx([1, 0.5, 5 / 6])
    assert [item.group for item in table.compared] == ["b", "c"]
    assert table.groups[0].p_value is None
    assert table.groups[1].p_value < 1e-4


def test_allowance_for_all_pairs_is_wider_with_more_groups():
    two = rate_table(*counted(a=(60, 100), b=(30, 100))).groups[1]
    five = rate_table(*counted(a=(60, 100), b=(30, 100), c=(9, 20), d=(9, 20), e=(9, 20))).groups[1]
    assert two.joint == two.ratio
    assert five.ratio == two.ratio
    assert five.joint.high > two.joint.high


def test_people_of_unknown_group_or_outcome_are_counted_and_left_out():
    hits = np.array([1, 0, 1, -1, -1], np.int8)
    table = rate_table(hits, grouping_of(["a", "a", "", "a", ""]))
    assert (table.n, table.n_unknown, table.n_undecided) == (3, 1, 2)
    assert (table.groups[0].n, table.groups[0].hits) == (2, 1)


def test_a_group_below_two_percent_is_shown_without_a_ratio_and_is_no_reference():
    table = rate_table(*counted(a=(30, 100), b=(1, 1), c=(20, 100)))
    rare = table.groups[1]
    assert (rare.left_out, rare.ratio, rare.joint, rare.rate.value) == (True, None, None, 1.0)
    assert table.reference == "a"


def test_a_small_group_is_marked_and_still_compared():
    table = rate_table(*counted(a=(30, 100), b=(3, 29)))
    assert [item.small for item in table.groups] == [False, True]
    assert table.groups[1].ratio is not None


def test_where_nobody_is_selected_there_is_no_ratio():
    table = rate_table(*counted(a=(0, 10), b=(0, 10)))
    assert (table.reference, table.compared) == (None, ())
    assert table.groups[0].rate.value == 0


def test_a_group_whose_outcomes_are_unknown_has_no_rate():
    table = rate_table(np.array([1, -1], np.int8), grouping_of(["a", "b"]))
    assert (table.groups[1].n, table.groups[1].rate, table.groups[1].left_out) == (0, None, True)


def test_nobody_at_all_is_an_empty_table():
    table = rate_table(np.array([], np.int8), grouping_of([]))
    assert (table.n, table.reference, table.groups) == (0, None, ())


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", ""]), st.sampled_from([1, 0, -1])), max_size=60))
def test_the_order_of_people_plays_no_part(people):
    def table(rows):
        return rate_table(
            np.array([hit for _, hit in rows], np.int8), grouping_of([name for name, _ in rows])
        )

    assert table(people) == table(people[::-1])


def test_the_scoring_rate_counts_those_above_the_median():
    hits, median = above_median(np.array([1.0, 2.0, 2.0, 5.0, np.nan]))
    assert (hits.tolist(), median) == ([0, 0, 0, 1, -1], 2.0)
    hits, median = above_median(np.array([np.nan]))
    assert hits.tolist() == [-1]
    assert np.isnan(median)


def test_an_outcome_is_needed_for_each_person():
    with pytest.raises(InvalidInput, match="an outcome for each person"):
        rate_table(np.array([1], np.int8), grouping_of(["a", "b"]))
