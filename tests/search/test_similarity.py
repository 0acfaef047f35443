import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.search.similarity import compare
from metier.types import Section, SectionKind, Span

ENCODER = FakeEncoder(64)
CENTER = np.zeros(64, np.float32)
RESUME = "Wrote payment services in Django\nSings in a choir on Fridays\n  "
SECTIONS = (
    Section(SectionKind.EXPERIENCE, Span(0, 33)),
    Section(SectionKind.INTERESTS, Span(33, 61)),
    Section(SectionKind.OTHER, Span(61, 63)),
)


def similarity(vacancy, center=CENTER):
    return compare(ENCODER.read(RESUME), SECTIONS, ENCODER.read(vacancy).vector, center)


def test_the_section_that_shares_the_vacancys_words_is_nearest():
    result = similarity("Django payment services")
    assert [section.kind for section in result.sections] == [SectionKind.EXPERIENCE, SectionKind.INTERESTS]
    assert result.sections[0].score > result.score > result.sections[1].score


def test_a_text_is_as_near_to_itself_as_can_be():
    assert similarity(RESUME).score == pytest.approx(1.0, abs=1e-4)


def test_scores_stay_within_their_range():
    result = similarity("Django payment services", center=ENCODER.read(RESUME).vector * 0.9)
    assert all(-1 <= score <= 1 for score in (result.score, *(s.score for s in result.sections)))


def test_an_empty_vacancy_is_near_to_nothing():
    assert abs(similarity("").score) < 0.5
