import numpy as np
import pytest

from metier.audit.decisions.exposure import discounts, group_exposures
from metier.audit.decisions.measures import measured_exposure, measured_rates, measured_scores
from metier.audit.decisions.rates import rate_table
from metier.audit.decisions.scores import group_scores
from metier.types import Severity
from tests.audit.decisions.outcome_tables import counted, grouping_of


def rates(**groups):
    return measured_rates(rate_table(*counted(**groups)), "selection", hits="selected", hit="selected")


def codes(measured):
    return [(finding.code, finding.severity) for finding in measured.findings]


def test_a_ratio_below_four_fifths_for_all_pairs_is_an_error_that_names_the_groups():
    found = rates(men=(300, 1000), women=(150, 1000))
    assert codes(found) == [("impact-ratio-below", Severity.ERROR)]
    finding = found.findings[0]
    assert finding.where == "gender: women"
    assert "selection rate of women is 0.50 of that of men" in finding.message
    assert finding.facts["impact_ratio"]["value"] == 0.5


def test_a_ratio_that_few_people_leave_open_is_a_warning():
    found = rates(men=(30, 100), women=(15, 100), others=(28, 100))
    assert codes(found) == [("impact-ratio-open", Severity.WARNING)]
    assert "women (0.50)" in found.findings[0].message
    assert [row["group"] for row in found.findings[0].facts["groups"]] == ["others", "women"]


def test_a_ratio_above_four_fifths_with_its_interval_is_no_finding():
    assert rates(men=(3000, 10_000), women=(2900, 10_000)).findings == ()


def test_low_ratios_by_chance_alone_are_seldom_errors():
    draw = np.random.default_rng(11)
    alarms = 0
    for _ in range(200):
        sizes = draw.integers(20, 80, 8)
        groups = {
            name: (int(draw.binomial(n, 0.3)), int(n)) for name, n in zip("abcdefgh", sizes, strict=True)
        }
        alarms += ("impact-ratio-below", Severity.ERROR) in codes(rates(**groups))
    assert alarms <= 10


def test_small_groups_and_groups_left_out_are_named():
    found = rates(a=(3000, 9000), b=(2950, 9000), c=(1, 3))
    assert codes(found) == [("group-left-out", Severity.INFO)]
    assert found.rows[2]["marks"] == "small, left out"
    assert found.rows[2]["impact_ratio"] is None
    assert ("small-group", Severity.INFO) in codes(rates(a=(20, 40), b=(10, 20)))


def test_with_nothing_to_compare_the_check_does_not_run():
    assert rates(a=(3, 10)).reason == "There is one group, so nothing to compare with."
    assert rates(a=(0, 10), b=(0, 10)).reason == "Nobody of a known group that counts is selected."


def test_rows_and_pictures_hold_the_figures():
    found = rates(men=(30, 100), women=(15, 100))
    assert [row["selected"] for row in found.rows] == [30, 15]
    assert found.rows[0]["marks"] == "reference"
    assert (found.chart["reference"], found.chart["rows"][0]["name"]) == (0.8, "women")


def exposed(order):
    return measured_exposure(
        group_exposures(discounts(np.arange(float(len(order)))), grouping_of(order)), "gender"
    )


def test_a_group_lower_than_chance_puts_it_is_a_warning():
    found = exposed(["a"] * 100 + ["b"] * 100)
    assert codes(found) == [("exposure-low", Severity.WARNING)]
    assert found.findings[0].where == "gender: b"
    assert exposed(["a", "b"] * 100).findings == ()


def test_groups_of_a_few_are_shown_and_not_judged():
    assert exposed(["a"] * 10 + ["b"] * 10).reason == "Every group has fewer than 30 people, too few to tell."
    assert exposed(["a"] * 40).reason == "There is one group, so nothing to compare with."
    assert len(exposed(["a"] * 10 + ["b"] * 10).rows) == 2


@pytest.mark.parametrize(("shift", "found"), [(0.0, []), (1.5, [("scores-apart", Severity.WARNING)] * 2)])
def test_scores_that_stand_far_apart_are_a_warning(shift, found):
    draw = np.random.default_rng(2)
    scores = np.concatenate([draw.normal(shift, 1, 100), draw.normal(0, 1, 100)])
    measured = measured_scores(group_scores(scores, grouping_of(["a"] * 100 + ["b"] * 100)), "gender")
    assert codes(measured) == found
    assert set(measured.rows[0]) >= {"group", "people", "mean", "10%", "50%", "90%", "delta", "distance"}


def test_scores_of_a_few_are_not_judged():
    scores = np.array([1.0, 2.0, 3.0])
    assert (
        "too few to tell" in measured_scores(group_scores(scores, grouping_of(["a", "a", "b"])), "g").reason
    )
    assert "one group" in measured_scores(group_scores(scores, grouping_of(["a"] * 3)), "g").reason
