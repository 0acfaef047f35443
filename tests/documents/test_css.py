import pytest

from metier.documents.css import cascade
from metier.documents.html_tree import parse_tree


def style_of(markup, css="", name="color"):
    tree = parse_tree(f"<!doctype html><style>{css}</style>{markup}", "cv")
    styles = cascade(tree)
    (index,) = (i for i, element in enumerate(tree.elements) if element.attributes.get("id") == "x")
    return styles.of[index].get(name)


X = "<p id=x class=c>x</p>"


@pytest.mark.parametrize(
    ("css", "value"),
    [
        ("p{color:red} p{color:blue}", "blue"),
        (".c{color:red} p{color:blue}", "red"),
        ("#x{color:red} .c{color:blue}", "red"),
        ("p{color:red!important} #x{color:blue}", "red"),
        ("p{color:red;color:bluish}", "red"),
        (":where(#x){color:red} p{color:blue}", "blue"),
        ("@layer a{#x{color:red}} p{color:blue}", "blue"),
        ("@layer a{p{color:red!important}} #x{color:blue!important}", "red"),
        ("p{--a:red;color:var(--a)}", "red"),
        (":root{--a:red} p{color:var(--b, var(--a))}", "red"),
        (":root{--a:var(--a)} p{color:var(--a)}", "unset"),
        ("p{color:var(--none)}", "unset"),
        ("p{color:red} p{color:revert}", None),
        ("p{color:red;animation:a 1s} @keyframes a{to{color:blue}}", "blue"),
        ("p{color:red;animation:none 1s} @keyframes a{to{color:blue}}", "red"),
        ("p::before{color:red} p:hover{color:red}", None),
    ],
)
def test_the_greatest_weight_wins(css, value):
    assert style_of(X, css) == value


@pytest.mark.parametrize(
    ("markup", "css", "value"),
    [
        ("<p id=x style='color:red'>", "#x{color:blue}", "red"),
        ("<p id=x style='color:red'>", "p{color:blue!important}", "blue"),
        ("<div style='--a:red'><p id=x style='color:var(--a)'>", ":root{--a:blue}", "red"),
        ("<font id=x color=red>", "", "red"),
        ("<font id=x color=ff0000>", "", "#ff0000"),
        ("<font id=x color=red>", "font{color:blue}", "blue"),
        ("<a id=x href='#'>", "", "#0000ee"),
        ("<a id=x>", "", None),
    ],
)
def test_attributes_have_their_place(markup, css, value):
    assert style_of(markup, css) == value


@pytest.mark.parametrize(
    ("markup", "name", "value"),
    [
        ("<p id=x hidden>", "display", "none"),
        ("<p id=x popover>", "display", "none"),
        ("<dialog id=x>", "display", "none"),
        ("<dialog id=x open>", "display", None),
        ("<table><tr id=x bgcolor='#123'>", "background-color", "#123"),
        ("<table id=x background=a.png>", "background-image", "url()"),
        ("<font id=x size=1>", "font-size", "10px"),
        ("<img id=x width=120 height=50%>", "width", "120px"),
        ("<pre id=x>", "white-space", "pre"),
    ],
)
def test_old_attributes_and_browsers_say_something_too(markup, name, value):
    assert style_of(markup, name=name) == value


def test_parts_are_kept_apart():
    tree = parse_tree("<!doctype html><style>p::before{position:absolute;background:red}</style><p>", "cv")
    styles = cascade(tree)
    (index,) = styles.parts
    assert tree.elements[index].tag == "p"
    assert styles.parts[index][0]["position"] == "absolute"
    assert not styles.of[index]


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ("<link rel=stylesheet href=a.css>", True),
        ("<link rel=icon href=a.png>", False),
        ("<link rel=stylesheet href='//x/fonts.css'>", False),
        ("<style>@import 'a.css';</style>", True),
        ("<p>", False),
    ],
)
def test_sheets_that_are_elsewhere_are_told(markup, names):
    assert cascade(parse_tree(markup, "cv")).names_others is names


def test_too_much_work_is_cut():
    styles = cascade(parse_tree("<style>" + "p{color:red}" * 3_000 + "</style>" + "<p>x" * 2_000, "cv"))
    assert styles.is_cut


def test_custom_properties_without_end_are_cut():
    root = ":root{" + "".join(f"--v{i}:1;" for i in range(5_000)) + "}"
    assert cascade(parse_tree(f"<style>{root}</style>" + "<p style='--a:1'>" * 1_000, "cv")).is_cut
