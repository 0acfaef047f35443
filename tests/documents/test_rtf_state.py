import pytest

from metier.documents.rtf_fonts import Fonts
from metier.documents.rtf_lines import Flow
from metier.documents.rtf_look import PLAIN, USUAL, ColorTable, Letters, Paragraph, Shade
from metier.documents.rtf_state import Destination, State, Style, StyleSheet


def state(*words):
    found = State(Flow(ColorTable()))
    for word, number in words:
        assert found.take_word(word, number)
    return found


def test_a_group_inherits_and_leaves_its_parent_alone():
    outer = state((b"cf", 1), (b"f", 2))
    outer.nested_row, outer.destination = True, Destination.STYLES
    inner = outer.inherit()
    fields = State.__slots__
    assert [getattr(inner, name) for name in fields] == [getattr(outer, name) for name in fields]
    inner.take_word(b"v", None)
    assert not outer.letters.hidden


def test_plain_and_pard_reset_their_own():
    found = state((b"v", None), (b"cf", 1), (b"fs", 2), (b"cbpat", 3), (b"intbl", None), (b"f", 4))
    found.take_word(b"plain", None)
    assert (found.letters, found.font) == (PLAIN, None)
    assert found.paragraph == Paragraph(in_table=True, shade=Shade(back=3))
    found.take_word(b"pard", None)
    assert found.paragraph == USUAL


@pytest.mark.parametrize(
    ("word", "number", "expected"),
    [
        (b"intbl", None, Paragraph(in_table=True)),
        (b"itap", 2, Paragraph(in_table=True, level=2)),
        (b"itap", 0, USUAL),
        (b"outlinelevel", 0, Paragraph(outline_level=True)),
        (b"outlinelevel", 9, USUAL),
        (b"ls", 3, Paragraph(list_number=3)),
        (b"shading", 500, Paragraph(shade=Shade(share=500))),
        (b"cfpat", 2, Paragraph(shade=Shade(front=2))),
    ],
)
def test_paragraph_words(word, number, expected):
    assert state((word, number)).paragraph == expected


def test_other_words_are_not_taken():
    assert not state().take_word(b"qc", None)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], 7),
        ([(b"f", 1)], 1),
        ([(b"f", 1), (b"dbch", None), (b"af", 2)], 2),
        ([(b"f", 1), (b"dbch", None), (b"af", 2), (b"loch", None)], 1),
        ([(b"rtlch", None), (b"af", 2), (b"ltrch", None), (b"f", 1)], 1),
        ([(b"loch", None), (b"af", 2), (b"rtlch", None)], 7),
    ],
)
def test_the_font_of_bytes_is_that_of_their_script(words, expected):
    fonts = Fonts()
    fonts.default = 7
    assert state(*words).font_number(fonts) == expected


def test_styles_hold_where_they_say_something():
    sheet = StyleSheet()
    sheet.add(Style(b"s", 1, "heading 1"), state((b"v", None), (b"cbpat", 2)))
    sheet.add(Style(b"cs", 1), state((b"cf", 5)))
    found = state((b"cf", 3))
    sheet.apply(found, b"s", 1)
    assert found.letters == Letters(hidden=True, color=3)
    assert found.paragraph == Paragraph(shade=Shade(back=2), style=1)
    sheet.apply(found, b"cs", 1)
    assert found.letters.color == 5
    sheet.apply(found, b"s", 99)
    assert found.paragraph.style == 99


@pytest.mark.parametrize(
    ("name", "expected"),
    [("heading 2", True), ("Заголовок 1", True), ("Title", True), ("Normal", False), ("", False)],
)
def test_headings_are_told_by_the_name_of_their_style(name, expected):
    sheet = StyleSheet()
    sheet.add(Style(b"s", 1, name), state())
    assert sheet.is_heading(Paragraph(style=1)) is expected
    assert sheet.is_heading(Paragraph(outline_level=True))


def test_the_name_of_a_style_is_cut():
    style = Style()
    for _ in range(1000):
        style.add_name("a")
    assert len(style.name) < 100
