from metier.cli.audit_tables import audit_table
from metier.scans import Check, Outcome, ScanFinding, scan_report
from metier.types import Severity


def test_a_table_says_verdict_findings_and_what_was_not_looked_at():
    found = [ScanFinding("pickle", Severity.ERROR, "Runs code.\x1b[31m", "model.bin")]
    checks = [
        Check("hashes", Outcome.PASSED),
        Check("weights", Outcome.NOT_RUN, "No base was named."),
        Check("swaps", Outcome.OPEN, "A person has to judge."),
    ]
    text = audit_table(scan_report("m", "model", findings=found, checks=checks))
    for words in (
        "✗ unsafe  m",
        "pickle",
        "model.bin",
        "Not checked: weights. No base was named.",
        "To be judged: swaps. A person has to judge.",
        "1 of 3 checks passed.",
    ):
        assert words in text
    assert "\x1b" not in text


def test_tables_of_figures_are_drawn():
    rows = [{"group": "a", "n": 1200, "rate": {"value": 0.5, "low": 0.25, "high": 0.75}, "small": False}]
    rows.append({"group": "b", "n": 3, "rate": None, "small": True})
    tables = [{"title": "Selection rates", "rows": rows}, {"title": "Nothing", "rows": []}]
    text = audit_table(scan_report("m", "x", checks=[Check("x", Outcome.PASSED)], figures={"tables": tables}))
    for words in ("Selection rates", "group", "1,200", "0.500 [0.250, 0.750]", "–", "yes"):
        assert words in text
    assert "Nothing" not in text


def test_figures_stand_below_with_their_intervals():
    figures = {
        "auc": {"value": 0.5, "low": 0.25, "high": 0.75},
        "n": 3,
        "rate": 0.123456,
        "labels": ["a", "b"],
        "rows": [{"x": 1}],
        "charts": [{"kind": "line"}],
        "groups": {"one": {"n": 5}},
    }
    text = audit_table(scan_report("m", "model", checks=[Check("x", Outcome.PASSED)], figures=figures))
    for words in (
        "0.500 [0.250, 0.750]",
        "0.1235",
        "a, b",
        "1 rows; --format json has them",
        "groups / one / n",
    ):
        assert words in text
    assert "charts" not in text
