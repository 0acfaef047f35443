import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.interview.short_answers.folds import text_key
from metier.interview.short_answers.texts import Readings, Usual, read_texts

TEXTS = ["a stack is a pile", "a queue is a line", "piles", ""]


@pytest.fixture
def readings():
    return Readings(FakeEncoder(16))


def test_a_text_is_read_once(readings, monkeypatch):
    seen = []
    read_all = readings.encoder.read_all
    monkeypatch.setattr(
        readings.encoder, "read_all", lambda texts: seen.append(list(texts)) or read_all(texts)
    )
    first = readings.read(["x", "y", "x"])
    assert readings.read(["y", "x"]) == [first[1], first[0]]
    assert first[0] is first[2]
    assert seen == [["x", "y"], []]


def test_rare_stems_weigh_more_and_unseen_ones_most(readings):
    usual = Usual.of(TEXTS, readings)
    weights = [usual.table()[text_key(term)] for term in ("pile", "queue")]
    assert weights == sorted(set(weights))
    assert usual.unseen > weights[-1]
    assert Usual.of([*TEXTS, *TEXTS], readings).weights == pytest.approx(usual.weights)


def test_texts_are_centred_unit_vectors_with_weighted_tokens(readings):
    usual = Usual.of(TEXTS, readings)
    text = read_texts(TEXTS, readings, usual)["a stack is a pile"]
    assert np.linalg.norm(text.centered) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(text.centered_states, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert text.token_weights == pytest.approx([text.rarity[term] for term in text.terms])
    assert text.pieces[3][" a "] == 2
    assert list(text.rarity) == sorted(set(text.terms))


def test_a_text_without_words_is_read_too(readings):
    usual = Usual.of([""], readings)
    text = read_texts(["", "?!"], readings, usual)
    assert (text[""].states.shape, text[""].terms) == ((0, 16), ())
    assert text["?!"].token_weights.tolist() == [0.5, 0.5]
