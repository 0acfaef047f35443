import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.build import build_document
from metier.documents.json_file import json_kind
from metier.documents.json_resume import extract_json_resume
from metier.errors import CorruptDocument, LimitExceeded, UnsupportedFormat
from metier.limits import ReadingLimits
from metier.types import Role, SectionKind, YearMonth

LIMITS = ReadingLimits()
AS_OF = YearMonth(2026, 11)
RESUME = {
    "$schema": "https://schema.example/v1.0.0/schema.json",
    "basics": {
        "name": "Anna Petrova",
        "label": "Backend developer",
        "image": "https://image.example/anna.png",
        "email": "anna@example.org",
        "phone": "+49 30 1234567",
        "url": "https://anna.example",
        "summary": "Builds payment services.\n\nLikes tests.",
        "location": {
            "address": "Long street 1",
            "postalCode": "10115",
            "city": "Berlin",
            "countryCode": "DE",
        },
        "profiles": [
            {"network": "GitHub", "username": "anna", "url": "https://github.com/anna"},
            {"network": "Portfolio", "url": "https://works.example"},
            {"network": "Twitter", "username": "anna_p"},
        ],
    },
    "work": [
        {
            "name": "Acme",
            "location": "Berlin",
            "description": "A bank",
            "position": "Developer",
            "url": "https://acme.example",
            "startDate": "2019-03-15",
            "summary": "Payments.\nEducation\nof juniors.",
            "highlights": ["Cut costs by 40 %", "Tools: Docker"],
        },
        {"name": "Portfolio", "position": "Tester", "startDate": "2015", "endDate": "2018"},
        {"position": "Engineer", "startDate": "2013-01", "endDate": "2014-12"},
        {"name": "Beta", "endDate": "2012-06"},
    ],
    "volunteer": [
        {"organization": "Red Cross", "position": "Driver", "startDate": "2010-01", "endDate": "2012-01"}
    ],
    "education": [
        {
            "institution": "Technical University",
            "area": "Software",
            "studyType": "Bachelor",
            "startDate": "2009-10",
            "endDate": "2013-06",
            "score": 3.9,
            "courses": ["Algorithms"],
        },
        {"institution": "School 5", "endDate": "2009"},
    ],
    "awards": [{"title": "Best talk", "date": "2014-11-01", "awarder": "PyCon", "summary": "Out\n\nof ten"}],
    "certificates": [
        {"name": "AWS Architect", "date": "2021-05-07", "issuer": "Amazon", "url": "https://a.example/c"}
    ],
    "publications": [{"name": "On queues", "publisher": "ACM", "releaseDate": "2014-10-01"}],
    "skills": [{"name": "Languages", "level": "Master", "keywords": ["Python", "Go"]}, "SQL"],
    "languages": [{"language": "English", "fluency": "Native speaker"}, {"language": "German"}],
    "interests": [{"name": "Wildlife", "keywords": ["Ferrets"]}],
    "references": [{"name": "Jane Doe", "reference": "Anna knows Kubernetes."}],
    "projects": [
        {
            "name": "Tool",
            "description": "A tool.",
            "highlights": ["Ten users"],
            "keywords": ["Rust"],
            "startDate": "2016-08",
            "endDate": "2016-10",
            "url": "https://tool.example",
            "roles": ["Lead"],
            "entity": "Acme",
        }
    ],
    "meta": {"canonical": "https://secret.example", "version": "v1.0.0"},
    "birthDate": "1990-01-01",
}
EXPECTED = """\
Anna Petrova
Backend developer
anna@example.org
+49 30 1234567
https://anna.example
Long street 1, 10115, Berlin, DE
GitHub: https://github.com/anna
Link: Portfolio: https://works.example
Twitter: anna_p

Summary
Builds payment services.

Likes tests.

Experience
Acme — Developer
2019-03-15 – present
https://acme.example
Location: Berlin
A bank
Payments.
Education: of juniors.
• Cut costs by 40 %
• Point: Tools: Docker

Portfolio — Tester
2015 – 2018

Position: Engineer
2013-01 – 2014-12

Beta
Until: 2012-06

Volunteering
Red Cross — Driver
2010-01 – 2012-01

Projects
Tool
2016-08 – 2016-10
https://tool.example
Roles: Lead
Organization: Acme
A tool.
• Ten users
Technologies: Rust

Skills
Languages (Master) — Python, Go
SQL

Education
Technical University — Software
2009-10 – 2013-06
Degree: Bachelor
Score: 3.9
• Algorithms

School 5
2009

Certificates
AWS Architect — Amazon, 2021-05-07
https://a.example/c

Languages
English — Native speaker
German

Awards
Best talk — PyCon, 2014-11-01
Out of ten

Publications
On queues — ACM, 2014-10-01

Interests
Wildlife — Ferrets"""
RUSSIAN = {
    "basics": {"name": "Анна Петрова", "summary": "Пишу сервисы для банков на Python и Go."},
    "work": [
        {"name": "Ромашка", "position": "Разработчик", "startDate": "2019-03"},
        {"name": "Лютик", "position": "Тестировщик", "startDate": "2017-01", "endDate": "2018-12"},
    ],
    "education": [{"institution": "МГУ", "area": "Математика", "studyType": "Бакалавр", "endDate": 2016}],
    "skills": [{"name": "Python"}],
}


def extract(value, limits=LIMITS):
    return extract_json_resume(json.dumps(value).encode(), "cv.json", limits)


def built(value):
    return build_document(extract(value), content="0" * 16, source="cv.json", role=Role.RESUME, as_of=AS_OF)


def counted(document):
    return [document.text[p.span.start : p.span.end] for p in document.periods if p.counted]


