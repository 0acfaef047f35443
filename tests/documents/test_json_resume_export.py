import json
import re
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.build import build_document
from metier.documents.extracted import Extracted
from metier.documents.headings import heading_kind
from metier.documents.json_file import json_kind
from metier.documents.json_resume import extract_json_resume
from metier.documents.json_resume_export import SCHEMA_URL, to_json_resume
from metier.limits import ReadingLimits
from metier.types import (
    EvidenceLabel,
    Exclusion,
    ExclusionReason,
    Mask,
    MaskKind,
    Quote,
    Role,
    SkillEvidence,
    Span,
    YearMonth,
)

AS_OF = YearMonth(2026, 11)
TEXT = """\
Anna Petrova
Backend developer
anna@example.org, +49 30 1234567
github.com/anna | https://anna.example | female, 34

Summary
Builds payment services.

Experience
Acme — Developer
2019-03 – present
Payments.
Tools: Docker
• Cut costs

Beta — Tester
2015 – 2018

Awards
Best talk, jane@example.org

Education
Technical University — Software
2009-10 – 2013-06
Degree: Bachelor

Certificates
AWS Architect — Amazon, 2021-05
https://a.example/c

Languages
English (fluent), German
French — B2

Projects
Tool
A tool.
Technologies: Rust, Go
"""

# The rules of the schema, v1.0.0, for what is written: names and types of fields, dates, addresses.
_TEXT_FIELDS = {
    "basics": {"name", "label", "email", "phone", "url", "summary"},
    "profiles": {"network", "username", "url"},
    "work": {"name", "position", "url", "location", "startDate", "endDate", "summary"},
    "education": {"institution", "area", "studyType", "score", "url", "startDate", "endDate"},
    "certificates": {"name", "date", "issuer", "url"},
    "skills": {"name"},
    "languages": {"language", "fluency"},
    "projects": {"name", "description", "startDate", "endDate", "url"},
}
_LIST_FIELDS = {
    "work": {"highlights"},
    "education": {"courses"},
    "projects": {"highlights", "keywords", "roles"},
}
_ISO = re.compile(r"([1-2][0-9]{3}-[0-1][0-9]-[0-3][0-9]|[1-2][0-9]{3}-[0-1][0-9]|[1-2][0-9]{3})")


def check_object(kind, fields):
    lists = _LIST_FIELDS.get(kind, set())
    assert fields.keys() <= _TEXT_FIELDS[kind] | lists
    for key, value in fields.items():
        assert value
        if key in lists:
            assert all(isinstance(item, str) and item for item in value)
            continue
        assert isinstance(value, str)
        if key in ("startDate", "endDate", "date"):
            assert _ISO.fullmatch(value)
        if key == "url":
            assert re.fullmatch(r"https?://\S+", value)


def check_schema(resume):
    assert resume["$schema"] == SCHEMA_URL
    assert resume["meta"] == {"canonical": SCHEMA_URL, "version": "v1.0.0"}
    assert resume.keys() <= _TEXT_FIELDS.keys() - {"profiles"} | {"$schema", "meta"}
    basics = dict(resume["basics"])
    for profile in basics.pop("profiles", []):
        check_object("profiles", profile)
    check_object("basics", basics)
    for kind in resume.keys() & (_TEXT_FIELDS.keys() - {"basics", "profiles"}):
        for fields in resume[kind]:
            check_object(kind, fields)
    assert json_kind(json.dumps(resume).encode()) == "json-resume"


def span_of(text, words):
    return Span(text.index(words), text.index(words) + len(words))


def document_of(text, masks=(), excluded=()):
    extracted = Extracted(text, (Span(0, len(text)),))
    document = build_document(extracted, content="0" * 16, source="cv.txt", role=Role.RESUME, as_of=AS_OF)
    masks = tuple(sorted(Mask(span_of(text, words), kind) for words, kind in masks if words in text))
    excluded = tuple(Exclusion(span_of(text, words), reason) for words, reason in excluded)
    return replace(document, masks=masks, excluded=excluded)


MASKS = (
    ("Anna Petrova", MaskKind.NAME),
    ("anna@example.org", MaskKind.EMAIL),
    ("jane@example.org", MaskKind.EMAIL),
    ("+49 30 1234567", MaskKind.PHONE),
    ("github.com/anna", MaskKind.LINK),
    ("https://anna.example", MaskKind.LINK),
    ("female, 34", MaskKind.GENDER),
)


