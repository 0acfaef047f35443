import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.formats import DocumentFormat
from metier.documents.headings import heading_kind
from metier.documents.json_file import (
    Fields,
    TextLines,
    cleaned,
    entry_prose,
    json_kind,
    load_json,
    one_line,
    paragraphs,
    plain_line,
)
from metier.documents.sections import find_sections
from metier.errors import CorruptDocument, DocumentError, LimitExceeded, UnsupportedFormat
from metier.limits import ReadingLimits
from metier.types import Role, SectionKind, Severity

LIMITS = ReadingLimits()
JSON_RESUME = {"basics": {"name": "Анна"}}
HH = {"first_name": "Анна", "title": None, "experience": None}


def load(value):
    return load_json(json.dumps(value).encode(), "cv.json", LIMITS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read(encoding):
    data = json.dumps(JSON_RESUME, ensure_ascii=False).encode(encoding)
    assert load_json(data, "cv.json", LIMITS) == JSON_RESUME
    assert json_kind(data) is DocumentFormat.JSON_RESUME


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (JSON_RESUME, DocumentFormat.JSON_RESUME),
        ({"basics": None}, DocumentFormat.JSON_RESUME),
        ({"work": [], "skills": []}, DocumentFormat.JSON_RESUME),
        (HH, DocumentFormat.HH_RESUME),
        ({"last_name": None, "education": None, "skills": None, "area": None}, DocumentFormat.HH_RESUME),
        ([HH], DocumentFormat.HH_RESUME),
        ([HH, HH], DocumentFormat.HH_RESUME),
        ({"items": [HH], "found": 1}, DocumentFormat.HH_RESUME),
        ({"skills": ["Python"]}, None),
        ({"title": "A book"}, None),
        ({"items": []}, None),
        ([], None),
        ("basics", None),
        (5, None),
    ],
)
def test_the_names_of_the_fields_tell_the_format(value, kind):
    assert json_kind(json.dumps(value).encode()) is kind


@pytest.mark.parametrize("data", [b"", b"{", b"\xff{}", b"[" * 100_000, b'{"basics": NaN}', b"no json"])
def test_what_is_no_json_has_no_kind(data):
    assert json_kind(data) is None


@pytest.mark.parametrize("value", [[HH], {"items": [HH], "found": 1, "pages": 1}])
def test_a_list_of_one_resume_is_that_resume(value):
    assert load(value) == HH


@pytest.mark.parametrize("value", [[HH, HH], {"items": [HH, JSON_RESUME]}, [5, JSON_RESUME]])
def test_several_resumes_are_refused(value):
    with pytest.raises(UnsupportedFormat, match="holds 2 entries. One resume is read at a time"):
        load(value)


@pytest.mark.parametrize("value", [{}, [], 5, None, "text", {"name": "x"}, {"items": []}, [[HH]]])
def test_other_json_is_refused_and_what_is_read_is_said(value):
    with pytest.raises(UnsupportedFormat, match="a JSON Resume or a resume of the hh.ru API is read"):
        load(value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"basics": ', "breaks off or has a mistake at line 1, column"),
        (b'{"basics": {}} and more', "mistake at line 1, column 16"),
        (b'{"basics": {"name": "\xff"}}', "is not UTF-8"),
        (b"\xff\xfe{", "is not UTF-8"),
        (b'{"basics": NaN}', "NaN, infinity"),
        (b'{"basics": -Infinity}', "NaN, infinity"),
        (b'{"basics": {}, "basics": {}}', "gives a field twice"),
        (b'{"basics": ' + b"1" * 5000 + b"}", "thousands of digits"),
        (b'{"basics": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper than any resume"),
        (b'{"basics":' * 100_000 + b"1" + b"}" * 100_000, "nested deeper than any resume"),
    ],
)
def test_damaged_json_is_corrupt(data, message):
    with pytest.raises(CorruptDocument, match=message):
        load_json(data, "cv.json", LIMITS)


def test_too_many_bytes_are_refused():
    with pytest.raises(LimitExceeded, match="may have 5 bytes. It has 6"):
        load_json(b"123456", "cv.json", ReadingLimits(max_bytes=5))


@pytest.mark.parametrize(
    "data",
    [b'{"basics": "Marker"', b'{"Marker": 1, "Marker": 2}', b'{"basics": NaN, "a": "Marker"}', b'["Marker"]'],
)
def test_no_message_holds_words_of_the_file(data):
    with pytest.raises(DocumentError) as caught:
        load_json(data, "cv.json", LIMITS)
    assert "Marker" not in str(caught.value)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data):
    if json_kind(data) is None:
        with pytest.raises(DocumentError):
            load_json(data, "cv.json", LIMITS)


