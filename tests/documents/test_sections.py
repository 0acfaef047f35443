import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.sections import find_sections
from metier.types import Role

RESUME = """Anna Berg
anna@example.org

Summary
Writes code.

Work Experience
Acme, 2019
Technologies: Python, Docker

Borea, 2021
Technologies
Kotlin

Cirrus, 2022

Education
Some University

Skills: SQL
"""


def kinds(text, role=Role.RESUME):
    return [
        (section.kind.value, text[section.span.start : section.span.end].strip())
        for section in find_sections(text, role)
    ]


def test_a_resume_is_divided_at_its_headings():
    found = kinds(RESUME)
    assert found[0] == ("header", "Anna Berg\nanna@example.org")
    assert found[1] == ("summary", "Summary\nWrites code.")
    assert found[-2:] == [("education", "Education\nSome University"), ("skills", "Skills: SQL")]


def test_technologies_of_a_job_end_with_their_paragraph_and_the_experience_goes_on():
    inner = [(kind, text.splitlines()[0]) for kind, text in kinds(RESUME)[2:-2]]
    assert inner == [
        ("experience", "Work Experience"),
        ("skills", "Technologies: Python, Docker"),
        ("experience", "Borea, 2021"),
        ("skills", "Technologies"),
        ("experience", "Cirrus, 2022"),
    ]


def test_a_heading_is_told_by_its_span():
    section = find_sections("x\n\n== Skills: ==\nSQL", Role.RESUME)[-1]
    assert "x\n\n== Skills: ==\nSQL"[section.heading.start : section.heading.end] == "== Skills: =="


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Requirements:", "required"),
        ("Skills", "required"),
        ("Experience", "required"),
        ("Требования", "required"),
        ("Nice to have", "preferred"),
        ("Будет плюсом:", "preferred"),
        ("About us", "employer"),
        ("О компании", "employer"),
        ("Мы предлагаем", "offer"),
        ("Обязанности:", "duties"),
        ("주요업무", "duties"),
    ],
)
def test_headings_of_a_vacancy(heading, kind):
    text = f"Developer\n{heading}\n- Python\n\n- SQL\n"
    assert kinds(text, Role.VACANCY) == [("other", "Developer"), (kind, f"{heading}\n- Python\n\n- SQL")]


def test_an_inline_heading_of_a_vacancy_lasts_until_the_next():
    text = "Требования: Python\n\nОпыт от года\nБудет плюсом: Go\n"
    assert [kind for kind, _ in kinds(text, Role.VACANCY)] == ["required", "preferred"]


def test_without_headings_there_is_one_section_and_without_text_none():
    assert kinds("just words") == [("header", "just words")]
    assert kinds("just words", Role.ANSWER) == [("other", "just words")]
    assert kinds("") == []


WORDS = st.sampled_from(
    ["Experience", "Skills: SQL", "Technologies", "Acme", "", "  ", "Education:", "О себе", "-"]
)


@given(st.lists(WORDS).map("\n".join) | st.text(), st.sampled_from(list(Role)))
def test_sections_cover_the_text_without_gap_or_overlap(text, role):
    sections = find_sections(text, role)
    assert "".join(text[section.span.start : section.span.end] for section in sections) == text
    for section in sections:
        assert section.span.start < section.span.end
        if section.heading is not None:
            assert section.span.start <= section.heading.start < section.heading.end <= section.span.end


def test_a_long_text_is_divided_in_linear_time():
    assert len(find_sections("Skills\nx: y\n\n" * 50_000, Role.RESUME)) == 50_000
