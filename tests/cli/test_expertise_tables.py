from __future__ import annotations

import json

from metier.batch.levels import LevelOutcome
from metier.cli.expertise_tables import expertise_json, expertise_table, outcomes_text
from metier.cli.options import OutputFormat
from metier.types import Expertise, Factor, Failure, Level, Quote, Span


def an_expertise(level: Level | None = Level.SENIOR, claimed: Level | None = None) -> Expertise:
    factors = (
        Factor("jobs", 3.0, 0.4, "Three jobs are told.", (Quote(Span(0, 4), "Acme"),)),
        Factor("degree", None, -0.2, "No degree is told.", ()),
    )
    return Expertise(
        level=level,
        probabilities=(0.0, 0.1, 0.2, 0.6, 0.1) if level else (),
        level_set=(Level.MIDDLE, Level.SENIOR) if level else (),
        coverage=0.9,
        expected=2.7 if level else None,
        claimed=claimed,
        at_least=0.7 if claimed and level else None,
        factors=factors if level else (),
        notes=() if level else ("There is not enough to tell a level.",),
        sensitive=(),
        model="expertise",
        model_sha256="ab",
    )


def test_a_table_has_the_level_every_probability_and_both_kinds_of_reasons() -> None:
    out = expertise_table("cv.txt", an_expertise(claimed=Level.SENIOR))
    for words in (
        "cv.txt",
        "senior (60%)",
        "middle, senior",
        "At least senior: 70%",
        "60.0%",
        "+0.40",
        "-0.20",
    ):
        assert words in out
    assert out.index("Three jobs") < out.index("No degree")
    assert "“Acme”" in out


def test_a_level_that_is_not_told_comes_with_the_reason_alone() -> None:
    out = expertise_table("cv.txt", an_expertise(None))
    assert "not enough to tell" in out
    assert "Speaks" not in out


def test_json_holds_every_field_of_the_record() -> None:
    row = json.loads(expertise_json("cv.txt", an_expertise()))
    assert (row["id"], row["level"], row["factors"][0]["name"]) == ("cv.txt", "senior", "jobs")


def test_outcomes_come_as_lines_as_csv_and_as_a_table() -> None:
    outcomes = [
        LevelOutcome("a", an_expertise(claimed=Level.LEAD)),
        LevelOutcome("b", failure=Failure("b", "invalid_input", "It cannot be read.")),
        LevelOutcome("c", an_expertise(None)),
    ]
    lines = [json.loads(line) for line in outcomes_text(outcomes, OutputFormat.JSON).splitlines()]
    assert [line["id"] for line in lines] == ["a", "b", "c"]
    assert lines[1]["error"]["message"] == "It cannot be read."
    header, first, second, third = outcomes_text(outcomes, OutputFormat.CSV).splitlines()
    assert header.startswith("id,level,expected")
    assert first.startswith("a,senior,2.70,middle|senior,lead,0.7000,Three jobs")
    assert second.endswith("invalid_input: It cannot be read.")
    assert "not enough" in third
    assert "senior" in outcomes_text(outcomes, OutputFormat.TABLE)
