from __future__ import annotations

import time
from collections import Counter
from itertools import zip_longest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.documents.layout import SPACE, Glyph, reading_order

EM = 10.0
ADVANCE = 5.0

LEFT = (
    "builds services for payments and",
    "measures them before he changes",
    "anything at all, and writes down",
    "what came of it for the others,",
    "who then need not find out what",
    "had been known for a long time",
)
RIGHT = (
    "moved reports to streams within",
    "two quarters, without one night",
    "of work, because each table had",
    "an owner and a budget of errors",
    "agreed upon with all the people",
    "who had waited for the numbers",
)
THIRD = (
    "hired engineers, planned first",
    "weeks for them and helped them",
    "to learn the trade from others",
    "in the team, who are glad that",
    "someone asks them how it works",
    "and then writes a page on that",
)


def put(x, y, text, *, em=EM, layer=0, spaces=True):
    """Return the glyphs of a string; without `spaces` its blanks are gaps alone."""
    glyphs = []
    spaced = False
    for number, char in enumerate(text):
        if char == " ":
            spaced = spaces
            continue
        left = x + number * ADVANCE * em / EM
        glyphs.append(Glyph(char, left, left + ADVANCE * em / EM, y, em, layer, spaced))
        spaced = False
    return glyphs


def column(x, y, lines, *, leading=12.0):
    return [put(x, y - number * leading, line) for number, line in enumerate(lines)]


def flat(parts):
    return [glyph for part in parts for glyph in part]


def read(glyphs):
    lines = reading_order(glyphs)
    return ["".join(" " if cell == SPACE else glyphs[cell].text for cell in line) for line in lines]


def one_by_one(*columns):
    return flat(flat(columns))


def by_rows(*columns):
    return flat(part for row in zip_longest(*columns, fillvalue=[]) for part in row)


def test_no_glyphs_give_no_lines():
    assert reading_order([]) == []


def test_lines_of_one_column_come_from_the_top_whatever_the_order_of_the_file():
    assert read(flat(reversed(column(50, 700, LEFT)))) == list(LEFT)


@pytest.mark.parametrize("join", [one_by_one, by_rows])
def test_two_columns_are_read_one_after_the_other(join):
    glyphs = join(column(50, 700, LEFT), column(300, 700, RIGHT))
    assert read(glyphs) == [*LEFT, "", *RIGHT]


@pytest.mark.parametrize("join", [one_by_one, by_rows])
def test_three_columns_are_read_one_after_the_other(join):
    glyphs = join(column(20, 700, LEFT), column(210, 700, RIGHT), column(400, 700, THIRD))
    assert read(glyphs) == [*LEFT, "", *RIGHT, "", *THIRD]


def test_columns_of_another_leading_are_read_one_after_the_other():
    glyphs = by_rows(column(50, 700, LEFT), column(300, 697, RIGHT, leading=13.7))
    assert read(glyphs) == [*LEFT, "", *RIGHT]


def test_header_stands_before_the_columns_and_footer_after():
    header = put(50, 750, "A line over the whole page, from the left margin to the right one it goes")
    footer = put(50, 600, "And another line at the foot of the page that goes over both the columns")
    glyphs = header + by_rows(column(50, 700, LEFT), column(300, 700, RIGHT)) + footer
    lines = read(glyphs)
    assert lines[0].startswith("A line over")
    assert lines[2:-2] == [*LEFT, "", *RIGHT]
    assert lines[-1].startswith("And another")


def test_row_of_contacts_over_the_columns_stays_a_row():
    contacts = [put(50, 750, "mail@host.org"), put(128, 750, "+1 555 0100"), put(200, 750, "Oslo")]
    contacts += [put(235, 750, "a.example/long-address"), put(360, 750, "b.example")]
    glyphs = flat(contacts) + by_rows(column(50, 700, LEFT), column(300, 700, RIGHT))
    assert read(glyphs)[0] == "mail@host.org +1 555 0100 Oslo a.example/long-address b.example"


def test_sidebar_of_short_lines_drawn_apart_is_a_column():
    sidebar = ["SKILLS", "Python", "Docker", "Kafka", "Linux"]
    glyphs = flat(column(50, 700, sidebar)) + flat(column(200, 700, RIGHT))
    assert read(glyphs) == [*sidebar, "", *RIGHT]


def test_right_aligned_dates_stay_on_their_lines():
    rows = [("Senior engineer", "2019 - 2024"), ("Engineer", "2016 - 2019"), ("Intern", "2014 - 2015")]
    rows += [("Tutor", "2012 - 2013")]
    glyphs = []
    for number, (title, dates) in enumerate(rows):
        glyphs += put(50, 700 - 12 * number, title) + put(400, 700 - 12 * number, dates)
    assert read(glyphs) == [f"{title} {dates}" for title, dates in rows]


def test_dates_drawn_after_all_titles_stay_on_their_lines():
    titles = column(50, 700, ["Senior engineer", "Engineer", "Intern", "Tutor"])
    dates = column(400, 700, ["2019 - 2024", "2016 - 2019", "2014 - 2015", "2012 - 2013"])
    assert read(flat(titles + dates))[1] == "Engineer 2016 - 2019"


def test_labels_and_values_stay_on_their_lines():
    rows = [("Languages:", "English, Polish"), ("Databases:", "PostgreSQL"), ("Cloud:", "AWS, Azure")]
    rows += [("Tools:", "Git, Jira")]
    glyphs = []
    for number, (label, value) in enumerate(rows):
        glyphs += put(50, 700 - 12 * number, label) + put(200, 700 - 12 * number, value)
    assert read(glyphs) == [f"{label} {value}" for label, value in rows]


