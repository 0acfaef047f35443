from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.skills.linking.pieces import MAX_CHARS, find_pieces, says_something
from metier.types import Role

AD = """Backend developer
We are an equal opportunity employer.

About us
The oldest bakery in town.

Responsibilities
- Write services in Go.
- Test them.
- Wages and bonuses.

We offer
- Warm bread.
"""


def pieces(text, role=Role.VACANCY):
    return [text[span.start : span.end] for span in find_pieces(text, role=role)]


def test_headings_employer_offer_and_boilerplate_are_left_out():
    assert pieces(AD) == ["Backend developer", "Write services in Go.", "Test them.", "Wages and bonuses."]


def test_a_resume_has_no_offer():
    assert "Warm bread." in pieces(AD, Role.RESUME)


@pytest.mark.parametrize("heading", ["Duties:\n", ""])
def test_duties_about_pay_interviews_and_comforts_are_kept(heading):
    duties = [
        "Conduct job interviews.",
        "Calculate wages and bonuses.",
        "Prepare meals in the canteen.",
        "Teach yoga classes.",
        "Provide dental care to patients.",
        "Sell life insurance.",
    ]
    assert pieces(heading + "\n".join(duties)) == duties


@pytest.mark.parametrize("heading", ["Responsibilities", "Requirements", "Nice to have"])
def test_sections_that_ask_have_no_boilerplate(heading):
    assert pieces(f"{heading}\nSalary reports.\nJob interviews.\n") == ["Salary reports.", "Job interviews."]


def test_a_resume_has_no_boilerplate():
    text = "Calculated wages for 200 employees.\nConducted job interviews.\n"
    assert pieces(text, Role.RESUME) == text.splitlines()


@pytest.mark.parametrize("text", ["We offer a competitive salary.", "Responsibilities", "C#"])
def test_a_single_sentence_is_taken_whatever_it_says(text):
    assert pieces(text) == [text]


@pytest.mark.parametrize("text", ["", " \n ", "...", "— * —"])
def test_a_text_that_says_nothing_has_no_pieces(text):
    assert pieces(text) == []
    assert not says_something(text)


def test_only_boilerplate_leaves_nothing():
    assert pieces("We offer a competitive salary.\nPlease apply online.") == []


def test_what_was_said_before_is_not_said_again():
    assert pieces("Write Go.\nTest it.\nWrite Go.\n") == ["Write Go.", "Test it."]


def test_long_sentences_are_cut_between_words():
    text = "weld steel plates " * 100
    found = pieces(text)
    assert all(len(piece) <= MAX_CHARS for piece in found)
    assert set(" ".join(found).split()) == {"weld", "steel", "plates"}


def test_a_word_without_end_is_cut_too():
    found = find_pieces("x" * 1500, role=Role.VACANCY)
    assert [(span.start, span.end) for span in found] == [(0, 600), (1200, 1500)]


@given(st.text(alphabet="ab .,\n-:;Ж", max_size=3000))
def test_pieces_are_in_order_apart_and_trimmed(text):
    found = find_pieces(text, role=Role.VACANCY)
    for left, right in pairwise(found):
        assert left.end <= right.start
    for span in found:
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        assert span.end - span.start <= MAX_CHARS
