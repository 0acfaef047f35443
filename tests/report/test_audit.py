import re

import pytest

from metier.report.audit import render_audit_html
from metier.scans import Check, Outcome, ScanFinding, scan_report
from metier.types import Severity

ROC = {
    "kind": "line",
    "title": "ROC of the loss attack",
    "x_label": "false positive rate",
    "y_label": "true positive rate",
    "diagonal": True,
    "lines": [{"name": "loss", "x": [0, 0.5, 1], "y": [0, 0.75, 1]}],
}
BARS = {
    "kind": "bars",
    "title": "Impact ratio",
    "label": "ratio",
    "reference": 0.8,
    "rows": [{"name": "one", "value": 0.5, "low": 0.25, "high": 0.75}, {"name": "two", "value": 1.0}],
}


def page(**figures):
    found = [ScanFinding("pickle", Severity.ERROR, "Runs <script>alert(1)</script>.", 'a"b.bin')]
    checks = [Check("hashes", Outcome.PASSED), Check("weights", Outcome.NOT_RUN, "No base was named.")]
    return render_audit_html(
        [scan_report("my/model", "model", findings=found, checks=checks, figures=figures)]
    )


def test_the_page_says_verdict_findings_checks_and_figures():
    text = page(auc={"value": 0.71, "low": 0.66, "high": 0.75}, nested={"n": 300, "of": [1, 2]})
    for words in ("unsafe", "pickle", "hashes", "No base was named.", "0.710 [0.660, 0.750]", "300", "1; 2"):
        assert words in text


def test_nothing_of_an_audit_becomes_markup():
    text = page()
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_page_needs_nothing_else():
    assert not re.search(r"(?:src|href)=|url\(|https?://", page(charts=[ROC, BARS]))


def test_lines_are_drawn_within_the_picture():
    (points,) = re.findall(r'<polyline class="curve p0" points="([^"]+)"', page(charts=[ROC]))
    assert points == "64.0,256.0 304.0,73.0 544.0,12.0"
    assert 'class="reference"' in page(charts=[ROC])
    assert "true positive rate over false positive rate: loss." in page(charts=[ROC])


def test_bars_have_their_intervals_and_the_line_of_reference():
    text = page(charts=[BARS])
    assert re.findall(r'class="column" x="([\d.]+)" y="\d+" width="([\d.]+)"', text) == [
        ("190.0", "110.0"),
        ("190.0", "220.0"),
    ]
    assert '<line class="whisker" x1="245.0" x2="355.0"' in text
    assert '<line class="reference" x1="366.0"' in text
    assert "0.5 [0.25, 0.75]" in text


@pytest.mark.parametrize("values", [[0.0, 0.0], [-1.0, 2.0], [0.05, 0.1], [5, 1e6]])
def test_any_range_of_numbers_can_be_drawn(values):
    line = {**ROC, "lines": [{"name": "x", "x": values, "y": values}]}
    bars = {**BARS, "rows": [{"name": str(value), "value": value} for value in values]}
    text = page(charts=[line, {**bars, "reference": None}])
    assert "nan" not in text
    assert all(0 <= float(x) <= 560 for x in re.findall(r'x1="(-?[\d.]+)"', text))


@pytest.mark.parametrize(
    ("highest", "shown"),
    [(1, "0 0.25 0.5 0.75 1"), (0.015, "0 0.005 0.01 0.015"), (0.589, "0 0.2 0.4 0.6"), (7, "0 2 4 6 8")],
)
def test_axes_are_marked_at_round_numbers(highest, shown):
    text = page(charts=[{**BARS, "reference": None, "rows": [{"name": "one", "value": highest}]}])
    marks = re.findall(r'<text x="[\d.]+" y="46" text-anchor="middle">([\d.]+)<', text)
    assert marks == shown.split()


def test_axes_are_alike_where_there_is_a_diagonal_and_go_by_the_data_where_there_is_none():
    line = {**ROC, "lines": [{"name": "x", "x": [0, 1], "y": [0, 0.1]}]}
    points = r'<polyline class="curve p0" points="([^"]+)"'
    assert re.findall(points, page(charts=[line])) == ["64.0,256.0 544.0,231.6"]
    assert re.findall(points, page(charts=[{**line, "diagonal": False}])) == ["64.0,256.0 544.0,12.0"]


def test_a_legend_names_lines_below_the_picture_where_there_are_several():
    two = {**ROC, "lines": [*ROC["lines"], {"name": "ratio", "x": [0, 1], "y": [0, 1]}]}
    assert 'viewBox="0 0 560 336"' in page(charts=[two])
    assert ">ratio</text>" in page(charts=[two])
    assert 'viewBox="0 0 560 300"' in page(charts=[ROC])


def test_a_clean_audit_says_that_nothing_was_found():
    text = render_audit_html([scan_report("m", "model", checks=[Check("hashes", Outcome.PASSED)])])
    assert "Nothing was found." in text
    assert "it does not say that nothing is there" in text


def test_tables_of_figures_are_drawn_and_escaped():
    rows = [{"name": "<b>a</b>", "range": [1, 2]}]
    text = page(tables=[{"title": "Groups", "rows": rows}, {"title": "Empty", "rows": []}])
    assert "&lt;b&gt;a&lt;/b&gt;" in text
    assert "1 to 2" in text
    assert "Empty" not in text
