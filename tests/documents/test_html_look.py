import pytest

from metier.documents.color import WHITE
from metier.documents.css import cascade
from metier.documents.css_values import Color
from metier.documents.docx_color import UNKNOWN
from metier.documents.html_boxes import kinds_of
from metier.documents.html_look import Look, looks_of
from metier.documents.html_tree import parse_tree
from metier.types import ExclusionReason

PAPER = frozenset({WHITE})


def look_of(markup, css=""):
    tree = parse_tree(f"<!doctype html><style>{css}</style>{markup}", "cv")
    styles = cascade(tree)
    looks = looks_of(tree, styles, kinds_of(tree, styles))
    (index,) = (i for i, element in enumerate(tree.elements) if element.attributes.get("id") == "x")
    return looks[index]


@pytest.mark.parametrize(
    ("markup", "size"),
    [
        ("<p id=x>", 16.0),
        ("<div style='font-size:10px'><p id=x style='font-size:1.5em'>", 15.0),
        ("<div style='font-size:10px'><p id=x style='font-size:1rem'>", 16.0),
        ("<div style='font-size:20px'><p id=x style='font-size:initial'>", 16.0),
        ("<h1 id=x>", 32.0),
        ("<font id=x size=1>", 10.0),
        ("<p id=x style='font-size:nonsense'>", 16.0),
    ],
)
def test_sizes_follow_those_around(markup, size):
    assert look_of(markup).size == pytest.approx(size)


def test_colours_are_inherited_but_not_by_links():
    assert look_of("<div style='color:#fff'><b id=x>").color == Color(WHITE)
    assert look_of("<div style='color:#fff'><a id=x href='#'>").color == Color((0, 0, 238))
    assert look_of("<div style='color:#fff'><a id=x href='#' style='color:inherit'>").color == Color(WHITE)


def test_a_fill_goes_before_a_colour():
    assert look_of("<p id=x style='color:red;-webkit-text-fill-color:#fff'>").color == Color(WHITE)
    inner = look_of("<p style='-webkit-text-fill-color:#fff'><b id=x style='color:red'>")
    assert inner.color == Color(WHITE)


def test_letters_filled_with_a_background_have_no_known_colour():
    assert look_of("<p id=x style='background-clip:text;color:transparent'>").color is None


def test_opacity_and_scale_multiply():
    assert look_of("<div style='opacity:.5'><p id=x style='opacity:50%'>").opacity == 0.25
    assert look_of("<div style='transform:scale(.5)'><p id=x style='zoom:.5'>").scale == 0.25


def test_an_indent_is_that_of_the_block():
    assert look_of("<p style='text-indent:-999px'><b id=x>").reason is ExclusionReason.OFF_PAGE
    assert look_of("<p><b id=x style='text-indent:-999px'>").reason is None
    assert look_of("<div style='text-indent:-999px'><p id=x>").reason is ExclusionReason.OFF_PAGE


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        (Look(), None),
        (Look(hidden_by=ExclusionReason.CLIPPED), ExclusionReason.CLIPPED),
        (Look(visible=False), ExclusionReason.NOT_DISPLAYED),
        (Look(size=0.0), ExclusionReason.NOT_DISPLAYED),
        (Look(size=2.6), ExclusionReason.TINY),
        (Look(size=2.7), None),
        (Look(size=40.0, scale=0.05), ExclusionReason.TINY),
        (Look(size=1.0, drawn=True), None),
        (Look(opacity=0.04), ExclusionReason.INVISIBLE),
        (Look(color=Color(WHITE, 0.0)), ExclusionReason.INVISIBLE),
        (Look(color=Color(WHITE, 0.0), shade=Color((0, 0, 0))), None),
        (Look(color=None), None),
    ],
)
def test_reasons_that_hold_on_any_ground(look, reason):
    assert look.reason is reason
    assert look.reason_on(UNKNOWN) is reason


@pytest.mark.parametrize(
    ("look", "ground", "melts"),
    [
        (Look(color=Color(WHITE)), PAPER, True),
        (Look(color=Color(WHITE)), UNKNOWN, False),
        (Look(color=Color(WHITE)), PAPER | {(0, 0, 0)}, False),
        (Look(color=Color((190, 190, 190))), PAPER, False),
        (Look(color=Color((0, 0, 0), 0.06)), PAPER, True),
        (Look(color=Color(WHITE), shade=Color((0, 0, 0))), PAPER, False),
        (Look(color=Color(WHITE), shade=Color(WHITE)), PAPER, True),
    ],
)
def test_letters_melt_only_where_no_ground_shows_them(look, ground, melts):
    assert look.reason_on(ground) is (ExclusionReason.BACKGROUND_COLOR if melts else None)
