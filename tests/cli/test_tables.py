import pytest

from metier.cli.tables import _surroundings, duration, skills_table
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


def test_surroundings_are_whole_words_of_the_line():
    text = f"above\n{'before ' * 20}Python{' after' * 20}\nbelow"
    start = text.index("Python")
    before, after = _surroundings(text, Quote(Span(start, start + 6), "Python"))
    assert set(before.split()) == {"…before", "before"}
    assert set(after.split()) == {"after", "after…"}
    assert _surroundings("Python", Quote(Span(0, 6), "Python")) == ("", "")
