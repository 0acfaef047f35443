from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from metier.search.passages import MAX_PASSAGES, PASSAGE_CHARS, find_passages
from metier.types import Section, SectionKind, Span


def words(text, sections=()):
    return [text[span.start : span.end] for span in find_passages(text, sections)]


def test_short_sentences_are_joined():
    assert words("Led a team. Wrote Go. Left.") == ["Led a team. Wrote Go. Left."]


def test_a_passage_ends_before_it_grows_too_long():
    text = " ".join(f"Sentence number {i} says a thing." for i in range(40))
    found = words(text)
    assert len(found) > 3
    assert max(map(len, found)) <= PASSAGE_CHARS


def test_a_passage_stays_within_its_section():
    text = "Python and Go.\nLed a team."
    sections = (Section(SectionKind.SKILLS, Span(0, 15)), Section(SectionKind.EXPERIENCE, Span(15, 26)))
    assert words(text, sections) == ["Python and Go.", "Led a team."]


def test_a_long_text_has_longer_passages_and_all_of_it_can_be_pointed_at():
    text = " ".join(f"Sentence number {i} says a thing or two of it." for i in range(4000))
    found = find_passages(text)
    assert len(found) <= MAX_PASSAGES
    assert found[-1].end == len(text)


def test_a_text_without_words_has_none():
    assert find_passages(" \n ") == ()


@given(st.text(alphabet="ab .\n!", max_size=400))
def test_passages_stand_in_order_without_overlaps(text):
    found = find_passages(text)
    assert all(left.end <= right.start for left, right in pairwise(found))
    assert all(text[span.start : span.end].strip() for span in found)