def evidence(name, label, text, words):
    quotes = (Quote(span_of(text, words), words),)
    return SkillEvidence(name.lower(), name, label, 0.9, quotes, "It says so.")


def test_a_resume_of_a_plain_text():
    resume = to_json_resume(document_of(TEXT, MASKS))
    check_schema(resume)
    assert resume["basics"] == {
        "name": "Anna Petrova",
        "label": "Backend developer",
        "email": "anna@example.org",
        "phone": "+49 30 1234567",
        "url": "https://anna.example",
        "summary": "Builds payment services.",
        "profiles": [{"network": "GitHub", "username": "anna", "url": "https://github.com/anna"}],
    }
    assert resume["work"] == [
        {
            "name": "Acme",
            "position": "Developer",
            "startDate": "2019-03",
            "summary": "Payments.\nTools: Docker",
            "highlights": ["Cut costs"],
        },
        {"name": "Beta", "position": "Tester", "startDate": "2015", "endDate": "2018"},
    ]
    assert resume["education"] == [
        {
            "institution": "Technical University",
            "area": "Software",
            "studyType": "Bachelor",
            "startDate": "2009-10",
            "endDate": "2013-06",
        }
    ]
    assert resume["certificates"] == [
        {"name": "AWS Architect", "issuer": "Amazon", "date": "2021-05", "url": "https://a.example/c"}
    ]
    assert resume["languages"] == [
        {"language": "English", "fluency": "fluent"},
        {"language": "German"},
        {"language": "French", "fluency": "B2"},
    ]
    assert resume["projects"] == [{"name": "Tool", "description": "A tool.", "keywords": ["Rust", "Go"]}]
    assert "skills" not in resume


def test_only_what_is_said_outright_is_a_skill():
    skills = [
        evidence("Docker", EvidenceLabel.EXPLICIT, TEXT, "Docker"),
        evidence("Linux", EvidenceLabel.IMPLICIT, TEXT, "Docker"),
        evidence("Java", EvidenceLabel.NONE, TEXT, "Payments"),
        evidence("Docker", EvidenceLabel.EXPLICIT, TEXT, "Docker"),
    ]
    assert to_json_resume(document_of(TEXT), skills)["skills"] == [{"name": "Docker"}]


@pytest.mark.parametrize(
    "words", ["Backend developer", "Acme", "Payments.", "Cut costs", "Docker", "Amazon", "German", "Bachelor"]
)
def test_excluded_words_are_in_no_field(words):
    document = document_of(TEXT, MASKS, [(words, ExclusionReason.TINY)])
    skills = [evidence("Seen", EvidenceLabel.EXPLICIT, TEXT, words)]
    resume = to_json_resume(document, skills)
    check_schema(resume)
    assert words not in json.dumps(resume)
    assert "skills" not in resume


def test_an_excluded_job_is_no_job():
    hidden = "Beta — Tester\n2015 – 2018"
    resume = to_json_resume(document_of(TEXT, MASKS, [(hidden, ExclusionReason.BACKGROUND_COLOR)]))
    assert [job["name"] for job in resume["work"]] == ["Acme"]


def test_a_word_with_a_hidden_character_in_it_stays_whole():
    text = TEXT.replace("Payments", "Pay\u200bments")
    resume = to_json_resume(document_of(text, MASKS, [("\u200b", ExclusionReason.HIDDEN_CHARACTERS)]))
    assert resume["work"][0]["summary"] == "Payments.\nTools: Docker"


def test_masked_facts_without_a_field_are_in_no_field():
    text = TEXT.replace("Builds", "Born 12 May 1992, builds")
    resume = to_json_resume(document_of(text, (*MASKS, ("12 May 1992", MaskKind.BIRTH_DATE))))
    assert not re.search(r"1992|female|34\b", json.dumps(resume["basics"]["summary"]))
    assert resume["basics"]["summary"] == "Born , builds payment services."


def test_addresses_of_other_people_are_not_taken():
    text = TEXT.replace("anna@example.org", "")
    assert "email" not in to_json_resume(document_of(text, MASKS))["basics"]


@pytest.mark.parametrize("line", ["female, 34", "Experience", "x" * 81, ""])
def test_a_line_after_the_name_that_is_no_title_is_no_label(line):
    text = f"Anna Petrova\n{line}\n\nSummary\nBuilds."
    assert "label" not in to_json_resume(document_of(text, MASKS))["basics"]


