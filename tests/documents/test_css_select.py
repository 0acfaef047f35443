import pytest
import tinycss2

from metier.documents.css_select import Around, InvalidSelector, parse_selectors


def parse(text, around=""):
    outer = Around(parse(around), around) if around else Around()
    return parse_selectors(tinycss2.parse_component_value_list(text), outer)


@pytest.mark.parametrize(
    ("text", "specificity"),
    [
        ("p", (0, 0, 1)),
        ("*", (0, 0, 0)),
        ("#a.b p", (1, 1, 1)),
        ("p.a:not(#b, .c)", (1, 1, 1)),
        (":is(p, .a)", (0, 1, 0)),
        (":where(#a) p", (0, 0, 1)),
        ("a[href]:first-child", (0, 2, 1)),
        ("p::before", (0, 0, 1)),
        ("li:nth-child(2n + 1)", (0, 1, 1)),
    ],
)
def test_selectors_weigh_what_the_standard_says(text, specificity):
    (selector,) = parse(text)
    assert selector.specificity == specificity


@pytest.mark.parametrize(
    "text", ["", "p,", "> > p", "p >", ".", "p..a", "p:", "p:nonsense", "::-moz-x", "[=x]", "p!", "1a"]
)
def test_what_no_browser_takes_drops_the_rule(text):
    with pytest.raises(InvalidSelector):
        parse(f"b, {text}")


@pytest.mark.parametrize("text", ["p:nth-child(2n+x)", "p:nth-col(1)", "&.a", ":is(" * 9 + "p" + ")" * 9])
def test_what_is_not_followed_is_left_out(text):
    assert [selector.specificity for selector in parse(f"{text}, b")] == [(0, 0, 1)]


def test_parts_are_named():
    assert [selector.part for selector in parse("p::before, p:after, p")] == ["before", "after", ""]


def test_nested_selectors_hang_on_those_around():
    (selector,) = parse("b", "#a, .c")
    assert selector.specificity == (1, 0, 1)
    assert [combinator for combinator, _ in selector.steps] == ["", " "]
    (selector,) = parse("&.x > b", "p")
    assert selector.specificity == (0, 1, 2)
    (selector,) = parse("> b", "p")
    assert [combinator for combinator, _ in selector.steps] == ["", ">"]
