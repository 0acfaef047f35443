import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.expertise.words import N_SLOTS, rarity, read_words, word_matrix

EVEN = np.ones(N_SLOTS, np.float32)


@given(st.text(max_size=80))
def test_words_together_add_what_the_text_adds(text):
    weights = np.random.default_rng(0).normal(size=(2, N_SLOTS)).astype(np.float32)
    read = read_words(text, EVEN)
    parts = read.by_word(weights[1].astype(np.float64))
    assert parts.sum() == pytest.approx(read.score(weights)[1], abs=1e-9)
    assert len(parts) == len(read.starts)


def test_case_and_digits_tell_nothing_apart():
    one, other = read_words("Led TEAM", EVEN), read_words("led 1987 team 5", EVEN)
    assert one.slots.tolist() == other.slots.tolist()
    assert one.weights.tolist() == other.weights.tolist()


def test_forms_of_a_word_share_most_of_their_pieces():
    def cosine(a, b):
        x, y = word_matrix([a, b], EVEN).toarray()
        return x @ y

    pytest.importorskip("sklearn")
    assert cosine("руководил", "руководила") > 0.8 > 0.2 > cosine("руководил", "проектов")


def test_words_stand_where_they_begin():
    assert read_words("12 Straße İstanbul x", EVEN).starts.tolist() == [3, 10, 19]


@pytest.mark.parametrize("text", ["", "123 --"])
def test_a_text_without_words_is_nothing(text):
    read = read_words(text, EVEN)
    assert (len(read.slots), len(read.starts)) == (0, 0)
    assert read.score(np.ones((4, N_SLOTS), np.float32)).tolist() == [0.0] * 4


def test_what_every_text_has_weighs_least():
    idf = rarity(["common rare", "common", "common"])
    common, rare = (read_words(word, EVEN).slots for word in ("common", "rare"))
    assert idf[common].max() == pytest.approx(1.0)
    assert idf[rare].min() > 1.5


def test_rows_of_the_matrix_are_unit_vectors():
    pytest.importorskip("sklearn")
    matrix = word_matrix(["one two", "", "three"], EVEN)
    assert np.allclose(np.sqrt(matrix.multiply(matrix).sum(axis=1)).ravel(), [1, 0, 1])
    assert word_matrix([], EVEN).shape == (0, N_SLOTS)


def test_slots_are_the_same_on_every_machine():
    assert read_words("Go", EVEN).slots.tolist() == [10374, 21344, 24257]
