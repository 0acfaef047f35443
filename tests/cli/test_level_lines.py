from __future__ import annotations

from dataclasses import replace

from metier.cli.level_lines import brief_reasons, level_lines, reasons
from metier.cli.tables import rendered
from metier.types import Factor, Level, Quote, Span
from tests.cli.test_expertise_tables import an_expertise


def test_notes_stand_below_the_level() -> None:
    lines = level_lines(replace(an_expertise(), notes=("The model was calibrated on others.",)))
    assert [str(line) for line in lines][-1] == "! The model was calibrated on others."


def test_three_reasons_of_each_direction_are_enough_in_brief() -> None:
    factors = tuple(Factor(f"f{i}", None, 0.5 - 0.1 * i, f"Reason {i}.", ()) for i in range(10))
    out = "".join(rendered(part) for part in brief_reasons(replace(an_expertise(), factors=factors)))
    assert "Reason 2." in out
    assert "Reason 3." not in out
    assert brief_reasons(an_expertise(None)) == []


def test_a_direction_without_reasons_has_no_heading() -> None:
    factor = Factor("f", None, 0.5, "A reason.", (Quote(Span(0, 300), "word " * 60),))
    out = "".join(rendered(part) for part in reasons([factor], 3))
    assert "Speaks for a higher level" in out
    assert "lower" not in out
    assert "…" in out


def test_the_claimed_level_comes_with_its_probability() -> None:
    lines = [str(line) for line in level_lines(an_expertise(claimed=Level.SENIOR))]
    assert "At least senior: 70%" in lines
