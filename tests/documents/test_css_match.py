import pytest
import tinycss2
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.css_match import MAX_WORK, Matcher, Overworked
from metier.documents.css_select import parse_selectors
from metier.documents.html_tree import parse_tree

PAGE = """<!doctype html><div id=a class="x y"><p id=b lang=en-GB>1</p>
<p id=c class=x data-k="one two">2<b id=d></b></p>
<ul id=e><li id=f><a id=g href="#">3</a><li id=h class=x>4</ul></div>
<p id=i>5</p><button id=j disabled>6</button>"""


def matching(selector, page=PAGE):
    tree = parse_tree(page, "cv")
    matcher = Matcher(tree)
    found = set()
    for one in parse_selectors(tinycss2.parse_component_value_list(selector)):
        found |= matcher.matching(one)
    return "".join(sorted(tree.elements[i].attributes.get("id", "") for i in found))


@pytest.mark.parametrize(
    ("selector", "ids"),
    [
        ("p", "bci"),
        (".x", "ach"),
        (".x.y", "a"),
        ("#c.x", "c"),
        ("#c.y", ""),
        ("div p", "bc"),
        ("div > p", "bc"),
        ("body p", "bci"),
        ("body > p", "i"),
        ("div li a", "g"),
        ("div div p", ""),
        ("p + p", "c"),
        ("p ~ ul", "e"),
        ("ul ~ p", ""),
        ("div ~ p", "i"),
        ("div.x > ul > li + li", "h"),
        ("[data-k]", "c"),
        ("[data-k~=two]", "c"),
        ("[data-k^=one]", "c"),
        ("[data-k$='two']", "c"),
        ("[data-k*='e t']", "c"),
        ("[data-k=ONE]", ""),
        ("[data-k^=ONE i]", "c"),
        ("[lang|=en]", "b"),
        ("p:first-child", "b"),
        ("p:nth-child(2)", "ci"),
        ("p:nth-of-type(odd)", "bi"),
        ("li:last-child", "h"),
        ("li:nth-last-child(2)", "f"),
        ("li:nth-child(-n+1)", "f"),
        ("a:only-child", "g"),
        ("b:empty", "d"),
        ("a:link, a:any-link", "g"),
        ("button:disabled", "j"),
        ("p:not(.x)", "bi"),
        ("p:not(.x, #i)", "b"),
        (":is(ul, div) > p", "bc"),
        ("p:has(b)", "c"),
        ("div:has(> ul)", "a"),
        ("div:has(> li)", ""),
        ("div:has(li a)", "a"),
        ("p:has(+ ul)", "c"),
        ("a:hover, a:visited", ""),
        ("a:not(:hover)", "g"),
        (":root p", "bci"),
        ("P", "bci"),
    ],
)
def test_selectors_mean_what_a_browser_means(selector, ids):
    assert matching(selector) == ids


def test_work_is_bounded():
    matcher = Matcher(parse_tree(PAGE, "cv"))
    matcher.spend(MAX_WORK)
    with pytest.raises(Overworked):
        matcher.spend(1)


SIMPLE = st.sampled_from(
    ["div", "p", "b", ".x", ".y", "*", "p.x", "[id]", ":first-child", ":nth-child(2n)", ":not(.x)"]
)
COMBINATORS = st.sampled_from([" ", " > ", " + ", " ~ "])
TREES = st.lists(
    st.sampled_from(["<div class=x>", "<div class=y>", "<b>", "<b class='x y' id=k>", "</div>", "</b>"]),
    max_size=25,
)


@given(TREES, st.lists(st.tuples(SIMPLE, COMBINATORS), min_size=1, max_size=3), SIMPLE)
def test_selectors_mean_what_another_engine_means(pieces, steps, last):
    from selectolax.lexbor import LexborHTMLParser

    page = "<!doctype html>" + "".join(pieces)
    selector = "body " + "".join(f"{simple}{combinator}" for simple, combinator in steps) + last
    tree = parse_tree(page, "cv")
    (parsed,) = parse_selectors(tinycss2.parse_component_value_list(selector))
    n_found = len(Matcher(tree).matching(parsed))
    assert n_found == len({node.mem_id for node in LexborHTMLParser(page).css(selector)})
