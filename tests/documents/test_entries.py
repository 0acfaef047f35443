import time

import pytest

from metier.documents.entries import job_entries, names_itself, part_entries, split_title
from metier.documents.periods import find_periods
from metier.documents.sections import find_sections
from metier.types import Role, YearMonth

AS_OF = YearMonth(2026, 11)


def jobs(body):
    text = f"Experience\n{body}"
    periods = find_periods(text, find_sections(text, Role.RESUME), as_of=AS_OF)
    return job_entries(text, len("Experience\n"), len(text), periods)


def schools(body, *, school=True):
    text = f"Education\n{body}"
    periods = find_periods(text, find_sections(text, Role.RESUME), as_of=AS_OF)
    return part_entries(text, len("Education\n"), len(text), periods, school=school)


@pytest.mark.parametrize(
    "body",
    [
        "Acme — Developer\n2019-03 – present\nPayments.\n• One\n\nBeta — Tester\n2015-01 – 2018-12",
        "Mar 2019 – present\nAcme\nDeveloper\nPayments.\n• One\n\nJan 2015 – Dec 2018\nBeta\nTester",
        "Acme\nDeveloper\n03/2019 - present\nPayments.\n- One\n\nBeta\nTester\n01/2015 - 12/2018",
        "Acme | Developer   2019-03 – present\nPayments.\n• One\nBeta | Tester   2015-01 – 2018-12",
        "Developer at Acme\n2019-03 – now\nPayments.\n• One\nTester at Beta\n2015-01 – 2018-12",
        "2019-03 – present  Acme — Developer\nPayments.\n• One\n2015-01 – 2018-12  Beta — Tester",
        "Март 2019 —\nнастоящее время\nAcme\nDeveloper\nPayments.\n• One\n\n"
        "Январь 2015 —\nДекабрь 2018\nBeta\nTester",
        "Март 2019 — по настоящее время\nAcme\nDeveloper\nPayments.\n• One\n"
        "Январь 2015 — Декабрь 2018\nBeta\nTester",
    ],
)
def test_jobs_are_told_in_each_layout(body):
    first, second = jobs(body)
    assert (first.name, first.role, first.start, first.end) == ("Acme", "Developer", "2019-03", "")
    assert (first.summary, first.highlights) == (("Payments.",), ("One",))
    assert (second.name, second.role, second.start, second.end) == ("Beta", "Tester", "2015-01", "2018-12")


def test_years_stay_years():
    (job,) = jobs("Acme — Developer\n2015 – 2018")
    assert (job.start, job.end) == ("2015", "2018")


def test_a_range_within_prose_or_a_point_begins_no_job():
    (job,) = jobs(
        "Acme — Developer\n2015-01 – 2018-12\n• Led a team 2016-01 – 2017-01\nDid it 2016-01 – 2016-03."
    )
    assert job.highlights == ("Led a team 2016-01 – 2017-01 Did it 2016-01 – 2016-03.",)


def test_a_length_beside_the_dates_is_no_title():
    (job,) = jobs("2015-01 – 2018-12 (4 years)\nBeta\nTester")
    assert (job.name, job.role) == ("Beta", "Tester")


def test_a_section_without_dates_has_no_jobs():
    assert jobs("Many years at Acme.") == ()
    assert jobs("") == ()


def test_a_broken_point_is_one_point():
    (job,) = jobs("Acme — Developer\n2015-01 – 2018-12\n• Cut the costs\n  of storage\n• Two")
    assert job.highlights == ("Cut the costs of storage", "Two")


def test_lines_that_name_a_fact_are_facts():
    (job,) = jobs("Должность: Инженер\n2015-01 – 2018-12\nhttps://a.example\nLocation: Berlin\nCompany: wide")
    assert (job.name, job.role) == ("", "Инженер")
    assert job.facts == {"url": "https://a.example", "location": "Berlin"}
    assert job.summary == ("Company: wide",)


def test_schools_are_paragraphs_and_may_have_one_year():
    first, second, third = schools(
        "Level: higher\n\nMSU — Maths\n2009-09 – 2014-06\nDegree: Bachelor\n• Algebra\n\n"
        "2016\nHigher School\nStatistics\n\nEvening school"
    )
    assert (first.name, first.role, first.start, first.end) == ("MSU", "Maths", "2009-09", "2014-06")
    assert first.facts == {"degree": "Bachelor"}
    assert first.highlights == ("Algebra",)
    assert (second.name, second.role, second.end) == ("Higher School", "Statistics", "2016")
    assert (third.name, third.end) == ("Evening school", "")


def test_a_degree_before_the_school_is_no_school():
    (school,) = schools("Bachelor of Science — Boston University\n2009-09 – 2014-06")
    assert (school.name, school.role) == ("Boston University", "Bachelor of Science")


def test_schools_within_one_paragraph_are_parted_by_their_dates():
    names = [entry.name for entry in schools("MSU\n2009-09 – 2014-06\nHSE\n2014-09 – 2016-06")]
    assert names == ["MSU", "HSE"]


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Acme — Developer", ("Acme", "Developer")),
        ("Acme - Berlin — Developer", ("Acme - Berlin", "Developer")),
        ("Developer at Acme", ("Developer", "Acme")),
        ("Acme", ("Acme", "")),
        ("Jean-Luc", ("Jean-Luc", "")),
        ("", ("", "")),
    ],
)
def test_titles_are_split_at_their_first_separator(title, parts):
    assert split_title(title) == parts


@pytest.mark.parametrize(
    ("title", "name", "role", "plain"),
    [
        ("Acme — Developer", "Acme", "Developer", True),
        ("Acme", "Acme", "", True),
        ("Lead Developer", "Lead Developer", "", False),
        ("A — B — C", "A — B", "C", False),
        ("Chief Engineer — Chef", "Chief Engineer", "Chef", False),
        ("Studio 2000 — Chef", "Studio 2000", "Chef", False),
        ("https://a.example — Chef", "https://a.example", "Chef", False),
        ("Position: x", "Position: x", "", False),
        ("- Acme", "- Acme", "", False),
        ("x" * 200, "x" * 200, "", False),
    ],
)
def test_a_title_names_itself_if_it_is_read_back(title, name, role, plain):
    assert names_itself(title, name, role, school=False) is plain


def test_many_entries_take_linear_time():
    body = "Acme — Developer\n2015-01 – 2018-12\n• One\n broken\n" * 5_000
    began = time.process_time()
    assert len(jobs(body)) == 5_000
    assert time.process_time() - began < 20


def test_a_word_that_leads_to_a_period_is_no_name():
    (entry,) = jobs("с марта 2020 — н. в.\nООО «Клевер», инженер\nТестировал.")
    assert entry.name != "с"
    assert "Клевер" in f"{entry.name} {entry.role}"
