"""The fonts of the printed report, and what becomes of text."""

from __future__ import annotations

from importlib import resources

import pytest

from metier.report.pdf_type import PLACEHOLDER, new_type, table
from metier.report.words import PHRASES


def test_text_is_never_markup():
    assert new_type().text("<b>a</b> & b") == "&lt;b&gt;a&lt;/b&gt; &amp; b"


def test_a_character_that_the_fonts_lack_becomes_a_square_and_is_remembered():
    made = new_type()
    assert made.text("a한b") == f"a{PLACEHOLDER}b"
    assert made.missing == {"한"}


@pytest.mark.parametrize("text", ["e\u0301", "a\u200db", "\u2066x\u2069"])
def test_marks_that_nothing_draws_are_left_out_or_drawn(text):
    assert PLACEHOLDER not in new_type().text(text)


def test_words_from_the_right_are_turned_and_others_stay():
    assert new_type().text("ab אבג cd") == "ab גבא cd"


def test_the_fonts_have_every_character_of_the_report():
    made = new_type()
    for phrase in PHRASES.values():
        made.text(phrase.en + phrase.ru)
    assert made.missing == set()


def test_the_fonts_are_small_and_come_with_their_licence():
    folder = resources.files("metier.report").joinpath("fonts")
    sizes = [file.stat().st_size for file in folder.iterdir()]
    assert sum(sizes) < 400_000
    assert "Bitstream Vera" in folder.joinpath("LICENSE.txt").read_text(encoding="utf-8")


def test_a_table_repeats_its_head():
    made = new_type()
    rows = [[made.plain("head", "head")], [made.plain("cell", "cell")]]
    assert table(rows, [100.0]).repeatRows == 1
