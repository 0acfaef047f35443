from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.periods import find_periods
from metier.documents.sections import find_sections
from metier.expertise.jobs import find_jobs, months_of
from metier.types import Role, YearMonth
from tests.expertise.made_profiles import AS_OF, RESUME, jobs_of


def told(text, span):
    return text[span.start : span.end] if span is not None else None


def shown(text):
    return [(told(text, job.title), told(text, job.employer), job.months) for job in jobs_of(text)]


def test_the_newest_job_comes_first_with_its_title_employer_and_body():
    newest, oldest = jobs_of(RESUME)
    assert told(RESUME, newest.title) == "Senior Data Engineer, Acme"
    assert told(RESUME, newest.dates) == "Jan 2020 - Jun 2023"
    assert told(RESUME, newest.body).startswith("Led a team of 5")
    assert told(RESUME, newest.body).endswith("$1.2 million.")
    assert (newest.start, newest.end, newest.ongoing) == (YearMonth(2020, 1), YearMonth(2023, 6), False)
    assert (newest.months, oldest.months) == (42, 36)


@pytest.mark.parametrize(
    "entry",
    [
        "Nurse | City Hospital\nJan 2020 - Dec 2020\nCared for patients.",
        "Jan 2020 - Dec 2020\nCity Hospital\nNurse\nCared for patients.",
        "Jan 2020 - Dec 2020 | Nurse | City Hospital\nCared for patients.",
        "City Hospital — Nurse — Jan 2020 - Dec 2020\n• Cared for patients.",
        "Nurse at City Hospital (01/2020 - 12/2020)\nCared for patients.",
        "City Hospital\nNurse\nJan 2020 - Dec 2020\n\nCared for patients.",
    ],
)
def test_dates_may_stand_before_within_or_after_the_title(entry):
    assert shown(f"Experience\n\n{entry}\n") == [("Nurse", "City Hospital", 12)]


def test_russian_entries_of_job_boards_are_read():
    text = (
        "Опыт работы\n\nЯнварь 2019 — Декабрь 2020\n2 года\nООО Ромашка\nМосква\nГлавный бухгалтер\n"
        "Вела налоговый учёт.\n\nмарт 2015 – май 2016\nСнежинка, Пермь\nПродавец\nПродавала мороженое.\n"
    )
    assert shown(text) == [("Главный бухгалтер", "ООО Ромашка", 24), ("Продавец", "Снежинка, Пермь", 15)]


def test_an_ongoing_job_lasts_until_the_month_of_the_assessment():
    (job,) = jobs_of("Experience\nNurse, Jan 2024 - present\nCared for patients.")
    assert job.ongoing
    assert (job.end, job.months) == (AS_OF, 6)


@pytest.mark.parametrize("dates", ["May 2021 - Jan 2020", "Jan 2031 - May 2032"])
def test_a_job_with_dates_that_cannot_be_has_none(dates):
    text = f"Experience\nNurse, {dates}\nCared for patients.\nCook, Jan 2019 - May 2019\nMade soups."
    cook, nurse = jobs_of(text)
    assert (told(text, cook.title), cook.months) == ("Cook", 5)
    assert (told(text, nurse.title), nurse.months, nurse.start) == ("Nurse", None, None)


def test_a_section_without_dates_is_one_job():
    text = "Experience\nNurse\nCared for patients on a ward of the city hospital."
    (job,) = jobs_of(text)
    assert (told(text, job.title), job.months, job.dates) == ("Nurse", None, None)
    assert told(text, job.body) == "Cared for patients on a ward of the city hospital."


@pytest.mark.parametrize("text", ["", "Nurse", "Skills\nPython", "Education\nState University 2010 - 2014"])
def test_a_text_that_tells_of_no_job_has_none(text):
    assert jobs_of(text) == ()


def test_a_job_told_twice_is_one():
    entry = "Nurse, Jan 2019 - May 2019\nCared for patients.\n"
    assert len(jobs_of(f"Experience\n{entry}{entry}")) == 1


def test_dates_in_prose_begin_no_job():
    text = (
        "Experience\nNurse, Jan 2019 - May 2023\nFrom 2020 to 2021 I cared for the patients of two wards "
        "while the other nurses of the hospital were away, and then I went back.\n"
    )
    assert len(jobs_of(text)) == 1


def test_sixty_jobs_are_all_found():
    entries = "".join(f"Nurse, Jan {1960 + i} - May {1960 + i}\nWard {i}.\n" for i in range(60))
    jobs = jobs_of(f"Experience\n{entries}")
    assert len(jobs) == 60
    assert [job.start.year for job in jobs if job.start] == list(range(2019, 1959, -1))


def test_overlapping_months_count_once():
    jobs = jobs_of("Experience\nNurse, Jan 2020 - Dec 2020\nA ward.\nCook, Jul 2020 - Mar 2021\nSoups.")
    assert months_of(jobs) == 15
    assert months_of([]) is None


def test_a_section_of_skills_after_the_jobs_is_no_part_of_them():
    text = "Experience\nNurse, Jan 2020 - Dec 2020\nA ward.\n\nTechnical skills\nPython\n"
    (job,) = jobs_of(text)
    assert "Python" not in told(text, job.span)


@given(st.text(alphabet="Jan 2020-–Мrй\n•,.|()present", max_size=300))
def test_spans_lie_in_the_text_and_jobs_do_not_overlap(body):
    text = f"Experience\n{body}"
    sections = find_sections(text, Role.RESUME)
    periods = find_periods(text, sections, as_of=AS_OF)
    jobs = sorted(find_jobs(text, sections, periods, as_of=AS_OF), key=lambda job: job.span.start)
    for job in jobs:
        assert job.span.end <= len(text)
        assert job.body.end == job.span.end
        for inner in (job.title, job.employer, job.body, job.dates):
            assert inner is None or inner.start >= job.span.start
    assert all(first.span.end <= second.span.start for first, second in pairwise(jobs))
