import pytest

from metier.documents.color import WHITE
from metier.documents.css import cascade
from metier.documents.docx_color import UNKNOWN
from metier.documents.html_boxes import kinds_of
from metier.documents.html_ground import grounds_of
from metier.documents.html_look import looks_of
from metier.documents.html_tree import parse_tree

DARK = (16, 32, 48)


def ground_of(markup, css=""):
    tree = parse_tree(f"<!doctype html><style>.d{{background:#102030}}{css}</style>{markup}", "cv")
    styles = cascade(tree)
    grounds = grounds_of(tree, styles, looks_of(tree, styles, kinds_of(tree, styles)))
    (index,) = (i for i, element in enumerate(tree.elements) if element.attributes.get("id") == "x")
    return grounds[index]


@pytest.mark.parametrize(
    ("markup", "colors"),
    [
        ("<p id=x>", {WHITE}),
        ("<div class=d><p id=x>", {DARK}),
        ("<body class=d><p id=x>", {DARK}),
        ("<div class=d><p id=x style='background:none'>", {DARK}),
        ("<div class=d><p id=x style='background:#fff'>", {WHITE}),
        ("<div class=d><p id=x style='background:rgba(255,255,255,.5)'>", {(136, 144, 152)}),
        ("<p id=x style='color:#102030;background:currentcolor'>", {DARK}),
        ("<p><mark id=x>", {(255, 255, 0)}),
        ("<table><tr class=d><td id=x>", {DARK}),
        ("<div class=d style='height:9px'></div><p id=x>", {WHITE}),
        ("<div class=d style='position:absolute;height:90px;width:9px'></div><p id=x>", {WHITE}),
        ("<div class=d style='position:absolute'>y</div><p id=x>", {WHITE}),
        ("<img width=16 style='position:absolute'><p id=x>", {WHITE}),
    ],
)
def test_the_nearest_colour_is_behind(markup, colors):
    assert ground_of(markup) == colors


@pytest.mark.parametrize(
    "markup",
    [
        "<p id=x style='background:url(a.png)'>",
        "<div style='background-image:linear-gradient(red,blue)'><p id=x>",
        "<p id=x style='background:color-mix(in srgb, red, blue)'>",
        "<p id=x style='box-shadow:inset 0 0 0 99px #000'>",
        "<svg><text id=x>",
        "<div style='position:relative'><img style='position:absolute'><p id=x>",
        "<img src=a.png><p id=x style='position:absolute'>",
    ],
)
def test_pictures_may_be_anything(markup):
    assert ground_of(markup) == UNKNOWN


@pytest.mark.parametrize(
    "markup",
    [
        "<div style='position:relative'><div class=d style='position:absolute;inset:0'></div><p id=x>",
        "<div class=d style='margin-bottom:-90px;height:90px'></div><p id=x>",
        "<div class=d></div><p id=x style='position:absolute'>",
        "<div class=d></div><p id=x style='margin-top:-90px'>",
        "<table><col class=d><tr><td id=x>",
    ],
)
def test_what_may_lie_behind_is_counted_too(markup):
    assert ground_of(markup) == {WHITE, DARK}


def test_what_is_drawn_before_an_element_may_be_behind_it():
    css = ".h{position:relative} .h::before{content:'';position:absolute;inset:0;background:#102030}"
    assert ground_of("<div class=h><p id=x>", css) == {WHITE, DARK}
    assert ground_of("<div class=h></div><p id=x>", css) == {WHITE}


def test_layers_end_with_what_they_lie_in():
    layer = "<div style='position:relative'><div class=d style='position:absolute;inset:0'></div></div>"
    assert ground_of(f"{layer}<p id=x>") == {WHITE}


def test_hidden_layers_are_behind_nothing():
    assert ground_of("<div class=d style='position:absolute;inset:0;display:none'></div><p id=x>") == {WHITE}
