import pytest

from metier.documents.periods import find_periods
from metier.documents.sections import find_sections
from metier.expertise.education import Degree, find_certificates, find_education, find_languages
from metier.types import Role
from tests.expertise.made_profiles import AS_OF


def education_of(text):
    sections = find_sections(text, Role.RESUME)
    return find_education(text, sections, find_periods(text, sections, as_of=AS_OF))


@pytest.mark.parametrize(
    ("line", "degree"),
    [
        ("Ph.D. in Physics", Degree.DOCTOR),
        ("Кандидат технических наук", Degree.DOCTOR),
        ("Master of Science, Bachelor of Science", Degree.MASTER),
        ("MBA", Degree.MASTER),
        ("Магистратура", Degree.MASTER),
        ("B.S. in Nursing", Degree.BACHELOR),
        ("Высшее образование", Degree.BACHELOR),
        ("Associate of Arts", Degree.VOCATIONAL),
        ("Среднее специальное", Degree.VOCATIONAL),
        ("High School Diploma", Degree.SCHOOL),
        ("Some place", None),
    ],
)
def test_the_highest_degree_is_told(line, degree):
    found = education_of(f"Nurse\n\nEducation\n{line}\n")
    assert found.degree == degree
    assert (found.degree_span is None) == (degree is None)


@pytest.mark.parametrize(
    ("text", "studying"),
    [
        ("Education\nState University, 2021 - present", True),
        ("Education\nB.S., expected May 2025", True),
        ("Summary\nUniversity student who likes maths", True),
        ("Образование\nСтудент 3 курса", True),
        ("Education\nB.S., 2010 - 2014", False),
        ("Experience\nNurse, Jan 2020 - present", None),
    ],
)
def test_studies_go_on_where_the_text_says_so(text, studying):
    assert education_of(text).studying is studying


def test_when_somebody_left_school_changes_nothing():
    old, new = (education_of(f"Education\nB.S. in Nursing, {year}") for year in (1975, 2020))
    assert old == new


def test_languages_and_certificates_are_found_with_their_places():
    text = (
        "Nurse\n\nLanguages\nEnglish, Spanish, English (fluent)\n\nCertifications\nCPR\n- First aid, French\n"
    )
    sections = find_sections(text, Role.RESUME)
    languages = [text[span.start : span.end] for span in find_languages(text, sections)]
    assert languages == ["English", "Spanish"]
    certificates = [text[span.start : span.end] for span in find_certificates(text, sections)]
    assert certificates == ["CPR", "First aid, French"]


def test_an_empty_text_tells_nothing():
    found = education_of("")
    assert (found.degree, found.studying) == (None, None)
    assert find_languages("", ()) == find_certificates("", ()) == []
