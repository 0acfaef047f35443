from contextlib import closing

import pypdfium2
import pytest

from metier.documents.pdf_chars import CharReader, turned
from tests.documents.pdf_files import draw, mapped_pdf


def chars_of(data):
    with (
        closing(pypdfium2.PdfDocument(data)) as document,
        closing(document[0]) as page,
        closing(page.get_textpage()) as textpage,
    ):
        reader = CharReader(textpage.raw)
        return list(reader.read_all(textpage.count_chars())), len(reader.objects)


def test_characters_come_without_blanks_and_know_where_one_was():
    chars, n_objects = chars_of(draw(lambda canvas: canvas.drawString(60, 700, "an ox")))
    assert [(char.text, char.spaced) for char in chars] == [
        ("a", False),
        ("n", False),
        ("o", True),
        ("x", False),
    ]
    assert {char.drawn_by for char in chars} == set(range(n_objects))


def test_the_look_is_that_on_the_page():
    def page(canvas):
        canvas.setFillColorRGB(1, 0, 0)
        canvas.scale(2, 2)
        canvas.drawString(30, 300, "x")

    (char,), _ = chars_of(draw(page))
    assert char.look.color == (255, 0, 0, 255)
    assert (char.look.size_pt, char.look.render_mode, char.angle) == (20.0, 0, 0)


def test_letters_that_the_font_does_not_map_are_garbled():
    chars, _ = chars_of(mapped_pdf(["ab"], unmapped="b"))
    assert [char.garbled for char in chars] == [False, True]


@pytest.mark.parametrize("angle", [0, 90, 180, 270, 30])
def test_turned_glyphs_run_to_the_right(angle):
    def page(canvas):
        canvas.translate(300, 400)
        canvas.rotate(angle)
        canvas.drawString(0, 0, "abc")

    chars, _ = chars_of(draw(page))
    glyphs = [turned(char, 4) for char in chars]
    assert [glyph.left for glyph in glyphs] == sorted(glyph.left for glyph in glyphs)
    assert max(g.baseline for g in glyphs) - min(g.baseline for g in glyphs) < 0.5
    assert {(glyph.layer, round(glyph.em)) for glyph in glyphs} == {(4, 10)}
