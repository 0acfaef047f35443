import numpy as np
import pytest

from metier.encoders.contract import check_encoder
from metier.encoders.fake import FakeEncoder
from metier.encoders.reading import TextKind
from metier.engine.evaluation.memory import RememberingEncoder
from metier.errors import InvalidInput
from metier.expertise.pooling import pool_reading


class Counting(FakeEncoder):
    """Counts the texts that it reads."""

    def __init__(self, dim=8):
        super().__init__(dim)
        self.read_texts = []

    def encode(self, texts, *, kind):
        self.read_texts += texts
        return np.array([super(Counting, self).read(text).vector for text in texts]).reshape(-1, self.dim)

    def read_all(self, texts):
        self.read_texts += texts
        return [super(Counting, self).read(text) for text in texts]


@pytest.fixture
def encoder():
    return Counting()


def test_it_keeps_the_contract_of_encoders():
    check_encoder(RememberingEncoder(FakeEncoder(8)))


def test_it_is_called_as_what_it_asks(encoder):
    memory = RememberingEncoder(encoder)
    assert (memory.name, memory.sha256, memory.dim) == (encoder.name, encoder.sha256, 8)


@pytest.mark.parametrize("kind", TextKind)
def test_vectors_are_those_of_the_encoder_and_made_once(encoder, kind):
    memory = RememberingEncoder(encoder)
    texts = ["weld steel", "bake bread", "weld steel"]
    for _ in range(2):
        assert memory.encode(texts, kind=kind).tobytes() == FakeEncoder(8).encode(texts, kind=kind).tobytes()
    assert sorted(encoder.read_texts) == ["bake bread", "weld steel"]


def test_a_text_that_was_read_needs_no_second_pass_for_its_vector_and_its_pooled_states(encoder):
    memory = RememberingEncoder(encoder)
    (reading,) = memory.read_all(["weld steel"])
    assert memory.read("weld steel") is reading
    assert np.array_equal(memory.encode(["weld steel"], kind=TextKind.PASSAGE)[0], reading.vector)
    assert np.allclose(memory.pooled(["weld steel"])[0], pool_reading(reading))
    assert encoder.read_texts == ["weld steel"]


def test_what_does_not_fit_is_read_again(encoder):
    memory = RememberingEncoder(encoder, vector_bytes=1, reading_bytes=1)
    texts = ["one", "two", "three"]
    first = memory.pooled(texts)
    assert np.array_equal(memory.pooled(texts), first)
    assert np.array_equal(memory.read_all(texts)[0].states, FakeEncoder(8).read("one").states)
    assert len(encoder.read_texts) > len(texts)


def test_no_texts_give_empty_results(encoder):
    memory = RememberingEncoder(encoder)
    assert memory.read_all([]) == []
    assert memory.pooled([]).shape == (0, 16)


@pytest.mark.parametrize("ask", [lambda m: m.pooled("a"), lambda m: m.read_all("a")])
def test_a_lone_string_is_refused(encoder, ask):
    with pytest.raises(InvalidInput, match="must be a list"):
        ask(RememberingEncoder(encoder))
