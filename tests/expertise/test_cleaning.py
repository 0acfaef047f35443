import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.expertise.application import Application, Field, LevelRange
from metier.expertise.cleaning import clean, without_repeats
from metier.types import Level

FIRST = (
    "Acme — Senior nurse\nMay 2019 – present\nLed a ward of nine nurses and planned their shifts.\n"
    "Taught trainees how to write reports and how to talk to people.\nCut the waiting time by a third."
)
SECOND = "Beta — Nurse\nMarch 2014 – April 2019\nCared for people at night and kept the books of the ward."


def experience(text):
    return clean(Application("a", {Field.WORK_EXPERIENCE: text})).text(Field.WORK_EXPERIENCE)


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST}\n\n{SECOND}\n\n{FIRST}\n\n{SECOND}",
        f"{FIRST}\n\n{FIRST}\n\n{SECOND}",
        f"{FIRST}\n{SECOND}\n{FIRST}\n{SECOND}",
        f"{FIRST}\n\n{SECOND}\n\n{FIRST.upper()}",
        f"{FIRST}\n\n{SECOND}\n\n{FIRST.replace('by a third', 'by a half')}",
        f"{FIRST}\n\n{SECOND}\n\n{FIRST.replace('. ', ' .  ')}",
    ],
)
def test_of_repeated_jobs_the_first_stays(text):
    assert experience(text).replace("\n\n", "\n") == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize(
    "other",
    [
        FIRST.replace("May 2019 – present", "May 2016 – April 2019"),
        FIRST.replace("May 2019 – present", "May 2019 – June 2020"),
        "Gamma — Consultant\nMay 2019 – present\nAdvised clinics on software.",
    ],
)
def test_another_time_or_another_work_is_another_job(other):
    text = f"{FIRST}\n\n{other}\n\n{SECOND}"
    assert experience(text) == text


def test_repeated_paragraphs_without_dates_go_where_they_are_long():
    long = "Cared for people at night, kept the books of the ward, and taught the trainees how."
    assert without_repeats(f"{long}\n\nDuties:\n\n{long}\n\nDuties:") == f"{long}\n\nDuties:\n\nDuties:"


def test_a_job_repeated_in_one_line_goes():
    first = "May 2019 - June 2021: Acme, nurse, led a ward of nine people and taught trainees at night."
    second = "March 2014 - April 2019: Beta, nurse, cared for people and kept the books of the ward."
    assert without_repeats(f"{first} {second} {first}") == f"{first} {second}"


def test_templates_go_from_all_fields_and_what_is_left_empty_with_them():
    fields = {
        Field.POSITION: "[Job Title]",
        Field.KEY_SKILLS: "Ключевые навыки:\nPython\nКлючевые навыки: SQL",
        Field.WORK_EXPERIENCE: "<p>Led &amp; taught</p>&lt;br&gt;See Examples",
    }
    cleaned = clean(Application("a", fields, Level.SENIOR, LevelRange.of(Level.MIDDLE)))
    assert dict(cleaned.fields) == {Field.KEY_SKILLS: "Python\nSQL", Field.WORK_EXPERIENCE: "Led & taught"}
    assert (cleaned.id, cleaned.claimed, cleaned.label) == ("a", Level.SENIOR, LevelRange.of(Level.MIDDLE))


PARTS = st.sampled_from(
    [
        FIRST, SECOND, SECOND.lower(), "May 2019 – present", "2014 - 2016", "Acme — Nurse", "Duties:", "",
        "[Job Title]", "&amp;lt;p&gt;", "<<b>b>", "[[number]]", "Company Name - City , State", "• Led a ward",
        "Skills: Skills: x", "n/a", "[NAME]", "Lorem ipsum dolor sit",
    ]
)  # fmt: skip


@given(
    st.sampled_from(list(Field)), st.lists(st.tuples(PARTS, st.sampled_from(["\n", "\n\n", " "])), max_size=9)
)
def test_cleaning_what_is_clean_changes_nothing(field, parts):
    once = clean(Application("a", {field: "".join(part + gap for part, gap in parts)}))
    assert clean(once) == once


@given(st.text(max_size=200))
def test_any_text_can_be_cleaned(text):
    once = clean(Application("a", {Field.WORK_EXPERIENCE: text, Field.KEY_SKILLS: text}))
    assert clean(once) == once


def test_two_hundred_pages_take_seconds():
    jobs = [FIRST.replace("2019", str(1960 + i % 60)).replace("nine", f"nine{i}") for i in range(2_000)]
    started = time.process_time()
    experience("\n\n".join(jobs))
    experience("&amp;" + "amp;" * 100_000)
    assert time.process_time() - started < 30