@pytest.mark.parametrize("text", ["", "Anna", "Experience", "Languages:", "Certificates\n2019"])
def test_little_text_gives_a_small_resume(text):
    check_schema(to_json_resume(document_of(text)))


def test_many_sections_take_linear_time():
    text = "Experience\nAcme — Developer\n2015-01 – 2018-12\n• One\n\nEducation\nMSU\n2016\n\n" * 3_000
    document = document_of(text)
    began = time.process_time()
    assert len(to_json_resume(document)["work"]) == 3_000
    assert time.process_time() - began < 20


# What periods.py takes for the name of a product before bare years ("Office 2010-2016").
_PRODUCT = re.compile(r"(?i)(windows|server|office|excel|word|studio|project|access|sql|iso|ms|гост|visio)$")
LETTERS = st.text("abcdefghijklmnopqrstuvwxyzабвгдеёжзийклмн", min_size=1, max_size=9)
NAMES = st.lists(
    LETTERS | st.sampled_from(["Inc.", "&", "—", "at", "Engineer", "Skills", "5", "Courses"]), min_size=1
)
NAMES = NAMES.map(lambda words: " ".join(words[:4]).strip("— ")).filter(bool)
NAMES = NAMES.filter(lambda name: not _PRODUCT.search(name))
MONTHS = st.builds(YearMonth, st.integers(1990, 2014), st.integers(1, 12))
WORDS = st.lists(LETTERS, min_size=1, max_size=12).map(" ".join)
POINTS = st.lists(WORDS | st.sampled_from(["Skills: a, b", "Education", "Навыки", "- dash"]), max_size=3)


@st.composite
def dates(draw):
    start = draw(MONTHS)
    later = YearMonth(start.year + draw(st.integers(1, 11)), draw(st.integers(1, 12)))
    if draw(st.booleans()):
        found = {"startDate": str(start.year), "endDate": str(later.year)}
    else:
        found = {"startDate": str(start), "endDate": str(later)}
    if draw(st.booleans()):
        del found["endDate"]
    return found


def optional(**fields):
    return st.fixed_dictionaries({}, optional=fields)


JOBS = st.lists(
    st.builds(
        dict.__or__,
        optional(name=NAMES, position=NAMES, summary=WORDS, highlights=POINTS.filter(bool)),
        dates(),
    ),
    max_size=4,
)
SCHOOLS = st.lists(
    st.builds(
        dict.__or__,
        optional(institution=NAMES, area=NAMES, studyType=NAMES, score=WORDS, courses=POINTS.filter(bool)),
        dates(),
    ),
    max_size=3,
)
PEOPLE = st.fixed_dictionaries(
    {"name": st.just("Anna Petrova")}, optional={"label": st.just("Analyst"), "summary": WORDS}
)


def titled(entries, keys):
    """Keep the entries that say with whom or as what: of others, a line may be taken for a name."""
    return [entry for entry in entries if entry.keys() & set(keys)]


@given(
    PEOPLE,
    JOBS.map(lambda jobs: titled(jobs, ("name", "position"))),
    SCHOOLS.map(lambda schools: titled(schools, ("institution", "area"))),
)
def test_a_json_resume_comes_back_as_it_was(basics, work, education):
    value = {"basics": basics, "work": work, "education": education}
    extracted = extract_json_resume(json.dumps(value).encode(), "cv.json", ReadingLimits())
    resume = to_json_resume(document_of(extracted.text, MASKS[:1]))
    check_schema(resume)
    kept = ("name", "position", "startDate", "endDate", "highlights")
    assert picked(resume.get("work", []), kept) == picked(work, kept)
    kept = ("institution", "area", "studyType", "score", "startDate", "endDate", "courses")
    assert picked(resume.get("education", []), kept) == picked(education, kept)
    assert resume["basics"]["name"] == basics["name"]
    assert resume["basics"].get("label") == basics.get("label")


def picked(entries, keys):
    return [{key: entry[key] for key in keys if key in entry} for entry in entries]


def test_what_was_written_is_written_again():
    first = to_json_resume(document_of(TEXT, MASKS))
    extracted = extract_json_resume(json.dumps(first).encode(), "cv.json", ReadingLimits())
    assert to_json_resume(document_of(extracted.text, MASKS)) == first


def test_the_words_of_facts_are_no_headings():
    for word in ("Degree", "Score", "Location", "Point", "Link", "Organization", "Position", "Institution"):
        assert heading_kind(word) is None
