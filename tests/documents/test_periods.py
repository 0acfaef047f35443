import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.periods import find_periods, total_months
from metier.documents.sections import find_sections
from metier.types import Role, YearMonth

AS_OF = YearMonth(2026, 11)


def periods(text, as_of=AS_OF):
    return find_periods(text, find_sections(text, Role.RESUME), as_of=as_of)


def total(*lines):
    return total_months(periods("\n".join(lines)))


def test_both_end_months_count():
    assert total("Experience", "Jan 2019 - Mar 2019") == 3


def test_overlapping_jobs_count_once():
    assert total("Experience", "Jan 2019 - Dec 2019", "Acme", "Jul 2019 - Mar 2020") == 15


def test_present_is_the_month_of_the_assessment():
    text = "Experience\nJan 2019 - Present"
    assert [period.months for period in periods(text, YearMonth(2019, 12))] == [12]
    assert [(str(period.end), period.ongoing) for period in periods(text, YearMonth(2020, 1))] == [
        ("2020-01", True)
    ]


@pytest.mark.parametrize(
    ("line", "months"),
    [
        ("2016 - 2020", 48),
        ("2016 - 2016", 6),
        ("Mar 2016 - 2020", 52),
        ("2025 - present", 17),
        ("2026 - present", 5),
        ("Nov 2026 - Dec 2027", 1),
        ("Dec 2018 - Feb 2019", 3),
        ("December - February 2019", 3),
    ],
)
def test_ranges_have_months(line, months):
    assert total("Experience", line) == months


@pytest.mark.parametrize(
    "line", ["Jan 2030 - Dec 2031", "Mar 2020 - Jan 2019", "1950 - 2020", "Windows Server 2008-2012"]
)
def test_what_cannot_be_a_job_is_no_period(line):
    assert total("Experience", line) is None


def test_education_is_not_counted():
    assert total("Experience", "Jan 2019 - Dec 2019", "", "Education", "2010 - 2015") == 12


def test_without_a_section_jobs_count_and_studies_do_not():
    assert total("Acme, Jan 2019 - Dec 2019", "State University, 2010 - 2015") == 12


def test_a_year_in_passing_does_not_add_to_jobs_dated_to_the_month():
    assert (
        total("Experience", "Jan 2019 - Dec 2019", "Rebuilt what had run there since 1998", "(2001-2005)")
        == 12
    )


def test_bare_years_count_where_there_is_nothing_better():
    assert total("Experience", "Acme 2016 - 2018", "Borea 2018 - 2020") == 48


def test_a_stated_total_counts_where_there_are_no_dates():
    assert total("Опыт работы — 9 лет 2 месяца", "Acme, разработчик") == 110
    assert total("Developer with 7+ years of experience, 3 years of experience with Java") == 84


def test_a_stated_length_beside_a_range_belongs_to_it():
    found = periods("Опыт работы — 9 лет 2 месяца\nИюль 2015 — Март 2017\n1 год 9 месяцев\nAcme")
    assert [(period.months, period.counted) for period in found] == [(110, False), (21, True)]


def test_an_age_is_no_experience():
    assert total("Мужчина, 42 года, родился 3 мая 1984") is None


def test_nothing_stated_is_not_zero():
    assert total("") is None
    assert total_months([]) is None


JOBS = st.lists(
    st.tuples(st.integers(1990, 2025), st.integers(1, 12), st.integers(0, 60)), min_size=1, max_size=6
)


def resume(jobs):
    lines = ["Experience"]
    for year, month, length in jobs:
        end = min(year * 12 + month - 1 + length, AS_OF.ordinal)
        lines += [f"{month:02d}.{year} - {end % 12 + 1:02d}.{end // 12}", "Acme, developer", ""]
    return "\n".join(lines)


@given(JOBS)
def test_every_period_is_found_and_stands_in_the_text(jobs):
    text = resume(jobs)
    found = periods(text)
    assert len(found) == len(jobs)
    for period, (year, _, _) in zip(found, jobs, strict=True):
        assert str(year) in text[period.span.start : period.span.end]


@given(JOBS, st.randoms())
def test_the_order_of_jobs_does_not_change_the_total(jobs, random):
    assert total(resume(jobs)) == total(resume(random.sample(jobs, len(jobs))))


@given(JOBS)
def test_the_total_is_at_most_the_time_since_the_first_month_and_at_least_the_longest_job(jobs):
    found = periods(resume(jobs))
    months = total_months(found)
    assert max(period.months for period in found) <= months
    assert months <= AS_OF.ordinal - min(period.start.ordinal for period in found) + 1


@given(JOBS)
def test_an_education_does_not_change_the_total(jobs):
    assert total(resume(jobs), "", "Education", "09.1985 - 06.1990 University") == total(resume(jobs))


@given(st.text())
def test_any_text_can_be_read(text):
    for period in periods(text):
        assert 0 <= period.span.start < period.span.end <= len(text)


def test_a_studio_on_the_line_above_is_no_product():
    text = "Experience\nPixel Studio\n2015 – 2018\nDesigner"
    (period,) = find_periods(text, find_sections(text, Role.RESUME), as_of=AS_OF)
    assert text[period.span.start : period.span.end] == "2015 – 2018"
