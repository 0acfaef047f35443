import threading
from functools import partial
from importlib.util import find_spec

import numpy as np
import pytest

from metier.encoders.contract import check_encoder
from metier.encoders.fake import FakeEncoder
from metier.encoders.reading import Reading, TextKind
from metier.errors import ModelMismatch
from tests.encoders.hugging_face import ARCHITECTURES, save_tiny
from tests.encoders.models import shipped_encoder


def torch_encoder(architecture, folder):
    from metier.encoders.torch_network import load_torch_encoder

    return load_torch_encoder(str(save_tiny(folder / architecture, architecture)))


ENCODERS = {
    "fake": lambda folder: FakeEncoder(),
    "shipped": lambda folder: shipped_encoder(),
    **{name: partial(torch_encoder, name) for name in ARCHITECTURES},
}


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_keeps_the_contract(name, tmp_path):
    if name in ARCHITECTURES and not (find_spec("torch") and find_spec("transformers")):
        pytest.skip("needs the train extra: make test-train")
    check_encoder(ENCODERS[name](tmp_path))


class Broken(FakeEncoder):
    """Keeps the contract but for what a test replaces.

    `encode(encoder, texts, vectors)` and `read(text, reading)` return what is given out instead.
    """

    def __init__(self, encode=None, read=None):
        super().__init__()
        self._encode, self._read = encode, read
        self.calls = 0

    def encode(self, texts, *, kind):
        self.calls += 1
        self.kind = kind
        vectors = super().encode(texts, kind=kind)
        return self._encode(self, texts, vectors) if self._encode else vectors

    def read(self, text):
        reading = super().read(text)
        return self._read(text, reading) if self._read else reading


class Lenient(FakeEncoder):
    def encode(self, texts, *, kind):
        return super().encode(list(texts), kind=kind)


class Nameless(FakeEncoder):
    name = ""


class Unhashed(FakeEncoder):
    sha256 = "unknown"


def turned(vectors):
    return np.roll(vectors, 1, axis=1)


def empty_is_flat(encoder, texts, vectors):
    return vectors if len(texts) else np.zeros(0, np.float32)


def empty_is_double(encoder, texts, vectors):
    return vectors if len(texts) else np.zeros((0, encoder.dim))


def one_is_flat(encoder, texts, vectors):
    return vectors.ravel() if len(texts) else vectors


def queries_are_long(encoder, texts, vectors):
    return vectors * np.float32(1.1) if encoder.kind is TextKind.QUERY else vectors


def in_company(encoder, texts, vectors):
    return turned(vectors) if len(texts) > 1 else vectors


def last_digit_in_company(encoder, texts, vectors):
    return np.nextafter(vectors, np.float32(2)) if len(texts) > 1 else vectors


def by_order(encoder, texts, vectors):
    return turned(vectors) if len(texts) > 1 and len(texts[1]) > len(texts[-2]) else vectors


def by_thread(encoder, texts, vectors):
    return vectors if threading.current_thread() is threading.main_thread() else turned(vectors)


def by_call(encoder, texts, vectors):
    return np.roll(vectors, encoder.calls, axis=1)


def clearing(encoder, texts, vectors):
    if isinstance(texts, list) and texts:
        texts[0] = "changed"
    return vectors


def reading_of(states=lambda states: states, spans=lambda spans: spans, kind=Reading):
    return lambda text, r: kind(states(r.states), spans(r.spans), r.frame)


class AllOnes(Reading):
    def pool(self, spans):
        return np.ones((len(spans), 32), np.float32)


class AllZeros(Reading):
    def pool(self, spans):
        return np.zeros((len(spans), 32), np.float32)


class OneForAll(Reading):
    def pool(self, spans):
        return np.ones((1, 32), np.float32)


class Wide(Reading):
    """Gives its vector as it should, and states that are too long."""

    @property
    def vector(self):
        return Reading(self.states[:, :32], self.spans, self.frame).vector


class Apart(FakeEncoder):
    """Its readings are those of another rule than its vectors."""

    def encode(self, texts, *, kind):
        return turned(super().encode(texts, kind=kind))


BROKEN = {
    "no texts give a flat array": (Broken(empty_is_flat), r"no texts must give \(0, dim\) float32"),
    "no texts give doubles": (Broken(empty_is_double), r"no texts must give \(0, dim\) float32"),
    "a flat array": (Broken(one_is_flat), r"n texts must give \(n, dim\)"),
    "one row too few": (Broken(lambda e, texts, v: v[:-1]), r"n texts must give \(n, dim\)"),
    "doubles": (
        Broken(lambda e, texts, v: v.astype(np.float64) if len(texts) else v),
        "vectors must be float32",
    ),
    "too long": (Broken(lambda e, texts, v: v * np.float32(2)), "vectors must have L2 norm 1"),
    "not finite": (Broken(lambda e, texts, v: v * np.float32(np.nan)), "vectors must have L2 norm 1"),
    "long for queries alone": (Broken(queries_are_long), "vectors must have L2 norm 1"),
    "no name": (Nameless(), "it must have a name and a SHA-256"),
    "no hash": (Unhashed(), "it must have a name and a SHA-256"),
    "changes its input": (Broken(clearing), "it must leave the list of texts as it was"),
    "changes from call to call": (Broken(by_call), "the second try must give the same bytes"),
    "depends on company": (Broken(in_company), "a text alone must give the same bytes as in a batch"),
    "depends on company in the last digit": (
        Broken(last_digit_in_company),
        "a text alone must give the same bytes as in a batch",
    ),
    "depends on order": (Broken(by_order), "the order of the texts must not change a byte"),
    "depends on the thread": (Broken(by_thread), "another thread must get the same bytes"),
    "states too long": (
        Broken(read=reading_of(states=lambda s: np.hstack([s, s]), kind=Wide)),
        r"states must be \(n_tokens, dim\)",
    ),
    "flat spans": (Broken(read=reading_of(spans=lambda s: s[:, 0])), r"spans must be \(n_tokens, 2\)"),
    "spans after the text": (
        Broken(read=lambda text, r: Reading(r.states, r.spans + len(text), r.frame)),
        "tokens must lie within the text",
    ),
    "spans before the text": (
        Broken(read=reading_of(spans=lambda s: s - 1)),
        "tokens must lie within the text",
    ),
    "spans that end before they start": (
        Broken(read=reading_of(spans=lambda s: s[:, ::-1])),
        "tokens must lie within the text",
    ),
    "tokens backwards": (
        Broken(read=reading_of(lambda s: s[::-1], lambda s: s[::-1])),
        "tokens must begin in the order of the text",
    ),
    "a reading of its own": (Apart(), "the vector of a reading must equal that of the text as a passage"),
    "empty spans are not zeros": (
        Broken(read=reading_of(kind=AllOnes)),
        "a span without tokens must give zeros",
    ),
    "all spans are zeros": (Broken(read=reading_of(kind=AllZeros)), "must give zeros, others not"),
    "one row for all spans": (
        Broken(read=reading_of(kind=OneForAll)),
        r"pooling n spans must give \(n, dim\)",
    ),
    "takes a lone string": (Lenient(), "a lone string must be refused"),
}


@pytest.mark.parametrize(("encoder", "rule"), BROKEN.values(), ids=BROKEN)
def test_a_broken_encoder_is_told_its_rule(encoder, rule):
    with pytest.raises(ModelMismatch, match=rule):
        check_encoder(encoder)
