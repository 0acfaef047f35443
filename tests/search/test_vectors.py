import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.encoders.reading import TextKind
from metier.search.head import SearchHead
from metier.search.vectors import SearchEncoder, weighted_mean
from metier.types import Section, SectionKind, Span

TEXT = "Driver\nPython and Go\nFree coffee"
SKILLS = Section(SectionKind.SKILLS, Span(7, 21))
OFFER = Section(SectionKind.OFFER, Span(21, 32))
ENCODER = FakeEncoder()


def head(encoder):
    rng = np.random.default_rng(0)
    projection = rng.standard_normal((4, encoder.dim)).astype(np.float32)
    return SearchHead("h", "f" * 64, encoder.sha256, projection, np.zeros(encoder.dim, np.float32))


def test_a_text_without_sections_and_title_has_the_vector_of_its_encoder():
    found = SearchEncoder(ENCODER).embed(TEXT)
    expected = ENCODER.encode([TEXT], kind=TextKind.PASSAGE)[0]
    np.testing.assert_allclose(found.whole, expected, atol=1e-6)


def test_skills_count_more_than_what_the_employer_offers():
    weighted = weighted_mean(ENCODER.read(TEXT), (SKILLS, OFFER))
    plain = weighted_mean(ENCODER.read(TEXT), ())
    skills, offer = ENCODER.encode(["Python and Go", "Free coffee"], kind=TextKind.PASSAGE)
    assert weighted @ skills > plain @ skills
    assert weighted @ offer < plain @ offer


def test_the_title_counts_for_its_share():
    title = ENCODER.encode(["Driver"], kind=TextKind.PASSAGE)[0]
    long = TEXT + " more words here" * 50
    reading = ENCODER.read(long)
    assert weighted_mean(reading, (), Span(0, 6)) @ title > weighted_mean(reading, ()) @ title


def test_a_title_that_is_all_of_the_text_changes_nothing():
    reading = ENCODER.read("Driver")
    assert weighted_mean(reading, (), Span(0, 6)).tolist() == weighted_mean(reading, ()).tolist()


def test_passages_have_unit_vectors_of_their_own():
    found = SearchEncoder(ENCODER).embed(TEXT, passages=(SKILLS.span, OFFER.span))
    assert found.passages.shape == (2, ENCODER.dim)
    np.testing.assert_allclose(np.linalg.norm(found.passages, axis=1), 1, atol=1e-5)


def test_a_head_sets_length_name_and_hash():
    plain, with_head = SearchEncoder(ENCODER), SearchEncoder(ENCODER, head(ENCODER))
    assert (plain.dim, with_head.dim) == (ENCODER.dim, 4)
    assert with_head.name == "fake+h"
    assert with_head.sha256 != plain.sha256
    assert with_head.embed(TEXT, passages=(SKILLS.span,)).passages.shape == (1, 4)


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_text_without_words_has_a_vector(text):
    assert np.isfinite(SearchEncoder(ENCODER).embed(text).whole).all()