def test_a_full_resume_becomes_a_text_with_headings():
    extracted = extract(RESUME)
    assert extracted.text == EXPECTED
    assert extracted.findings == ()
    assert [(page.start, page.end) for page in extracted.pages] == [(0, len(EXPECTED))]


def test_the_program_understands_the_layout():
    document = built(RESUME)
    assert counted(document) == ["2019-03-15 – present", "2015 – 2018", "2013-01 – 2014-12"]
    # 93 months, 36 from the middle of 2015 to the middle of 2018, and 24.
    assert document.months == 93 + 36 + 24
    kinds = [section.kind for section in document.sections]
    assert kinds[0] is SectionKind.HEADER
    assert set(kinds) == {
        SectionKind.HEADER,
        SectionKind.SUMMARY,
        SectionKind.EXPERIENCE,
        SectionKind.INTERESTS,
        SectionKind.PROJECTS,
        SectionKind.SKILLS,
        SectionKind.EDUCATION,
        SectionKind.CERTIFICATES,
        SectionKind.LANGUAGES,
        SectionKind.OTHER,
    }


@pytest.mark.parametrize(
    "words", ["Jane Doe", "Kubernetes", "secret.example", "image.example", "1990", "v1.0.0"]
)
def test_other_people_and_unknown_fields_are_left_out(words):
    assert words not in extract(RESUME).text


def test_a_russian_resume_has_russian_headings():
    extracted = extract(RUSSIAN)
    assert extracted.text == (
        "Анна Петрова\n\nО себе\nПишу сервисы для банков на Python и Go.\n\nОпыт работы\n"
        "Ромашка — Разработчик\n2019-03 – настоящее время\n\n"
        "Лютик — Тестировщик\n2017-01 – 2018-12\n\n"
        "Навыки\nPython\n\nОбразование\nМГУ — Математика\n2016\nСтепень: Бакалавр"
    )
    assert counted(built(RUSSIAN)) == ["2019-03 – настоящее время", "2017-01 – 2018-12"]


def test_awards_after_jobs_do_not_end_in_the_experience():
    value = {"work": RUSSIAN["work"], "awards": [{"title": "One"}, {"title": "Two"}], "interests": []}
    document = built(value)
    at = document.text.index("Two")
    (kind,) = [s.kind for s in document.sections if s.span.start <= at < s.span.end]
    assert kind is SectionKind.OTHER


@pytest.mark.parametrize(
    ("start", "end", "line"),
    [
        (2019, 2021, "2019 – 2021"),
        ("2019-03-01T00:00:00Z", None, "2019-03-01 – present"),
        ("March 2019", "Present", "March 2019 – Present"),
        ("2019-03", "", "2019-03 – present"),
    ],
)
def test_dates_of_any_form_are_kept(start, end, line):
    value = {"basics": {"name": "Anna"}, "work": [{"name": "Acme", "startDate": start, "endDate": end}]}
    document = built(value)
    assert line in document.text.split("\n")
    assert counted(document) == [line]


def test_fields_of_the_first_versions_are_read():
    value = {
        "basics": {"website": "https://anna.example"},
        "work": [{"company": "Acme", "website": "https://acme.example"}],
        "education": [{"institution": "School", "gpa": "4.0"}],
    }
    text = extract(value).text
    assert "https://anna.example\n" in text
    assert "Acme\nhttps://acme.example" in text
    assert "Score: 4.0" in text


@pytest.mark.parametrize("value", [{"basics": {}}, {"basics": None, "work": None}, dict.fromkeys(RESUME)])
def test_nothing_and_null_are_read_in_silence(value):
    assert extract(value).text == ""
    assert extract(value).findings == ()


def test_wrong_types_are_skipped_and_told_without_values():
    value = {
        "basics": {"name": 5, "location": "Marker", "profiles": {"network": "Marker"}},
        "work": {"name": "Marker"},
        "skills": [5, {"name": {"Marker": 1}, "keywords": "Python"}],
        "meta": 7,
    }
    extracted = extract(value)
    assert extracted.text == "Skills\nPython"
    (finding,) = extracted.findings
    assert finding.code == "skipped_fields"
    assert finding.message.endswith(
        "not read: basics.name, basics.location, basics.profiles, work, skills[], skills[].name."
    )


def test_a_text_over_the_limit_is_refused():
    with pytest.raises(LimitExceeded, match="cv.json may have 1,000 characters. It has more"):
        extract({"basics": {"summary": "word " * 1000}}, ReadingLimits(max_chars=1000))


def test_a_photograph_within_the_file_does_not_count_as_text():
    value = {"basics": {"name": "Anna", "image": "data:image/png;base64," + "A" * 5000}}
    assert extract(value, ReadingLimits(max_chars=100)).text == "Anna"


def test_damaged_and_other_json_is_refused():
    with pytest.raises(CorruptDocument, match="nested deeper"):
        extract_json_resume(b'{"basics":' * 100_000, "cv.json", LIMITS)
    with pytest.raises(UnsupportedFormat, match="no resume in a format that is known"):
        extract({"title": "A book"})


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text()
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def shaken(value):
    """Return a strategy of values shaped like one, any part of which may be anything."""
    if isinstance(value, dict):
        own = st.fixed_dictionaries({key: shaken(inner) for key, inner in value.items()})
    elif isinstance(value, list):
        own = st.tuples(*map(shaken, value)).map(list)
    else:
        own = st.just(value)
    return own | ANY_JSON


@given(st.fixed_dictionaries({key: shaken(inner) for key, inner in RESUME.items()}))
def test_whatever_the_fields_hold_a_text_comes_out(value):
    data = json.dumps(value).encode()
    assert json_kind(data) == "json-resume"
    extracted = extract_json_resume(data, "cv.json", LIMITS)
    assert extracted.pages[0].end == len(extracted.text)
    extracted.text.encode("utf-8")
