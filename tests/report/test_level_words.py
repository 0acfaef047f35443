from __future__ import annotations

import pytest

from metier.expertise.features import NAMES
from metier.report.level_factors import FACTORS, NOTES
from metier.report.level_words import LEVELS, N_REASONS
from metier.report.words import ReportLanguage, Words
from metier.types import Expertise, Factor, Level

EN, RU = Words(ReportLanguage.EN).levels, Words(ReportLanguage.RU).levels


def a_factor(name: str, effect: float, value: float | None = 3.0) -> Factor:
    return Factor(name, value, effect, "", ())


def an_expertise(*factors: Factor) -> Expertise:
    return Expertise(
        level=Level.MIDDLE,
        probabilities=(0.1, 0.1, 0.6, 0.1, 0.1),
        level_set=(Level.MIDDLE,),
        coverage=0.9,
        expected=2.0,
        claimed=None,
        at_least=None,
        factors=factors,
        notes=(),
        sensitive=(),
        model="m",
        model_sha256="",
    )


def test_every_factor_of_a_model_has_words() -> None:
    assert {*NAMES, "wording"} == set(FACTORS)


def test_every_level_has_a_name_in_each_language() -> None:
    assert set(LEVELS) == set(Level)
    assert (EN.name(Level.INTERN), RU.name(Level.INTERN)) == ("intern", "стажёр")


def test_the_three_strongest_reasons_of_each_direction_are_shown() -> None:
    factors = [a_factor("jobs", effect) for effect in (0.9, -0.8, 0.7, 0.6, 0.5)]
    (_, higher), (_, lower) = EN.reasons(an_expertise(*factors))
    assert [factor.effect for factor in higher] == [0.9, 0.7, 0.6]
    assert [factor.effect for factor in lower] == [-0.8]
    assert len(higher) == N_REASONS


def test_a_reason_says_its_value_and_how_strong_it_is() -> None:
    factor = a_factor("total_months", -0.25, 7.5)
    assert EN.factor(factor) == "Months of experience: 7.5"
    assert RU.factor(factor) == "Стаж, месяцев: 7,5"
    assert EN.effect(factor) == "−0.25 levels against the usual value"
    assert EN.factor(a_factor("wording", 0.1, None)) == "How the work is described"


def test_a_factor_without_words_is_called_by_its_slug() -> None:
    assert EN.factor(a_factor("new_factor", 0.1, None)) == "New factor"


@pytest.mark.parametrize(("beginning", "phrase"), NOTES)
def test_notes_are_translated_and_stay_as_they_are_in_english(beginning: str, phrase: object) -> None:
    del phrase
    note = f"{beginning} and what follows."
    assert EN.note(note) == note
    assert RU.note(note) != note


def test_an_unknown_note_stays_as_it_is() -> None:
    assert RU.note("Something else.") == "Something else."


def test_levels_come_with_their_probabilities() -> None:
    assert list(EN.each(an_expertise()))[2] == (Level.MIDDLE, 0.6)
