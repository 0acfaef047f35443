import pytest
from selectolax.lexbor import LexborHTMLParser

from metier.documents.css import Color
from metier.documents.html_look import inherit, root_look
from metier.types import ExclusionReason


def look_of(style, parent=None, markup="<p>x", tag="p"):
    node = LexborHTMLParser(markup).css_first(tag)
    return inherit(parent or root_look(), node, tag, style)


def test_a_page_without_styles_is_seen():
    assert root_look().reason is None
    assert look_of({}).reason is None


def test_what_hides_an_element_hides_what_is_in_it():
    outer = look_of({"display": "none"})
    assert look_of({"display": "block", "color": "black"}, outer).reason is ExclusionReason.NOT_DISPLAYED


def test_opacities_multiply():
    outer = look_of({"opacity": "0.2"})
    assert outer.reason is None
    assert look_of({"opacity": "20%"}, outer).reason is ExclusionReason.INVISIBLE


def test_a_display_is_not_inherited():
    outer = look_of({"display": "flex"})
    assert look_of({}, outer).display == ""


def test_colours_inherit_and_mix_with_what_is_behind():
    dark = look_of({"background-color": "#000", "color": "#fff"})
    assert dark.reason is None
    assert look_of({"background": "rgba(255,255,255,0.5)"}, dark).background == (128, 128, 128)
    assert look_of({"color": "rgba(0,0,0,0.9)"}, dark).reason is ExclusionReason.BACKGROUND_COLOR
    assert look_of({"color": "initial"}, dark).color == Color(0, 0, 0, 1.0)


@pytest.mark.parametrize("background", ["url(a.png)", "linear-gradient(red, blue)", "oklch(0.5 0.1 1)"])
def test_an_unknown_background_flags_nothing(background):
    name = "background-color" if background.startswith("oklch") else "background-image"
    assert look_of({name: background, "color": "#fff"}).reason is None


@pytest.mark.parametrize("extent", ["height", "max-height", "width", "max-width"])
def test_a_box_without_room_hides_only_what_it_cuts_off(extent):
    assert look_of({extent: "0"}).reason is None
    assert look_of({extent: "0", "overflow": "hidden"}).reason is ExclusionReason.NOT_DISPLAYED
    assert look_of({extent: "20px", "overflow": "hidden"}).reason is None


def test_attributes_of_old_count():
    assert look_of({}, markup="<p hidden>x").reason is ExclusionReason.NOT_DISPLAYED
    assert look_of({"display": "block"}, markup="<p hidden>x").reason is None
    white = look_of({}, markup="<font color=white>x</font>", tag="font")
    assert white.reason is ExclusionReason.BACKGROUND_COLOR
