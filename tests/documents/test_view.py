from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.view import blanked, scoring_view
from metier.types import Exclusion, ExclusionReason, Mask, MaskKind, Section, SectionKind, Span
from tests.documents.documents_made import document_of, span_of

HIDDEN = ExclusionReason.INVISIBLE
ZERO_WIDTH = ExclusionReason.HIDDEN_CHARACTERS


def test_masks_become_placeholders_and_lead_back_to_the_words():
    document = document_of("Anna Lind\nJava", masked={"Anna Lind": MaskKind.NAME})
    view = scoring_view(document)
    assert view.text == "[NAME]\nJava"
    assert view.quote(span_of(view.text, "Java")).text == "Java"
    assert view.quote(span_of(view.text, "[NAME]")).text == "Anna Lind"
    assert view.quote(span_of(view.text, "AME]\nJa")).text == "Anna Lind\nJa"


@pytest.mark.parametrize(
    ("text", "hidden", "seen"),
    [
        ("Java\nRust\nGo", "Rust", "Java\nGo"),
        ("Java Rust Go", "Rust", "Java Go"),
        ("Java\n\nRust\n\nGo", "Rust", "Java\n\nGo"),
        ("Java Rust\nGo", "Rust", "Java\nGo"),
        ("Rust\nGo", "Rust", "Go"),
        ("JavaRustGo", "Rust", "Java Go"),
        ("Java\n\nRust Go", "Rust Go", "Java"),
        ("Rust", "Rust", ""),
    ],
)
def test_hidden_words_leave_no_trace(text, hidden, seen):
    assert scoring_view(document_of(text, hidden={hidden: HIDDEN})).text == seen


def test_characters_of_no_width_leave_the_word_whole():
    document = document_of("Py\u200bthon", hidden={"\u200b": ZERO_WIDTH})
    view = scoring_view(document)
    assert view.text == "Python"
    assert view.quote(Span(0, 6)).text == "Py\u200bthon"


def test_a_reason_can_be_let_through_and_more_words_left_out():
    document = document_of("Java Rust Go", hidden={"Rust": HIDDEN})
    assert scoring_view(document, counting={HIDDEN}).text == "Java Rust Go"
    assert scoring_view(document, also=[span_of(document.text, "Go")]).text == "Java"


def test_a_mask_within_hidden_words_is_gone_and_one_that_reaches_out_stays():
    text = "x Anna Lind y"
    inside = document_of(text, hidden={"Anna Lind": HIDDEN}, masked={"Lind": MaskKind.NAME})
    assert scoring_view(inside).text == "x y"
    reaching = document_of(text, hidden={"x Anna": HIDDEN}, masked={"Anna Lind": MaskKind.NAME})
    assert scoring_view(reaching).text == "[NAME] y"


def test_sections_move_with_their_words():
    text = "Anna Lind\nSkills\nRust\nGo"
    start = text.index("Skills")
    sections = (
        Section(SectionKind.HEADER, Span(0, start)),
        Section(SectionKind.SKILLS, Span(start, len(text)), span_of(text, "Skills")),
    )
    document = document_of(
        text, hidden={"Rust": HIDDEN}, masked={"Anna Lind": MaskKind.NAME}, sections=sections
    )
    view = scoring_view(document)
    assert [view.text[section.span.start : section.span.end] for section in view.sections] == [
        "[NAME]\n",
        "Skills\nGo",
    ]
    heading = view.sections[1].heading
    assert view.text[heading.start : heading.end] == "Skills"


def test_a_section_that_is_hidden_altogether_is_gone():
    text = "Go\nRust\n"
    sections = (
        Section(SectionKind.SKILLS, Span(0, 3)),
        Section(SectionKind.OTHER, Span(3, 8), Span(3, 7)),
    )
    view = scoring_view(document_of(text, hidden={"Rust\n": HIDDEN}, sections=sections))
    assert [section.kind for section in view.sections] == [SectionKind.SKILLS]


def test_another_name_gives_the_same_view():
    views = [
        scoring_view(document_of(f"{name}\nJava", masked={name: MaskKind.NAME})).text
        for name in ("Li", "Maria-Magdalena von Hohenstein", "이순신")
    ]
    assert len(set(views)) == 1


TEXTS = st.text(alphabet="ab \n\u200b", min_size=1, max_size=40)


@given(text=TEXTS, pairs=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5))
def test_every_character_leads_back_to_where_it_stands(text, pairs):
    spans = [Span(*sorted(min(place, len(text)) for place in pair)) for pair in pairs]
    excluded = tuple(sorted(Exclusion(span, (HIDDEN, ZERO_WIDTH)[i % 2]) for i, span in enumerate(spans[1:])))
    masks = tuple(Mask(span, MaskKind.NAME) for span in spans[:1] if span.end > span.start)
    view = scoring_view(replace(document_of(text), excluded=excluded, masks=masks))
    gone = {i for item in (*excluded, *masks) for i in range(item.span.start, item.span.end)}
    copied = [
        found.start
        for place in range(len(view.text))
        for found in (view.original(Span(place, place + 1)),)
        if found.end - found.start == 1 and text[found.start] == view.text[place]
    ]
    # Of what stays, only blanks around what went may be missing.
    missing = set(range(len(text))) - gone - set(copied)
    assert all(text[i].isspace() for i in missing)
    assert copied == sorted(copied)


def test_an_empty_view_has_places_too():
    view = scoring_view(document_of("Rust", hidden={"Rust": HIDDEN}))
    assert (view.text, view.original(Span(0, 0)), view.sections) == ("", Span(0, 0), ())


@given(text=TEXTS, pairs=st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=4))
def test_blanked_text_keeps_length_and_lines(text, pairs):
    spans = [Span(*sorted(min(place, len(text)) for place in pair)) for pair in pairs]
    found = blanked(text, spans)
    assert len(found) == len(text)
    assert [i for i, c in enumerate(found) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
    inside = {i for span in spans for i in range(span.start, span.end)}
    assert all(found[i] == text[i] if i not in inside else found[i] in " \n" for i in range(len(text)))
