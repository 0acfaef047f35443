"""Cutting a text at the edges of marks, and excerpts around them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.report.highlight import Excerpt, Mark, MarkKind, excerpt, highlight
from metier.types import Span

TEXTS = st.text(max_size=40)
SPANS = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: Span(min(pair), max(pair)))
MARKS = st.lists(st.builds(Mark, SPANS, st.sampled_from(MarkKind), st.sampled_from("ab")), max_size=8)


def a_mark(start: int, end: int, kind: MarkKind = MarkKind.EXPLICIT) -> Mark:
    return Mark(Span(start, end), kind, "")


def cut(text: str, *spans: tuple[int, int]) -> list[tuple[str, int]]:
    return [(part.text, len(part.marks)) for part in highlight(text, [a_mark(*span) for span in spans])]


@given(TEXTS, MARKS)
def test_the_segments_joined_are_the_text(text, marks):
    segments = highlight(text, marks)
    assert "".join(segment.text for segment in segments) == text
    assert all(segment.text for segment in segments)
    assert all(text.startswith(segment.text, segment.start) for segment in segments)


@given(TEXTS, MARKS)
def test_each_character_has_exactly_the_marks_that_cover_it(text, marks):
    for segment in highlight(text, marks):
        for place in range(segment.start, segment.start + len(segment.text)):
            covering = [mark for mark in marks if mark.span.start <= place < mark.span.end]
            assert Counter(segment.marks) == Counter(covering)


@given(TEXTS, MARKS)
def test_each_mark_on_the_text_opens_exactly_one_segment(text, marks):
    opened = {segment.start for segment in highlight(text, marks) if segment.opens}
    assert opened == {m.span.start for m in marks if m.span.start < min(m.span.end, len(text))}


@given(TEXTS, MARKS)
def test_the_order_of_the_marks_does_not_change_the_cuts(text, marks):
    there = [(s.start, s.kind) for s in highlight(text, marks)]
    assert there == [(s.start, s.kind) for s in highlight(text, reversed(marks))]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], [("abcdef", 0)]),
        ([(1, 3)], [("a", 0), ("bc", 1), ("def", 0)]),
        ([(0, 6)], [("abcdef", 1)]),
        ([(1, 4), (2, 5)], [("a", 0), ("b", 1), ("cd", 2), ("e", 1), ("f", 0)]),
        ([(1, 5), (2, 3)], [("a", 0), ("b", 1), ("c", 2), ("de", 1), ("f", 0)]),
        ([(1, 3), (3, 5)], [("a", 0), ("bc", 1), ("de", 1), ("f", 0)]),
        ([(1, 3), (1, 3)], [("a", 0), ("bc", 2), ("def", 0)]),
        ([(2, 2), (6, 6)], [("abcdef", 0)]),
        ([(4, 99), (50, 60)], [("abcd", 0), ("ef", 1)]),
    ],
    ids=["none", "one", "all", "overlap", "nest", "touch", "repeat", "empty", "beyond"],
)
def test_marks_of_every_relation_are_cut_exactly(spans, expected):
    assert cut("abcdef", *spans) == expected


def test_an_empty_text_has_no_segments():
    assert highlight("", [a_mark(0, 5), a_mark(0, 0)]) == []


def test_of_marks_on_the_same_words_a_denial_is_drawn_before_a_claim():
    marks = [a_mark(0, 3, kind) for kind in MarkKind]
    assert highlight("abc", marks)[0].kind is MarkKind.EXCLUDED
    seen = [mark for mark in marks if mark.kind not in (MarkKind.EXCLUDED, MarkKind.MASKED)]
    assert highlight("abc", seen)[0].kind is MarkKind.NEGATED
    assert highlight("abc", marks[:2])[0].kind is MarkKind.EXPLICIT
    assert highlight("abc", [])[0].kind is None


@pytest.mark.parametrize(
    ("kinds", "implies"), [("explicit implied", True), ("implied", False), ("explicit", False), ("", False)]
)
def test_named_words_that_also_imply_a_skill_say_so(kinds, implies):
    marks = [a_mark(0, 3, MarkKind(kind)) for kind in kinds.split()]
    assert highlight("abc", marks)[0].implies is implies


def test_every_kind_of_mark_can_be_drawn():
    assert [highlight("a", [a_mark(0, 1, kind)])[0].kind for kind in MarkKind] == list(MarkKind)


def at(text: str, words: str) -> Excerpt:
    start = text.index(words)
    return excerpt(text, Span(start, start + len(words)))


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("No experience\n  with Java so far.\n\nSkills", "No experience with ", " so far."),
        ("Skills:\nJava\nPython", "", ""),
        ("In more than twelve long years I have never used\nJava at work.", "…never used ", " at work."),
        ("I worked a lot.\nJava, Python,\nGo", "", ", Python, Go"),
        ("End of a line that is quite long, but finished.\nJava", "", ""),
        ("end\fJava\f\nstart", "", ""),
        ("a\n\n\nJava\r\nB", "", ""),
    ],
)
def test_an_excerpt_goes_on_where_a_line_was_wrapped_and_ends_where_it_ended(text, before, after):
    found = at(text, "Java")
    assert found.before.endswith(before.removeprefix("…"))
    assert bool(found.before) is bool(before)
    assert found.after == after


def test_an_excerpt_stays_within_its_list_item():
    text = "- Python, Go\n\n- Django\n2. Flask"
    assert at(text, "Go") == Excerpt("Python, ", "Go", "")
    assert at(text, "Django") == Excerpt("", "Django", "")


def test_an_excerpt_cut_off_ends_in_whole_words():
    text = "word " * 40 + "Django" + " word" * 40
    found = at(text, "Django")
    assert found.before.startswith("…word word")
    assert found.after.endswith("word…")
    assert len(found.before + found.after) < 120


def test_a_long_quote_is_shortened_in_the_middle():
    quote = at("x " + "word " * 100 + "end", "word " * 100 + "end").quote
    assert len(quote) < 190
    assert " … " in quote
    assert quote.endswith("end")


@given(TEXTS, SPANS)
def test_an_excerpt_of_any_span_is_one_line(text, span):
    found = excerpt(text, span)
    assert "\n" not in found.before + found.quote + found.after
