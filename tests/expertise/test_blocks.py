import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.expertise.blocks import newest_first, split_blocks

NEWEST = "Acme — Senior nurse\nMay 2019 – present\nLed a ward of nine."
MIDDLE = "Beta — Nurse\nMarch 2014 – April 2019\nCared for people."
OLDEST = "Gamma — Trainee\nJanuary 2012 – February 2014\nLearned a lot."


def words(text):
    return [text[block.span.start : block.span.end].strip() for block in split_blocks(text)]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "jobs", [[NEWEST, MIDDLE, OLDEST], [OLDEST, MIDDLE, NEWEST], [MIDDLE, NEWEST, OLDEST]]
)
def test_jobs_are_told_apart_and_ordered_by_their_dates(jobs, gap):
    text = gap.join(jobs)
    assert words(text) == jobs
    assert [words(text)[i] for i in newest_first(split_blocks(text))] == [NEWEST, MIDDLE, OLDEST]


def test_dates_may_come_before_the_title():
    jobs = [
        "май 2019 — настоящее время\nРомашка\nИнженер\nЧертил.",
        "март 2014 — апрель 2019\nЛютик\nТехник\nМерил.",
    ]
    assert words("\n".join(jobs)) == jobs


@pytest.mark.parametrize(
    "line",
    [
        "Between May 2013 and later, from June 2013 to May 2014, I wrote reports on all of the ward.",
        "• Wrote reports (June 2013 – May 2014) for all wards",
        "Since May 2013 in charge",
    ],
)
def test_dates_in_prose_begin_no_job(line):
    assert words(f"{NEWEST}\n{line}\nMore.\n\n{MIDDLE}") == [f"{NEWEST}\n{line}\nMore.", MIDDLE]


@pytest.mark.parametrize(
    ("dates", "months"),
    [
        ("2016 – 2018", (2016 * 12 + 6, 2018 * 12 + 6)),
        ("May – July 2018", (2018 * 12 + 5, 2018 * 12 + 7)),
        ("November – May 2018", (2017 * 12 + 11, 2018 * 12 + 5)),
        ("May 2018 – May 2016", None),
    ],
)
def test_months_are_told_from_whatever_dates_say(dates, months):
    assert split_blocks(f"Acme — Nurse\n{dates}\nCared.")[0].months == months


def test_a_text_in_one_line_is_parted_where_sentences_with_dates_begin():
    text = (
        "Acme, nurse, May 2019 - present: led a ward of nine people, and taught. Beta, nurse, March 2014 - "
        "April 2019: cared for people at night; kept the books. Gamma, trainee, May 2012 - May 2013: learned."
    )
    assert [part.split(",")[0] for part in words(text)] == ["Acme", "Beta", "Gamma"]


def test_what_stands_before_the_first_job_is_a_block_of_its_own_and_the_oldest():
    text = f"I have worked in hospitals of all kinds.\nIt was good.\n\n\n{OLDEST}\n\n{NEWEST}"
    blocks = split_blocks(text)
    assert blocks[0].months is None
    assert newest_first(blocks) == [2, 1, 0]


def test_a_text_without_dates_is_parted_into_paragraphs():
    assert words("Cared for people.\nAt night.\n\nLed a ward.") == [
        "Cared for people.\nAt night.",
        "Led a ward.",
    ]


def test_no_text_has_no_blocks():
    assert split_blocks("") == ()


@given(
    st.lists(st.sampled_from([NEWEST, MIDDLE, OLDEST, "", " ", "Led.", "2019 – 2020", "x" * 300]), max_size=6)
)
def test_blocks_cover_the_text(parts):
    text = "\n".join(parts)
    assert "".join(text[block.span.start : block.span.end] for block in split_blocks(text)) == text
