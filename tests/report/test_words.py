"""The words of the report: complete in each language, and true to what the code computes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.report import words as module
from metier.report.words import ReportLanguage, Words
from metier.search import coverage as computed
from metier.skills import detect
from metier.types import (
    Coverage,
    Failure,
    Finding,
    Importance,
    Requirement,
    RequirementStatus,
    Severity,
    YearMonth,
)

EN, RU = Words(ReportLanguage.EN), Words(ReportLanguage.RU)
CYRILLIC = re.compile("[А-Яа-яЁё]")
PLACEHOLDERS = re.compile(r"%(?:\(\w+\))?[sd]")
PHRASES = {
    **module.PHRASES,
    **module.LANGUAGES,
    **module.FAILURES,
    **{f"{code} title": known.title for code, known in module.FINDINGS.items()},
    **{f"{code} advice": known.advice for code, known in module.FINDINGS.items()},
}


def a_requirement(importance: Importance, status: RequirementStatus) -> Requirement:
    return Requirement("x", "X", importance, status, (), (), "")


REQUIREMENTS = st.lists(
    st.builds(a_requirement, st.sampled_from(Importance), st.sampled_from(RequirementStatus)), min_size=1
)


@pytest.mark.parametrize("key", PHRASES)
def test_each_phrase_is_translated_with_the_same_places_for_values(key):
    phrase = PHRASES[key]
    assert CYRILLIC.search(phrase.ru)
    assert not CYRILLIC.search(phrase.en)
    assert PLACEHOLDERS.findall(phrase.en) == PLACEHOLDERS.findall(phrase.ru)


@pytest.mark.parametrize(
    ("months", "english", "russian"),
    [
        (None, "not stated", "не указан"),
        (0, "0 months", "0 месяцев"),
        (1, "1 month", "1 месяц"),
        (3, "3 months", "3 месяца"),
        (11, "11 months", "11 месяцев"),
        (12, "1 year", "1 год"),
        (25, "2 years 1 month", "2 года 1 месяц"),
        (62, "5 years 2 months", "5 лет 2 месяца"),
        (11 * 12 + 5, "11 years 5 months", "11 лет 5 месяцев"),
        (21 * 12, "21 years", "21 год"),
        (22 * 12, "22 years", "22 года"),
        (112 * 12, "112 years", "112 лет"),
    ],
)
def test_a_duration_has_the_right_plural_forms(months, english, russian):
    assert EN.duration(months).replace("\xa0", " ") == english
    assert RU.duration(months).replace("\xa0", " ") == russian


def test_months_shares_and_numbers_are_written_as_the_language_does():
    assert EN.month(YearMonth(2026, 7)) == "July\xa02026"
    assert RU.month(YearMonth(2026, 5)) == "май\xa02026"
    assert (EN.percent(0.7288), RU.percent(0.7288)) == ("72.9%", "72,9\xa0%")
    assert [EN.number(x) for x in (3.0, 0.7, 10.0, 2.45)] == ["3", "0.7", "10", "2.45"]
    assert RU.number(0.7) == "0,7"


def test_the_formula_names_the_figures_that_coverage_is_computed_with():
    assert module.WEIGHTS == computed.WEIGHTS
    assert module.CREDITS == computed.CREDITS
    assert "(3 × R + 1 × P) / (3 × nR + 1 × nP)" in EN.formula()
    assert "matched = 1, implied = 0.7, missing = 0" in EN.formula()
    assert "найдено = 1, косвенно = 0,7, не найдено = 0" in RU.formula()


@given(REQUIREMENTS)
def test_the_worked_formula_gives_the_score_that_the_code_computes(requirements):
    score = computed.coverage_score(requirements)
    worked = EN.worked_formula(Coverage(score, tuple(requirements)))
    assert worked.endswith(f" = {EN.percent(score)}")


def test_the_worked_formula_shows_each_step():
    required = [a_requirement(Importance.REQUIRED, status) for status in ("matched", "implied")]
    preferred = [a_requirement(Importance.PREFERRED, RequirementStatus.MISSING)]
    worked = EN.worked_formula(Coverage(5.1 / 7, (*required, *preferred)))
    assert worked == "(3 × 1.7 + 1 × 0) / (3 × 2 + 1 × 1) = 5.1 / 7 = 72.9%"


def test_a_score_that_was_computed_otherwise_gets_no_false_sum():
    assert EN.worked_formula(Coverage(0.5, (a_requirement(Importance.REQUIRED, "matched"),))) == ""
    assert EN.worked_formula(Coverage(0.0, ())) == ""


@pytest.mark.parametrize("reason", detect._UNCLAIMED_REASON.values())
def test_what_the_detector_says_of_a_skill_is_translated(reason):
    assert EN.reason(reason) == reason
    assert CYRILLIC.search(RU.reason(reason))


@pytest.mark.parametrize(
    ("reason", "russian"),
    [
        ("The text names it.", "Названо в тексте."),
        ("The text does not show it.", "В тексте этого не видно."),
        ("Node.js implies it.", "Следует из: Node.js."),
        ("A implies it. B implies it.", "Следует из: A, B."),
        ("A implies it. Django is a web framework.", "A implies it. Django is a web framework."),
        ("Что угодно.", "Что угодно."),
        ("", ""),
    ],
)
def test_sentences_of_a_taxonomy_stay_as_they_are(reason, russian):
    assert RU.reason(reason) == russian


@pytest.mark.parametrize(
    ("skill", "name", "russian"),
    [
        ("django|flask", "Django or Flask", "Django или Flask"),
        ("a|b|c", "A or B or C", "A или B или C"),
        ("x", "Trial or error", "Trial or error"),
        ("a|b", "Trial or error or B", "Trial or error or B"),
    ],
)
def test_only_a_choice_of_skills_is_joined_in_the_language_of_the_report(skill, name, russian):
    asked = Requirement(skill, name, Importance.REQUIRED, RequirementStatus.MISSING, (), (), "")
    assert RU.requirement_name(asked) == russian
    assert EN.requirement_name(asked) == name


def test_unknown_codes_keep_their_own_words():
    finding = Finding("odd_thing", Severity.INFO, "A message.")
    assert (RU.finding_title(finding), RU.finding_advice(finding)) == ("Odd thing", "")
    assert RU.failure_title(Failure("a", "odd_thing", "A message.")) == "Odd thing"
    assert RU.failure_title(Failure("a", "limit_exceeded", "")) == "Превышены ограничения"
    assert RU.language_name("xx") == "xx"
