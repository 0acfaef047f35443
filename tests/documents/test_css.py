import pytest
from selectolax.lexbor import LexborHTMLParser

from metier.documents.css import Color, cascade, colors_within, font_size, parse_color, pixels


def styles_of(page, selector):
    tree = LexborHTMLParser(page)
    return cascade(tree).by_node.get(tree.css_first(selector).mem_id, {})


@pytest.mark.parametrize(
    ("sheet", "color"),
    [
        ("p{color:red}", "red"),
        ("p{color:red} p{color:blue}", "blue"),
        (".a{color:red} p{color:blue}", "red"),
        ("#i{color:red} .a.b{color:blue}", "red"),
        ("p{color:red!important} #i{color:blue}", "red"),
        ("div p, span{color:red}", "red"),
        ("p:not(.x, .y){color:red}", "red"),
        ("p{COLOR: Red }", "Red"),
        ("@media screen and (min-width: 1px){p{color:red}}", "red"),
        ("@media print{p{color:red}}", None),
        ("@supports (color:red){p{color:red}}", "red"),
        ("@font-face{color:red}", None),
        ("p::selection{color:red}", None),
        ("p:::{color:red}", None),
        ("p{color:var(--x)} :root{--x: red}", "red"),
        ("p{color:var(--y, red)}", "red"),
        ("p{color:var(--x)} :root{--x: var(--x)}", "var(--x)"),
        ("} { p{{color:red", None),
        ("", None),
    ],
)
def test_the_declaration_that_wins_holds(sheet, color):
    page = f"<style>{sheet}</style><div><p id=i class='a b'>x</p></div>"
    assert styles_of(page, "p").get("color") == color


def test_an_attribute_goes_before_a_sheet_but_not_before_what_is_important():
    page = "<style>#i{color:red} #i{top:1px!important}</style><p id=i style='color:blue;top:2px'>x"
    assert styles_of(page, "p") == {"color": "blue", "top": "1px"}


def test_properties_that_hide_nothing_are_left_out():
    assert styles_of("<p style='float:left;color:red'>x", "p") == {"color": "red"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", 0), ("12px", 12), ("1.5em", 30), ("12pt", 16), ("-.5in", -48), ("50%", 10), ("1e2px", 100)],
)
def test_lengths_become_pixels(value, expected):
    assert pixels(value, 20) == pytest.approx(expected)


@pytest.mark.parametrize("value", ["auto", "", "calc(1px + 2px)", "px", "1 px", "--1px"])
def test_what_is_no_length_is_none(value):
    assert pixels(value, 20) is None


def test_font_sizes_know_their_keywords():
    assert font_size("medium", 10) == 16
    assert font_size("larger", 10) == 12
    assert font_size("150%", 10) == 15
    assert font_size("-3px", 10) is None


@pytest.mark.parametrize(
    ("value", "color"),
    [
        ("#fff", Color(255, 255, 255, 1.0)),
        ("rgb(0 0 0 / 50%)", Color(0, 0, 0, 0.5)),
        ("hsl(0, 100%, 50%)", Color(255, 0, 0, 1.0)),
        ("transparent", Color(0, 0, 0, 0.0)),
        ("rgb(999, -5, 0)", Color(255, 0, 0, 1.0)),
        ("oklch(0.5 0.1 120)", None),
        ("currentcolor", None),
        ("nonsense", None),
    ],
)
def test_colours_are_told_or_unknown(value, color):
    assert parse_color(value) == color


def test_a_background_names_its_colours():
    found = list(colors_within("no-repeat url(a.png) center / cover #102030"))
    assert found == [Color(16, 32, 48, 1.0)]
