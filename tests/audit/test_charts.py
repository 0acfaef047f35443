import json

import numpy as np

from metier.audit.charts import CHARTS, MOST_POINTS, bar_chart, line, line_chart, roc_charts
from metier.audit.roc import roc_curve
from metier.report.audit import CHARTS as DRAWN
from metier.report.audit import render_audit_html
from metier.scans import Check, Outcome, scan_report
from metier.training.intervals import Interval


def test_a_line_is_thinned_and_keeps_its_ends():
    found = line("x", np.arange(1000), np.arange(1000) / 999)
    assert len(found["x"]) == MOST_POINTS
    assert (found["x"][0], found["x"][-1], found["y"][-1]) == (0.0, 999.0, 1.0)
    assert line("x", [1], [2]) == {"name": "x", "x": [1.0], "y": [2.0]}
    assert line("x", [], [])["x"] == []


def test_a_roc_curve_is_drawn_whole_and_at_few_false_alarms():
    rng = np.random.default_rng(0)
    whole, corner = roc_charts(
        "a against b", {"loss": roc_curve(rng.normal(1, 1, 500), rng.normal(0, 1, 500))}
    )
    assert whole["diagonal"]
    assert whole["lines"][0]["x"][0] == 0.0
    assert corner["title"] == "a against b, few false alarms"
    assert min(corner["lines"][0]["x"]) >= -3.0
    assert max(corner["lines"][0]["x"]) == 0.0


def test_charts_are_plain_values_that_the_page_draws():
    assert CHARTS == DRAWN
    charts = [
        line_chart("lines", [line("one", [0, 1], [0, 1])], x_label="x", y_label="y"),
        bar_chart("bars", {"one": Interval(0.5, 0.4, 0.6)}, label="area", reference=0.8),
        *roc_charts("roc", {"all": roc_curve([1.0], [0.0])}),
    ]
    json.dumps(charts)
    report = scan_report("m", "k", checks=[Check("c", Outcome.PASSED)], figures={CHARTS: charts})
    page = render_audit_html([report])
    assert page.count("<svg") >= 4
    assert "0.5 [0.4, 0.6]" in page
