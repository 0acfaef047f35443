import pytest

from metier.skills.implicit import MAX_QUOTES, MAX_READ, ImplicitDetector, telling_sentences
from metier.skills.vectors import practices, skill_vectors
from metier.types import Section, SectionKind, Span
from tests.skills.heads import ENCODER, fake_head, practice_taxonomy

HEAD = fake_head()
VECTORS = skill_vectors(practice_taxonomy(), ENCODER, HEAD, cache=None)
DETECTOR = ImplicitDetector(ENCODER, HEAD, practices(practice_taxonomy()), VECTORS)
TEACHING = "Teaching newcomers and helping colleagues grow."
COPYING = "Copying files so that lost ones come back."


def detect(text, sections=(), **options):
    return DETECTOR.detect(text, sections, ENCODER.read(text), **options)


def quotes(text, found):
    return [text[span.start : span.end] for item in found for span in item.spans]


def test_a_sentence_shows_the_practice_that_it_describes():
    text = f"{TEACHING} Walked the dog in the park on Sundays."
    (found,) = detect(text)
    assert found.skill == 0
    assert found.probability >= HEAD.threshold
    assert quotes(text, [found]) == [TEACHING]


def test_an_empty_text_and_one_without_sentences_show_nothing():
    assert detect("") == []
    assert detect("One two.") == []


def test_a_sentence_that_names_a_skill_shows_no_other():
    assert detect(TEACHING, named=[Span(0, 8)]) == []


def test_what_is_known_is_not_asked_for():
    assert detect(TEACHING, known=[0]) == []


def test_at_most_three_sentences_stand_as_evidence_in_order_of_the_text():
    text = "\n".join([TEACHING] * 5)
    (found,) = detect(text)
    assert len(found.spans) == MAX_QUOTES
    assert list(found.spans) == sorted(found.spans)


def test_of_many_sentences_the_most_telling_are_read():
    idle = [f"Walked the dog number {i} in the park." for i in range(2 * MAX_READ)]
    text = "\n".join([*idle[:MAX_READ], TEACHING, *idle[MAX_READ:]])
    assert quotes(text, detect(text)) == [TEACHING]


def test_a_sentence_counts_for_itself_whatever_stands_around_it():
    alone, among = detect(TEACHING), detect(f"{TEACHING}\nWalked the dog in the park on Sundays.")
    assert [item.probability for item in alone] == [item.probability for item in among]


def test_skills_come_in_the_order_of_the_taxonomy():
    assert [item.skill for item in detect(f"{COPYING}\n{TEACHING}")] == [0, 1]


@pytest.mark.parametrize(
    "kind", [SectionKind.EDUCATION, SectionKind.OFFER, SectionKind.EMPLOYER, SectionKind.INTERESTS]
)
def test_sections_that_are_not_of_the_persons_work_stay_silent(kind):
    assert telling_sentences(TEACHING, [Section(kind, Span(0, len(TEACHING)))]) == []


def test_a_heading_is_no_sentence():
    text = "Things that I did at work\nAnswering users whose computers misbehave."
    section = Section(SectionKind.EXPERIENCE, Span(0, len(text)), heading=Span(0, 25))
    assert [text[s.start : s.end] for s in telling_sentences(text, [section])] == [text[26:]]


@pytest.mark.parametrize(
    "text", ["No experience with teaching newcomers at all.", "Нет опыта обучения новых сотрудников отдела."]
)
def test_a_denied_sentence_tells_nothing(text):
    assert telling_sentences(text) == []
