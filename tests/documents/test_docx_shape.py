import pytest

from metier.documents.docx_color import Palette
from metier.documents.docx_shape import Pages, Shapes, Stretch, points
from tests.documents.docx_files import element, paragraph, picture, run

CM = 72 / 2.54


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("24", 12),
        ("12pt", 12),
        ("1in", 72),
        ("-2.54cm", -72),
        (" 10 mm ", CM),
        ("", None),
        (None, None),
        ("-", None),
        ("auto", None),
        ("1e9", None),
        ("9" * 400, None),
    ],
)
def test_lengths_have_units_or_those_of_their_format(value, length):
    assert points(value, per_point=2) == (length if length is None else pytest.approx(length))


def test_only_what_is_wholly_outside_misses_the_page():
    assert Stretch((0, 0), -101, 100).misses(600)
    assert Stretch((0, 0), 600, 100).misses(600)
    assert not Stretch((0, 0), -99, 100).misses(600)
    assert not Stretch((0, 600), -300, 100).misses(600)


def test_positions_count_from_where_they_say():
    section = element(
        '<w:sectPr><w:pgSz w:w="12000" w:h="16000"/><w:pgMar w:left="1000" w:top="400"/></w:sectPr>'
    )
    pages = Pages([section])
    assert pages.origin("page", vertical=False) == (0, 0)
    assert pages.origin("margin", vertical=False) == (50, 50)
    assert pages.origin("margin", vertical=True) == (20, 20)
    assert pages.origin("column", vertical=False) == (50, 50)
    assert pages.origin("paragraph", vertical=True) == (0, 800)


def test_columns_start_anywhere_where_there_are_several():
    section = element('<w:sectPr><w:cols w:num="2"/></w:sectPr>')
    assert Pages([section]).origin("column", vertical=False) == (0, 612)


def holds_photo(body, *edges):
    stories = [element(f"<w:body>{xml}</w:body>") for xml in (body, *edges)]
    return Shapes(stories[0], stories[1:], palette=Palette(None, None), pages=Pages([])).holds_photo()


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3, 4), True),
        ((3.5, 3.5), True),
        ((2.1, 3.7), True),
        ((1, 1.3), False),
        ((8, 10), False),
        ((5, 2), False),
        ((2.5, 5), False),
    ],
)
def test_a_picture_of_the_form_of_a_portrait_may_be_a_photo(size, expected):
    assert holds_photo(paragraph(picture(size))) is expected
    assert holds_photo(paragraph(picture(size, parent="inline"))) is expected
    assert holds_photo(paragraph(run()), paragraph(picture(size))) is expected


def test_pictures_of_later_sections_are_no_photos():
    first = paragraph(run(), look="<w:sectPr/>")
    assert not holds_photo(first + paragraph(picture((3, 4))))
    assert holds_photo(paragraph(picture((3, 4)), look="<w:sectPr/>"))


def test_photos_in_groups_and_in_vml_have_their_own_size():
    ext = f'<pic:spPr><a:xfrm><a:ext cx="{3 * 360_000}" cy="{4 * 360_000}"/></a:xfrm></pic:spPr>'
    grouped = (
        picture((18, 4))
        .replace("<pic:pic>", f"<wpg:wgp><pic:pic>{ext}")
        .replace("</pic:pic>", "</pic:pic></wpg:wgp>")
    )
    assert holds_photo(paragraph(grouped))
    vml = '<w:r><w:pict><v:shape style="width:90pt;height:110pt"><v:imagedata/></v:shape></w:pict></w:r>'
    assert holds_photo(paragraph(vml))


def test_the_fallback_of_a_picture_is_not_shown():
    inside = f"<mc:AlternateContent><mc:Fallback>{picture((3, 4))}</mc:Fallback></mc:AlternateContent>"
    assert not holds_photo(f"<w:p><w:r>{inside}</w:r></w:p>")
