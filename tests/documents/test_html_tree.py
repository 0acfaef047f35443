import time
from contextlib import suppress

import pytest

from metier.documents.html_tree import parse_tree
from metier.errors import LimitExceeded


def tags(markup):
    return [element.tag for element in parse_tree(markup, "cv").elements]


def test_elements_come_in_the_order_of_the_page():
    assert tags("<p>a<b>b</b></p><ul><li>c</ul>") == ["html", "head", "body", "p", "b", "ul", "li"]


def test_events_pair_and_hold_the_text():
    tree = parse_tree("<p>a<b>b</b>c</p>", "cv")
    said = [(tree.elements[i].tag, text) for i, text in tree.events if text]
    assert said == [("p", "a"), ("b", "b"), ("p", "c")]
    begun = [i for i, text in tree.events if i >= 0 and text is None]
    ended = [-1 - i for i, _ in tree.events if i < 0]
    assert sorted(begun) == sorted(ended)


def test_elements_know_their_places():
    tree = parse_tree("<p>a</p><b>b</b><p>c<i></i></p>", "cv")
    first, bold, second, empty = tree.elements[3:]
    assert (first.place, bold.place, second.place) == (1, 2, 3)
    assert (first.place_of_type, second.place_of_type) == (1, 2)
    assert (bold.before, second.before) == (3, 4)
    assert (second.last, empty.parent) == (6, 5)
    assert second.holds_text
    assert not empty.holds_text
    assert tree.n_children[second.parent] == 3


def test_sheets_are_kept_with_their_media():
    tree = parse_tree("<style media=print>a{}</style><body><style>b>c{}</style>", "cv")
    assert tree.sheets == [("a{}", "print"), ("b>c{}", "")]


def test_nothing_of_a_template_is_there():
    assert "i" not in tags("<template><style>p{}</style><i>x</i></template><noscript><i>x</i></noscript>")


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<span>",
        "<ul><li>",
        "<table><tr><td>",
        "<div><!--</div>-->",
        "<div title='</div>'>",
        "<div></b>",
        "<b><div></b>",
        "<div><style></div></style>",
        '<div ">',
        "<div a=x/></p>",
        "<my-tag>",
    ],
)
def test_elements_too_deep_are_refused_before_they_cost_time(piece):
    started = time.process_time()
    with pytest.raises(LimitExceeded, match="cv may have 2,000 elements within each other"):
        parse_tree(piece * 50_000, "cv")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "piece",
    [
        "<p>x",
        "<li>x",
        "<table><tr><td>x</table>",
        "<b>x</b>",
        "<div>x</div>",
        "<br>",
        "<option>x",
        "<!-- <div> -->x<br>",
    ],
)
def test_pages_that_are_only_long_are_read(piece):
    assert len(parse_tree(piece * 5_000, "cv").events) > 5_000


@pytest.mark.parametrize(
    "markup", ["<a" * 300_000, '<a "' + "<a" * 300_000, "<!--" * 300_000, "<a b='" * 300_000]
)
def test_tags_without_an_end_take_no_time(markup):
    started = time.process_time()
    with suppress(LimitExceeded):
        parse_tree(markup, "cv")
    assert time.process_time() - started < 5


def test_too_many_tags_are_refused():
    with pytest.raises(LimitExceeded, match="cv may have 400,000 tags. It has 400,001"):
        parse_tree("<" * 400_001, "cv")


def test_elements_that_multiply_are_refused():
    # Each ends the one before and takes all that it was in along.
    markup = "".join(f"<p><b id={i}><i id={i}>" for i in range(900))
    with pytest.raises(LimitExceeded, match="cv may have 400,000 elements"):
        parse_tree(markup, "cv")