def test_fields_are_taken_by_type():
    fields = Fields(
        {
            "name": " Anna\n Petrova ",
            "year": 2019,
            "score": 4.5,
            "about": "a \n\n\n\nb\x00",
            "keywords": ["x", " ", "y z"],
            "alone": "one",
            "inner": {"city": "Berlin"},
            "list": [{"a": "1"}, "2"],
            "yes": True,
            "months": 110.0,
            "nothing": None,
        }
    )
    assert fields.line("missing", "name") == "Anna Petrova"
    assert (fields.figure("year"), fields.figure("score"), fields.figure("name")) == (
        "2019",
        "4.5",
        "Anna Petrova",
    )
    assert (fields.prose("about"), fields.paragraph("about")) == ("a\n\nb", "a\nb")
    assert (fields.lines("keywords"), fields.lines("alone")) == (["x", "y z"], ["one"])
    assert fields.record("inner").line("city") == "Berlin"
    assert [item.line("a") for item in fields.records("list", plain="a")] == ["1", "2"]
    assert fields.flag("yes")
    assert not fields.flag("nothing")
    assert fields.number("months") == 110
    assert fields.line("nothing") == ""
    assert fields.records("nothing") == []
    assert fields.findings() == ()


def test_other_types_are_skipped_and_their_paths_told_once():
    fields = Fields({"work": [5, {"name": 7}, {"name": True}, None], "basics": [], "age": -1, "secret": "x"})
    for job in fields.records("work"):
        assert job.line("name") == ""
    assert fields.record("basics").line("name") == ""
    assert fields.number("age") is None
    assert fields.lines("age") == []
    (finding,) = fields.findings()
    assert (finding.code, finding.severity) == ("skipped_fields", Severity.INFO)
    assert finding.message.endswith("not read: work[], work[].name, basics, age.")


def test_a_long_list_of_skipped_fields_is_cut():
    fields = Fields({str(i): [] for i in range(25)})
    for i in range(25):
        fields.line(str(i))
    assert fields.findings()[0].message.endswith("18, 19 and 5 more.")


@pytest.mark.parametrize("value", [10**15, -(10**15), float(10**18), True, [], {}])
def test_what_is_no_number_of_a_resume_is_no_figure(value):
    assert Fields({"score": value}).figure("score") == ""


def test_halves_of_characters_and_controls_are_gone():
    assert cleaned("a\ud800b\x1bc") == "a\ufffdbc"
    assert one_line(" a\n\tb ") == "a b"


def test_sections_are_parted_by_empty_lines_and_empty_ones_have_no_heading():
    out = TextLines("cv.json", LIMITS)
    out.section("", [["Anna", ""]])
    out.section("Skills", [[""], []])
    out.section("Experience", [["Acme", "2019"], [], ["Beta"]])
    extracted = out.extracted(())
    assert extracted.text == "Anna\n\nExperience\nAcme\n2019\n\nBeta"
    assert [(page.start, page.end) for page in extracted.pages] == [(0, len(extracted.text))]


@pytest.mark.parametrize(("n_chars", "refused"), [(5, False), (6, True)])
def test_the_text_may_be_as_long_as_the_limit(n_chars, refused):
    out = TextLines("cv.json", ReadingLimits(max_chars=5))
    if not refused:
        out.add("x" * n_chars)
        return
    with pytest.raises(LimitExceeded, match="may have 5 characters. It has more"):
        out.add("x" * n_chars)


@pytest.mark.parametrize("word", ["Education", "Обучение", "Skills: Python", "Resume"])
def test_a_line_that_says_a_heading_gets_a_label(word):
    line = plain_line(word, "Skill")
    assert line == f"Skill: {word}"
    assert [section.kind for section in find_sections(line, Role.RESUME)] == [SectionKind.HEADER]


def test_other_lines_stay():
    assert (plain_line("Acme", "Organization"), plain_line("", "Organization")) == ("Acme", "")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Education\nTaught adults", ["Education: Taught adults"]),
        ("Key skills:\n\nPython", ["Key skills: Python"]),
        ("Did this\nEducation", ["Did this", "Point: Education"]),
        ("Обязанности:\n- одно", ["Обязанности:", "- одно"]),
        ("a\n\nb", ["a", "", "b"]),
    ],
)
def test_no_line_of_an_entry_ends_its_section(text, lines):
    assert list(entry_prose(text, "Point")) == lines


@given(st.lists(st.sampled_from(["Education", "Experience", "Skills:", "Duties", "", "x", "Languages"])))
def test_prose_of_an_entry_keeps_its_words(lines):
    text = "\n".join(lines)
    written = list(entry_prose(text, "Point"))
    words = Counter(" ".join(written).replace(":", " ").split())
    del words["Point"]
    assert words == Counter(text.replace(":", " ").split())
    ending = {SectionKind.EDUCATION, SectionKind.EXPERIENCE, SectionKind.SKILLS, SectionKind.LANGUAGES}
    assert not any(heading_kind(line) in ending for line in written)


def test_empty_lines_part_paragraphs():
    assert list(paragraphs(["", "a", "b", "", "", "c"])) == [["a", "b"], ["c"]]
