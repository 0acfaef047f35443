import json
from pathlib import Path

import numpy as np
import pytest

from metier.audit.decisions.judge import NOTES, audit_outcomes
from metier.audit.decisions.outcome_files import OutcomeColumns, read_outcomes
from metier.audit.decisions.outcomes import Outcomes
from metier.errors import InvalidInput
from metier.records import to_json
from metier.scans import Outcome, ScanVerdict
from tests.audit.decisions.outcome_tables import counted, grouping_of


def selected(**groups):
    hits, grouping = counted(**groups)
    return Outcomes((grouping,), selected=hits)


def audit(outcomes):
    return audit_outcomes(outcomes, subject="table.csv")


@pytest.mark.parametrize(
    ("groups", "verdict"),
    [
        ({"a": (3000, 10_000), "b": (2900, 10_000)}, ScanVerdict.CLEAN),
        ({"a": (300, 1000), "b": (150, 1000)}, ScanVerdict.UNSAFE),
        ({"a": (30, 100), "b": (29, 100)}, ScanVerdict.INCONCLUSIVE),
        ({"a": (3, 10)}, ScanVerdict.INCONCLUSIVE),
        ({"a": (0, 100), "b": (0, 100)}, ScanVerdict.INCONCLUSIVE),
    ],
)
def test_the_verdict_follows_from_the_ratio_and_what_can_be_told(groups, verdict):
    assert audit(selected(**groups)).verdict is verdict


def test_a_low_ratio_alone_is_not_unsafe():
    report = audit(selected(a=(10, 30), b=(5, 30)))
    assert report.verdict is ScanVerdict.INCONCLUSIVE
    assert report.figures["tables"][0]["rows"][1]["impact_ratio"]["value"] == 0.5


def test_intersections_are_judged_where_single_attributes_hide_them():
    gender = ["f"] * 1000 + ["m"] * 1000
    race = (["A"] * 500 + ["B"] * 500) * 2
    hits = np.tile(np.array([1, 0], np.int8), 1000)
    hits[:500] = np.array([1, 1, 1, 0] * 125)
    hits[500:1000] = np.array([1, 0, 0, 0] * 125)
    hits[1000:1500] = np.array([1, 0, 0, 0] * 125)
    hits[1500:] = np.array([1, 1, 1, 0] * 125)
    report = audit(Outcomes((grouping_of(gender), grouping_of(race, "race")), selected=hits))
    assert {finding.where for finding in report.findings if finding.code == "impact-ratio-below"} == {
        "gender x race: f, B",
        "gender x race: m, A",
    }


def test_many_people_of_unknown_group_leave_it_open():
    hits, grouping = counted(a=(3000, 10_000), b=(2900, 10_000))
    codes = grouping.codes.copy()
    codes[::8] = -1
    report = audit(Outcomes((type(grouping)("gender", grouping.labels, codes),), selected=hits))
    assert report.verdict is ScanVerdict.INCONCLUSIVE
    assert [finding.code for finding in report.findings] == ["many-unknown"]
    codes[::8] = grouping.codes[::8]
    codes[0] = -1
    report = audit(Outcomes((type(grouping)("gender", grouping.labels, codes),), selected=hits))
    assert (report.verdict, report.findings[0].code) == (ScanVerdict.CLEAN, "unknown")


def test_scores_give_scoring_rates_exposure_and_spread():
    draw = np.random.default_rng(1)
    people = grouping_of(["a", "b"] * 4000)
    report = audit(Outcomes((people,), scores=draw.normal(size=8000)))
    assert [check.name for check in report.checks] == [
        "scoring-rate: gender",
        "exposure: gender",
        "scores: gender",
    ]
    assert report.verdict is ScanVerdict.CLEAN
    assert [table["title"] for table in report.figures["tables"]] == [
        "Scoring rate by gender",
        "Exposure in the ranking by gender",
        "Scores by gender",
    ]


def test_ranks_alone_give_exposure_alone():
    report = audit(Outcomes((grouping_of(["a", "b"] * 50),), ranks=np.arange(1.0, 101)))
    assert [(check.name, check.outcome) for check in report.checks] == [("exposure: gender", Outcome.PASSED)]


def test_repeated_people_leave_it_open():
    hits, grouping = counted(a=(3000, 10_000), b=(2900, 10_000))
    report = audit(Outcomes((grouping,), selected=hits, n_repeated=4))
    assert (report.verdict, report.findings[0].code) == (ScanVerdict.INCONCLUSIVE, "repeated-ids")


def test_what_the_figures_do_not_show_is_always_said():
    report = audit(selected(a=(3000, 10_000), b=(2900, 10_000)))
    assert report.figures["what_this_does_not_show"] == NOTES


def test_no_text_promises_the_law():
    everything = " ".join(
        to_json(audit(item)).lower()
        for item in (
            selected(a=(300, 1000), b=(150, 1000)),
            selected(a=(9, 30), b=(8, 29)),
            selected(a=(1, 2)),
        )
    )
    assert "complian" not in everything
    assert "lawful" in everything


def test_the_report_is_plain_json_without_a_number_that_is_none():
    scores = np.array([1.0, np.nan] * 40)
    hits, _ = counted(a=(20, 40), b=(20, 40))
    report = audit(Outcomes((grouping_of(["a", "b"] * 40),), selected=hits, scores=scores))
    assert "NaN" not in json.dumps(dict(report.figures))
    assert json.loads(to_json(report))["kind"] == "decisions"


def test_with_nothing_to_audit_it_says_so():
    with pytest.raises(InvalidInput, match="no outcome to audit"):
        audit(Outcomes((grouping_of(["a"]),)))
    with pytest.raises(InvalidInput, match="nobody to audit"):
        audit(Outcomes((grouping_of([]),), selected=np.array([], np.int8)))


def test_the_invented_example_has_something_to_find_and_something_open():
    path = Path(__file__).parents[3] / "examples" / "audit" / "outcomes.csv"
    outcomes = read_outcomes(path, OutcomeColumns(("gender", "race"), id="id"))
    report = audit(outcomes)
    assert outcomes.n == 400
    assert report.verdict is ScanVerdict.UNSAFE
    assert {"impact-ratio-below", "impact-ratio-open", "group-left-out", "unknown"} <= {
        finding.code for finding in report.findings
    }
