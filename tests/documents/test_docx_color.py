import pytest

from metier.documents.docx_color import (
    CLEAR,
    UNKNOWN,
    Palette,
    either,
    hex_color,
    highlight,
    on_top,
    transparency,
)
from tests.documents.docx_files import element

WHITE, BLACK, NAVY = (frozenset({rgb}) for rgb in ((255, 255, 255), (0, 0, 0), (0, 0, 128)))
SCHEME = (
    '<a:theme><a:clrScheme><a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1>'
    '<a:lt1><a:srgbClr val="FFFFFF"/></a:lt1><a:accent1><a:srgbClr val="4F81BD"/></a:accent1>'
    "</a:clrScheme></a:theme>"
)


@pytest.fixture
def palette():
    return Palette(element(SCHEME), None)


def test_one_of_several_is_unknown_where_one_of_them_is():
    assert either(WHITE, BLACK) == WHITE | BLACK
    assert either(WHITE, UNKNOWN) == UNKNOWN


def test_more_colours_than_can_be_compared_are_unknown():
    assert either(*(frozenset({(i, 0, 0)}) for i in range(100))) == UNKNOWN


def test_a_clear_layer_shows_what_is_below():
    assert on_top(BLACK, WHITE) == BLACK
    assert on_top(CLEAR, WHITE) == WHITE
    assert on_top(CLEAR | BLACK, WHITE) == BLACK | WHITE
    assert on_top(CLEAR | BLACK, UNKNOWN) == UNKNOWN
    assert on_top(UNKNOWN, WHITE) == UNKNOWN


@pytest.mark.parametrize("digits", [None, "auto", "FFF", "#FFFFFF", "GGGGGG", ""])
def test_only_six_digits_are_a_colour(digits):
    assert hex_color(digits) == UNKNOWN


@pytest.mark.parametrize(("name", "color"), [("darkBlue", NAVY), ("none", CLEAR), ("puce", UNKNOWN)])
def test_highlights_have_names(name, color):
    assert highlight(element(f'<w:highlight w:val="{name}"/>')) == color


@pytest.mark.parametrize(
    ("attributes", "color"),
    [
        ('w:val="clear" w:fill="000080"', NAVY),
        ('w:val="clear" w:fill="auto"', CLEAR),
        ('w:val="nil" w:fill="000080"', CLEAR),
        ('w:val="solid" w:color="000080" w:fill="FFFFFF"', NAVY),
        ('w:val="solid" w:color="auto"', BLACK),
        ('w:val="pct50" w:color="auto" w:fill="auto"', frozenset({(128, 128, 128)})),
        ('w:val="diagCross" w:color="auto" w:fill="FFFFFF"', UNKNOWN),
        ('w:val="clear" w:fill="FFFFFF" w:themeFill="text1"', BLACK),
        ('w:val="clear" w:fill="000080" w:themeFill="accent9"', NAVY),
        ('w:val="clear" w:fill="FFFFFF" w:themeFill="background1" w:themeFillShade="00"', BLACK),
        ('w:val="clear" w:fill="FFFFFF" w:themeFill="text1" w:themeFillTint="00"', WHITE),
        ('w:val="clear" w:fill="FFFFFF" w:themeFill="text1" w:themeFillTint="none"', UNKNOWN),
    ],
)
def test_shadings(palette, attributes, color):
    assert palette.shading(element(f"<w:shd {attributes}/>")) == color


@pytest.mark.parametrize(
    ("inside", "color"),
    [
        ('<a:srgbClr val="000080"/>', NAVY),
        ('<a:sysClr val="window" lastClr="FFFFFF"/>', WHITE),
        ('<a:schemeClr val="tx1"/>', BLACK),
        ('<a:schemeClr val="tx1"><a:lumMod val="0"/><a:lumOff val="100000"/></a:schemeClr>', WHITE),
        ('<a:schemeClr val="phClr"/>', UNKNOWN),
        ('<a:srgbClr val="000080"><a:alpha val="100000"/></a:srgbClr>', NAVY),
        ('<a:srgbClr val="000080"><a:alpha val="50000"/></a:srgbClr>', UNKNOWN),
        ('<a:srgbClr val="000080"><a:lumMod val="much"/></a:srgbClr>', UNKNOWN),
        ('<a:prstClr val="white"/>', WHITE),
        ('<a:prstClr val="navy"/>', UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_fills_of_shapes(palette, inside, color):
    assert palette.drawn(element(f"<a:solidFill>{inside}</a:solidFill>")) == color


def test_text_effects_state_transparency():
    fill = '<w14:solidFill><w14:srgbClr w14:val="000080">{}</w14:srgbClr></w14:solidFill>'
    assert transparency(element(fill.format(""))) == 0
    assert transparency(element(fill.format('<w14:alpha w14:val="60000"/>'))) == 0.6
