import pytest
from lxml import etree

from metier.documents.docx_color import CLEAR, UNKNOWN
from metier.documents.odt_style import (
    PLAIN,
    Look,
    Pages,
    Styles,
    ground,
    is_tiny,
    over,
    read_look,
    shape_ground,
)
from tests.documents.odt_files import DECLARED, back, graphic, letters, master, page_layout, style

RED = frozenset({(255, 0, 0)})
BLUE = frozenset({(0, 0, 255)})


def element(xml):
    return etree.fromstring(f"<x {DECLARED}>{xml}</x>")


def look(attributes):
    return read_look(element(style("A", letters(attributes)))[0])


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('text:display="none"', Look(hidden=True)),
        ('text:display="true"', Look(hidden=False)),
        ('fo:color="#ff0000"', Look(color=RED)),
        ('fo:color="#ff0000" style:use-window-font-color="true"', Look(color=UNKNOWN)),
        ('style:use-window-font-color="true" loext:opacity="0%"', Look(color=UNKNOWN)),
        ('fo:color="#ff0000" loext:opacity="0%"', Look(color=CLEAR)),
        ('fo:color="#ff0000" loext:opacity="40%"', Look(color=UNKNOWN)),
        ('fo:color="#ff0000" loext:opacity="100%"', Look(color=RED)),
        ('fo:color="red"', Look(color=UNKNOWN)),
        ('fo:background-color="#ff0000"', Look(marker=RED)),
        ('fo:background-color="transparent"', Look(marker=CLEAR)),
        ('fo:font-size="1.5pt"', Look(size=(1.5, 1.0))),
        (
            'fo:font-size="0.5mm" style:font-size-asian="12pt"',
            Look(size=(0.5 * 7.2 / 2.54, 1.0), asian_size=(12, 1)),
        ),
        ('fo:font-size="50%"', Look(size=(None, 0.5))),
        ('fo:font-size="0pt"', PLAIN),
        ('fo:font-size="junk"', PLAIN),
        ('style:text-position="super 58%"', Look(lift=0.58)),
        ('style:text-position="0% 100%"', Look(lift=1.0)),
        ('style:text-scale="1%"', Look(scale=1.0)),
        ('style:text-outline="true"', Look(effect=True)),
        ('style:text-outline="false" fo:text-shadow="none"', Look(effect=False)),
        ("", PLAIN),
    ],
)
def test_what_a_style_says_of_letters(attributes, expected):
    assert look(attributes) == expected


def test_the_second_look_holds_where_it_says_something():
    assert over(Look(color=RED, hidden=True), Look(color=BLUE)) == Look(color=BLUE, hidden=True)
    assert over(Look(color=RED), PLAIN) == Look(color=RED)


@pytest.mark.parametrize(
    ("base", "top", "expected"),
    [
        ((10, 1.0), (None, 0.1), (10, 0.1)),
        ((10, 1.0), (1, 1.0), (1, 1.0)),
        (None, (None, 0.5), (None, 0.5)),
        ((10, 0.5), None, (10, 0.5)),
    ],
)
def test_percent_sizes_are_of_the_size_around(base, top, expected):
    assert over(Look(size=base), Look(size=top)).size == expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Look(size=(1.9, 1.0)), True),
        (Look(size=(2.0, 1.0)), False),
        (Look(size=(10, 0.1)), True),
        (Look(size=(None, 0.5)), False),
        (Look(lift=0.1), True),
        (Look(lift=0.58), False),
        (Look(scale=1), True),
        (Look(scale=80), False),
        (PLAIN, False),
    ],
)
def test_letters_under_two_points_are_tiny(seen, expected):
    assert is_tiny(seen, seen.size) is expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('draw:fill="solid" draw:fill-color="#ff0000"', RED),
        ('draw:fill="solid" draw:fill-color="#ff0000" draw:opacity="0%"', CLEAR),
        ('draw:fill="solid" draw:fill-color="#ff0000" draw:opacity="50%"', UNKNOWN),
        ('draw:fill="solid" draw:fill-color="#ff0000" draw:opacity-name="a"', UNKNOWN),
        ('draw:fill="solid"', UNKNOWN),
        ('draw:fill="bitmap"', UNKNOWN),
        ('draw:fill="none"', CLEAR),
        ('draw:fill="none" fo:background-color="#ff0000"', RED),
        ('fo:background-color="#ff0000"', RED),
        ('fo:background-color="#ff0000" style:background-transparency="30%"', UNKNOWN),
        ('fo:background-color="#ff0000" style:background-transparency="100%"', CLEAR),
        ("", CLEAR),
    ],
)
def test_what_a_style_puts_behind_words(attributes, expected):
    assert ground(read_look(element(graphic("A", attributes))[0])) == expected


def test_a_shape_without_a_stated_fill_may_have_any():
    assert shape_ground(PLAIN) == UNKNOWN
    assert shape_ground(Look(fill_color=RED)) == RED | CLEAR
    assert shape_ground(Look(fill="none")) == CLEAR


def test_parents_and_defaults_stand_below():
    narrow = letters('style:text-scale="90%"')
    common = element(
        f'<style:default-style style:family="text">{narrow}</style:default-style>'
        + style("Base", letters('fo:color="#ff0000"'))
    )
    automatic = element(style("T1", letters('text:display="none"'), parent="Base"))
    styles = Styles(common, automatic)
    assert styles.look("text", "T1") == Look(hidden=True, color=RED, scale=90.0)
    assert styles.look("text", None) == styles.look("text", "missing") == Look(scale=90.0)
    assert styles.look("paragraph", "T1") == PLAIN
    assert Styles(None, None).look("text", "T1") == PLAIN


def test_styles_that_are_their_own_ancestors_end():
    common = element(style("A", letters('fo:color="#ff0000"'), parent="B") + style("B", parent="A"))
    assert Styles(common, None).look("text", "A").color == RED


@pytest.mark.parametrize(
    ("more", "expected"),
    [('style:display-name="Heading 1"', True), ('style:default-outline-level="2"', True), ("", None)],
)
def test_headings_are_told_by_name_or_level(more, expected):
    assert read_look(element(style("P1", more=more))[0]).heading is expected


def test_pages_follow_each_other():
    masters = (
        master(name="First", more='style:next-style-name="Next"') + master(name="Next") + master(name="C")
    )
    pages = Pages(element(masters))
    names = [page.get(f"{{{page.nsmap['style']}}}name") for page in pages.used(set())]
    assert names == ["First", "Next"]
    assert len(pages.used({"C", "missing"})) == 3
    assert Pages(None).used({"A"}) == []


def test_the_paper_is_white_unless_it_has_a_colour():
    styles = Styles(None, None)
    for color, expected in (("#ff0000", RED), ("transparent", {(255, 255, 255)})):
        pages = Pages(element(page_layout(color) + master()))
        assert pages.paper(pages.used(set()), styles) == expected
    assert Pages(None).paper([], styles) == {(255, 255, 255)}


def test_the_background_of_a_header_is_told():
    header = f"<style:header-style>{back('header-footer', '#ff0000')}</style:header-style>"
    layout = f'<style:page-layout style:name="pm1">{header}</style:page-layout>'
    pages = Pages(element(layout + master()))
    page = pages.used(set())[0]
    assert pages.edge(page, "header") == RED
    assert pages.edge(page, "footer") == CLEAR
