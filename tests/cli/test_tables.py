import pytest

from metier.cli.tables import duration, skills_table
from metier.types import EvidenceLabel, Quote, SkillEvidence, Span


@pytest.mark.parametrize(
    ("months", "words"), [(None, "not stated"), (0, "0 m"), (5, "5 m"), (24, "2 y"), (30, "2 y 6 m")]
)
def test_months_are_years_and_months(months, words):
    assert duration(months) == words


def test_names_with_brackets_are_shown_as_they_are():
    quote = Quote(Span(0, 6), "[bold]")
    evidence = SkillEvidence("x", "[red]X[/red]", EvidenceLabel.EXPLICIT, 0.9, (quote, quote), "")
    table = skills_table([evidence])
    assert "[red]X[/red]" in table
    assert "[bold]  (+1 more)" in table
