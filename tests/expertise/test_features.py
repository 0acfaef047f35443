import math
import re
import time
from pathlib import Path

import numpy as np
import pytest

from metier.expertise.features import NAMES, read_features
from metier.expertise.profile import Target
from metier.types import EvidenceLabel, Quote, Role, SkillEvidence, Span
from tests.expertise.made_profiles import RESUME, a_profile, values_of

FROM_JOBS = NAMES[: NAMES.index("stated_rank")]


def test_a_resume_tells_its_numbers():
    values = values_of(a_profile(RESUME))
    expected = {
        "total_months": 78,
        "relevant_months": 78,
        "months_since_job": 12,
        "mean_job_months": 39,
        "longest_job_months": 42,
        "newest_job_months": 42,
        "gap_months": 12,
        "jobs": 2,
        "jobs_last_five_years": 1,
        "newest_title_rank": 3,
        "highest_title_rank": 3,
        "months_as_lead": 0,
        "team_size": 5,
        "budget_amount": 1.2e6,
        "degree": 3,
        "studying": 0,
    }
    assert {name: values[name] for name in expected} == expected
    for name in ("stated_rank", "title_rank_change", "employer_score", "languages", "implicit_skills"):
        assert math.isnan(values[name]), name


def test_newer_jobs_weigh_more():
    lines = "Led a project and owned it.", "Made tea and filled in lists for others all day long, every day."
    newer, older = (
        values_of(
            a_profile(
                f"Clerk\n\nExperience\n\nClerk\nJan 2020 - Dec 2021\n{a}\n\nClerk\nJan 2010 - Dec 2011\n{b}\n"
                + "And so on, and so forth, with many more words about nothing at all to speak of here."
            )
        )
        for a, b in (lines, lines[::-1])
    )
    assert newer["scope_leads"] > older["scope_leads"] > 0


def test_each_quote_holds_words_of_the_document():
    features = read_features(a_profile(RESUME))
    assert set(features.quotes) <= set(NAMES)
    for quotes in features.quotes.values():
        assert 0 < len(quotes) <= 5
        assert all(RESUME[quote.span.start : quote.span.end] == quote.text for quote in quotes)
        assert [quote.span for quote in quotes] == sorted(quote.span for quote in quotes)
    assert [quote.text for quote in features.quotes["team_size"]] == ["5"]
    assert [quote.text for quote in features.quotes["degree"]] == ["Master of"]


def test_quotes_are_led_back_into_the_document():
    profile = a_profile(RESUME, quote=lambda span: Quote(Span(span.start + 100, span.end + 100), "led back"))
    assert read_features(profile).quotes["scope_leads"][0].text == "led back"


def test_a_vacancy_has_scope_and_no_experience():
    text = (
        "Senior nurse\n\nResponsibilities\nYou will lead a team of 5 nurses and train new staff.\n\n"
        "Requirements\nBachelor's degree, 2015 - 2020 or later, and a mind of your own, budgets.\n\n"
        "About us\nWe led the market, and our directors owned many firms.\n"
    )
    values = values_of(a_profile(text, role=Role.VACANCY))
    assert all(math.isnan(values[name]) for name in FROM_JOBS)
    assert (values["stated_rank"], values["team_size"], values["degree"]) == (3, 5, 2)
    assert values["scope_leads"] == values["scope_mentors"] == values["scope_budget"] == 1
    assert values["scope_owns"] == 0
    assert math.isnan(values["studying"])


@pytest.mark.parametrize("text", ["", "Nurse", "\n\n\n", "123 !!! ???"])
def test_almost_no_text_tells_almost_nothing(text):
    features = read_features(a_profile(text))
    assert features.values.shape == (len(NAMES),)
    assert features.values.dtype == np.float64
    told = {name for name, value in zip(NAMES, features.values, strict=True) if not math.isnan(value)}
    assert told <= {"explicit_skills", "certificates", "degree"}


def test_the_target_decides_what_is_relevant_and_the_title_without_one():
    assert values_of(a_profile(RESUME, target=Target("Barista")))["relevant_months"] == 0
    assert values_of(a_profile(RESUME, target=Target("Analyst")))["relevant_months"] == 36
    assert math.isnan(values_of(a_profile(RESUME, title=None))["relevant_months"])


def test_skills_and_the_employer_are_told():
    at = RESUME.index("roadmap")
    skills = (
        SkillEvidence("a", "a", EvidenceLabel.EXPLICIT, 1.0, (Quote(Span(at, at + 7), "roadmap"),), ""),
        SkillEvidence("b", "b", EvidenceLabel.IMPLICIT, 0.6, (Quote(Span(at, at + 7), "roadmap"),), ""),
    )
    values = values_of(a_profile(RESUME, skills=skills, employer_score=4.5))
    assert (values["explicit_skills"], values["skills_in_jobs"], values["longest_skill_months"]) == (1, 1, 42)
    assert values["employer_score"] == 4.5


def test_when_somebody_graduated_changes_no_feature():
    old, new = (values_of(a_profile(RESUME.replace("2015", year))) for year in ("1975", "2013"))
    assert {name: old[name] for name in NAMES if old[name] == old[name]} == {
        name: new[name] for name in NAMES if new[name] == new[name]
    }


def test_more_of_the_same_words_without_scope_change_no_scope_but_its_density():
    more = RESUME.replace("every day.", "every day. " + "The office had green walls. " * 20)
    short, long = values_of(a_profile(RESUME)), values_of(a_profile(more))
    changed = {name for name in NAMES if short[name] == short[name] and short[name] != long[name]}
    assert changed <= {"scope_assists", "scope_routine"}


def test_a_long_resume_takes_time_in_proportion():
    def seconds(n_jobs):
        entries = "".join(
            f"\nNurse — Ward {i}\nJan {1960 + i % 60} - May {1960 + i % 60}\n"
            + "Led a team of 5 nurses. " * 20
            for i in range(n_jobs)
        )
        profile = a_profile(f"Nurse\n\nExperience\n{entries}")
        return min(once(profile) for _ in range(3))  # without a collection of garbage that other tests left

    def once(profile):
        started = time.process_time()
        read_features(profile)
        return time.process_time() - started

    seconds(2)
    assert seconds(160) < 30 * (seconds(20) + 0.002)


def test_the_docs_list_every_feature_and_no_other():
    page = Path(__file__).parents[2] / "docs" / "reference" / "factors.md"
    listed = re.findall(r"^\| `(\w+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [*NAMES, "wording"]
