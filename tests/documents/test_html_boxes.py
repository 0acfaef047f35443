import pytest

from metier.documents.css import cascade
from metier.documents.html_boxes import box_kind, kinds_of
from metier.documents.html_tree import parse_tree


@pytest.mark.parametrize(
    ("tag", "style", "kind"),
    [
        ("p", {}, "block"),
        ("b", {}, "inline"),
        ("li", {}, "list-item"),
        ("tr", {}, "row"),
        ("td", {}, "cell"),
        ("my-tag", {}, "inline"),
        ("b", {"display": "block"}, "block"),
        ("b", {"display": "grid"}, "block"),
        ("p", {"display": "inline"}, "inline"),
        ("p", {"display": "unset"}, "inline"),
        ("p", {"display": "contents"}, "inline"),
        ("p", {"display": "none"}, "block"),
        ("div", {"display": "flex"}, "row"),
        ("div", {"display": "flex", "flex-direction": "column"}, "block"),
        ("div", {"display": "table-row"}, "row"),
        ("div", {"display": "inline-flex"}, "inline-block"),
        ("b", {"float": "left"}, "inline-block"),
        ("b", {"position": "fixed"}, "inline-block"),
        ("b", {"position": "relative"}, "inline"),
    ],
)
def test_boxes(tag, style, kind):
    assert box_kind(tag, style) == kind


def test_parts_of_a_flexible_box_are_no_words_in_a_line():
    tree = parse_tree("<div style='display:flex'><b>x<i>y</i></b></div>", "cv")
    kinds = dict(zip((element.tag for element in tree.elements), kinds_of(tree, cascade(tree)), strict=True))
    assert (kinds["div"], kinds["b"], kinds["i"]) == ("row", "block", "inline")
