import pytest

from metier.documents.css_rules import MAX_SHEET_CHARS, read_sheets, read_style


def declared(text):
    return [(one.name, one.value) for rule in read_sheets([(text, "")]).rules for one in rule.declared]


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("COLOR: #FFF", [("color", "#fff")]),
        ("color: red !important", [("color", "red")]),
        ("color: reddish; display: nonee; width: wide; opacity: x", []),
        ("color: color-mix(in srgb, red, blue)", [("color", "color-mix(in srgb, red, blue)")]),
        ("font: bold 12px/1 Arial", [("font-size", "12px")]),
        ("font: 0/0 a", [("font-size", "0")]),
        ("overflow: hidden auto", [("overflow-x", "hidden"), ("overflow-y", "auto")]),
        (
            "margin: 1px -2px calc(1px + 1px)",
            [
                ("margin-top", "1px"),
                ("margin-right", "-2px"),
                ("margin-bottom", "calc(1px + 1px)"),
                ("margin-left", "-2px"),
            ],
        ),
        ("inset: 0", [("top", "0"), ("right", "0"), ("bottom", "0"), ("left", "0")]),
        ("-webkit-clip-path: inset(50%)", [("clip-path", "inset(50%)")]),
        ("d\\69splay: none", [("display", "none")]),
        ("display/**/:/**/none", [("display", "none")]),
        ("color: var(--X, red)", [("color", "var(--x, red)")]),
        ("--X: 1", [("--x", "1")]),
        ("border: 1px; cursor: none", []),
        ("}} display: none", []),
    ],
)
def test_declarations_are_read_as_a_browser_does(style, said):
    assert [(one.name, one.value) for one in read_style(style)] == said


def test_a_background_says_all_its_parts():
    assert {one.name for one in read_style("background: red")} == {
        "background-color",
        "background-image",
        "background-clip",
    }


@pytest.mark.parametrize(
    ("sheet", "values"),
    [
        ("a{color:red} b{color:blue}", ["red", "blue"]),
        ("@media screen{a{color:red}} @media print{a{color:blue}}", ["red"]),
        ("@supports (display:grid){a{color:red}} @supports not (display:grid){a{color:blue}}", ["red"]),
        ("@layer x{a{color:red}} @font-face{color:blue} @page{color:blue}", ["red"]),
        (
            "a{color:red; b{color:blue} @media screen{color:green} @media print{color:black}}",
            ["red", "blue", "green"],
        ),
        ("@media screen{a{b{c{color:red}}}}", ["red"]),
        ("a, ::-moz-x{color:red} a:nonsense{color:red} {color:red}", []),
        ("<!-- a{color:red} -->", ["red"]),
        ("a{color:red", ["red"]),
        ("@container (width > 1px){a{color:red}} @scope (a){b{color:red}}", []),
        ("@media screen{" * 30 + "a{color:red}", []),
        ("", []),
    ],
)
def test_rules_that_count_on_a_screen(sheet, values):
    assert [value for _, value in declared(sheet)] == values


def test_layers_rank_in_the_order_of_their_names():
    sheets = read_sheets([("@layer y, x; @layer x{a{color:red}} @layer y{a{color:blue}} a{color:green}", "")])
    ranked = sorted(sheets.rules, key=lambda rule: rule.layer)
    assert [rule.declared[0].value for rule in ranked] == ["blue", "red", "green"]


def test_what_an_animation_ends_with_is_kept():
    sheets = read_sheets([("@keyframes In{from{opacity:0} 50%, to{opacity:1 !important}}", "")])
    (one,) = sheets.keyframes["in"]
    assert (one.name, one.value, one.important) == ("opacity", "1", False)


def test_sheets_for_print_are_not_read():
    assert (
        read_sheets([("a{color:red}", "print"), ("a{color:blue}", "screen")]).rules[0].declared[0].value
        == "blue"
    )


@pytest.mark.parametrize(
    ("sheet", "names"),
    [('@import "theme.css";', True), ('@import url("//fonts.example/a");', False), ("a{}", False)],
)
def test_imported_sheets_are_told(sheet, names):
    assert read_sheets([(sheet, "")]).names_others is names


def test_long_sheets_are_cut():
    long = "a{color:red}" + " " * MAX_SHEET_CHARS
    sheets = read_sheets([(long, ""), ("a{color:blue}", "")])
    assert sheets.is_cut
    assert len(sheets.rules) == 1


def test_numbers_of_very_many_digits_break_no_sheet():
    assert declared("a{width:" + "9" * 5_000 + "px} b{color:red}")[-1] == ("color", "red")
