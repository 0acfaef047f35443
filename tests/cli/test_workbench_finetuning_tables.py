import json
from math import nan

from metier.cli.workbench_finetuning_tables import render_measures
from metier.training.intervals import Interval
from metier.workbench.finetuning.measuring import Measures

PARTS = {
    "dev": Measures(
        12,
        {"f1": Interval(0.5, 0.25, 0.75), "f1:[red]": Interval(1.0, nan, nan)},
        "f1",
        {"rows": 1200, "queries_left_out": 2},
    ),
    "test": Measures(3, {"f1": Interval(0.25, 0.0, 0.5)}, "f1", {"rows": 3}),
}


def test_json_has_a_line_for_each_figure():
    lines = [json.loads(line) for line in render_measures(PARTS, as_json=True).splitlines()]
    assert [(line["part"], line["figure"]) for line in lines] == [
        ("dev", "f1"),
        ("dev", "f1:[red]"),
        ("test", "f1"),
    ]
    assert (lines[0]["value"], lines[0]["low"], lines[0]["high"]) == (0.5, 0.25, 0.75)
    assert (lines[1]["low"], lines[1]["high"]) == (None, None)
    assert lines[0]["counts"] == {"rows": 1200, "queries_left_out": 2}


def test_the_table_shows_intervals_and_counts():
    table = render_measures(PARTS, as_json=False)
    assert "0.250 to 0.750" in table
    assert "f1:[red]" in table
    assert table.split("f1:[red]")[1].split()[:2] == ["1.000", "-"]
    assert "dev: 1,200 rows, 2 queries left out" in table
    assert "test: 3 rows" in table


def test_an_interval_without_width_is_none():
    parts = {"test": Measures(3, {"f1:rare": Interval(0.0, 0.0, 0.0)}, "f1:rare", {"rows": 3})}
    table = render_measures(parts, as_json=False)
    assert table.split("f1:rare")[1].split()[:2] == ["0.000", "-"]
    assert "-: too few that differ for an interval" in table