def test_dates_in_the_margin_stay_beside_their_entries():
    glyphs = []
    for entry in range(4):
        top = 700 - 60 * entry
        glyphs += put(50, top, f"201{entry}") + flat(column(150, top, LEFT[:4]))
    assert [line[:4] for line in read(glyphs) if line[:2] == "20"] == ["2010", "2011", "2012", "2013"]
    assert read(glyphs)[0] == f"2010 {LEFT[0]}"


def test_bullets_stay_with_their_lines():
    glyphs = []
    for number, line in enumerate(LEFT):
        glyphs += put(50, 700 - 12 * number, "•") + put(75, 700 - 12 * number, line)
    assert read(glyphs) == [f"• {line}" for line in LEFT]


def test_heading_below_a_short_list_of_two_columns_comes_after_both():
    glyphs = flat(column(50, 700, ["Python", "Docker", "Linux", "Kafka"]))
    glyphs += flat(column(200, 700, ["Teamwork", "Writing", "Planning", "Hiring"]))
    glyphs += put(50, 640, "Experience")
    glyphs += put(50, 618, "A line over the whole page, from the left margin to the right one it goes")
    lines = read(glyphs)
    assert lines.index("Python") < lines.index("Teamwork") < lines.index("Hiring") < lines.index("Experience")


def test_gaps_without_space_characters_become_spaces():
    assert read(put(50, 700, "no blanks in the file", spaces=False)) == ["no blanks in the file"]


def test_letter_spacing_is_no_word_gap():
    glyphs = [Glyph(char, 50 + 9 * i, 55 + 9 * i, 700, EM) for i, char in enumerate("EXPERIENCE")]
    assert read(glyphs) == ["EXPERIENCE"]


def test_kerned_letters_are_no_word_gap():
    gaps = (0.0, -1.2, 0.4, -0.5, 0.6, 0.0, -1.0)
    glyphs, x = [], 50.0
    for char, gap in zip("AVToWAy", gaps, strict=True):
        x += gap
        glyphs.append(Glyph(char, x, x + ADVANCE, 700, EM))
        x += ADVANCE
    assert read(glyphs) == ["AVToWAy"]


def test_letters_drawn_closer_than_their_widths_still_show_word_gaps():
    glyphs, x = [], 50.0
    for word in ("from", "them", "room", "am", "more", "items"):
        for char in word:
            width = 9.0 if char == "m" else 5.0
            glyphs.append(Glyph(char, x, x + width, 700, EM))
            x += width - (1.8 if char == "m" else 0.3)
        x += 2.0
    assert read(glyphs) == ["from them room am more items"]


def test_superscript_stays_on_its_line():
    glyphs = [*put(50, 700, "saved 20 m"), Glyph("2", 100, 103, 703.5, 6.0), *put(110, 700, "of space")]
    assert read(glyphs) == ["saved 20 m2 of space"]


def test_hebrew_is_read_from_the_right():
    word = [Glyph(char, 200 - 5 * i, 205 - 5 * i, 700, EM) for i, char in enumerate("שלום")]
    second = [Glyph(char, 150 - 5 * i, 155 - 5 * i, 700, EM) for i, char in enumerate("עולם")]
    assert read([*second, *word]) == ["שלום עולם"]


def test_other_layers_follow_and_share_no_line():
    glyphs = put(52, 700, "hidden", layer=1) + flat(column(50, 700, LEFT))
    assert read(glyphs) == [*LEFT, "", "hidden"]


def test_texts_drawn_over_each_other_are_not_mixed():
    glyphs = put(50, 700, "first text") + put(53, 701, "second one")
    assert sorted(read(glyphs)) == ["first text", "second one"]


def test_wide_steps_and_larger_letters_start_a_paragraph():
    glyphs = flat(column(50, 700, LEFT[:3])) + flat(column(50, 640, RIGHT[:3]))
    assert read(glyphs) == [*LEFT[:3], "", *RIGHT[:3]]
    heading = flat(column(50, 700, LEFT[:3])) + put(50, 662, "Skills", em=13.0)
    assert read(heading)[-2:] == ["", "Skills"]


coordinates = st.one_of(
    st.integers(0, 40).map(lambda step: step * 15.0), st.floats(-1e6, 1e6), st.sampled_from([0.0, 1e30])
)
glyph = st.builds(
    lambda text, left, width, baseline, em, layer, spaced: Glyph(
        text, left, left + width, baseline, em, layer, spaced
    ),
    st.sampled_from("abcXYZ019.-•אב\u0301"),
    coordinates,
    st.floats(0.0, 30.0),
    coordinates,
    st.sampled_from([0.1, 8.0, 10.0, 24.0]),
    st.integers(0, 1),
    st.booleans(),
)


@settings(max_examples=200)
@given(st.lists(glyph, max_size=80))
def test_every_glyph_occurs_exactly_once(glyphs):
    found = Counter(cell for line in reading_order(glyphs) for cell in line if cell != SPACE)
    assert found == Counter(range(len(glyphs)))


words = st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=6).map(" ".join)


@settings(max_examples=60)
@given(st.lists(words, min_size=1, max_size=12), st.lists(words, min_size=1, max_size=12))
def test_columns_of_any_text_lose_and_repeat_nothing(left, right):
    glyphs = by_rows(column(50, 700, left), column(520, 700, right))
    assert Counter("".join(read(glyphs)).replace(" ", "")) == Counter(glyph.text for glyph in glyphs)


def test_a_row_of_very_many_pieces_is_read_in_time():
    glyphs = [Glyph("x", 30.0 * i, 30.0 * i + 5, 700, 10) for i in range(1000)]
    started = time.process_time()
    assert read(glyphs) == [" ".join("x" * 1000)]
    assert time.process_time() - started < 8
