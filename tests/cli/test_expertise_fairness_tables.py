import json
from dataclasses import replace

from metier.cli.expertise_fairness_tables import report_json, report_table
from metier.expertise.flips import Flip, summarise
from metier.expertise.traits import Trait
from metier.types import Level

NAME = Flip("a.pdf", Trait.NAME, "nigerian-male", False, Level.MIDDLE, Level.MIDDLE, 0.0, 0.0, seen=False)
CITY = Flip("a.pdf", Trait.CITY, "Karachi", True, Level.MIDDLE, Level.SENIOR, 0.25, 0.0, seen=True)
UNTOLD = Flip("b.pdf", Trait.NAME, "nigerian-male", False, None, None, 0.0, 0.0)


def words(report):
    return " ".join(report_table(report).split())


def test_each_trait_has_a_row_with_intervals():
    shown = report_table(summarise([NAME, CITY, UNTOLD]))
    assert "2 resumes; bound 0.05 levels; the level of 1 is not told" in " ".join(shown.split())
    rows = [line.split() for line in shown.splitlines()]
    assert ["name", "yes", "1", "0", "0", "0", "0.0%", "0.000", "0.000"] in rows
    assert ["city", "no", "1", "1", "1", "1", "100.0%", "0.250", "0.250"] in rows
    assert "The bound holds" in shown
    assert max(map(len, shown.splitlines())) <= 120


def test_a_broken_bound_names_the_facts():
    moved = replace(NAME, move=0.2)
    assert "The bound is broken: 2 swaps of masked facts (name)." in words(summarise([moved, moved, CITY]))


def test_without_a_level_nothing_was_measured():
    assert "Nothing was measured" in words(summarise([UNTOLD]))


def test_what_was_not_looked_at_has_a_dash():
    assert "name yes 1 0 – 0" in words(summarise([replace(NAME, seen=None)]))


def test_json_holds_the_same_and_no_figure_that_is_not_defined():
    gone = replace(CITY, after=None, move=None)
    report = summarise([replace(NAME, move=-0.2), gone])
    found = json.loads(report_json(report))
    assert (found["passed"], found["bound"], found["n_documents"]) == (False, 0.05, 1)
    name, city = found["traits"]
    assert (name["trait"], name["n_beyond"], name["flips"]["value"]) == ("name", 1, 0.0)
    assert city["mean_move"] == {"value": None, "low": None, "high": None}
    assert found["broken"][0]["to"] == "nigerian-male"
    assert found["broken"][0]["move"] == -0.2
    assert "NaN" not in report_json(report)
