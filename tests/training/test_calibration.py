import json

import numpy as np
import pytest
from tokenizers import Tokenizer

from metier.encoders.fake import FakeEncoder
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput
from metier.training.calibration import calibration_rows, held_out_cosines, own_texts
from metier.training.corpus import in_held_out_part
from tests.training.test_vocabulary import CONTENT
from tests.training.tiny_base import texts_of

PREFIXES = {TextKind.QUERY: "query: ", TextKind.PASSAGE: "passage: "}


def test_sixty_texts_calibrate_half_of_them_as_queries():
    texts = texts_of(200)
    rows = calibration_rows(json.dumps(CONTENT), texts, PREFIXES)
    tokenizer = Tokenizer.from_str(json.dumps(CONTENT))
    query, passage = (tokenizer.encode(prefix).ids[:-1] for prefix in ("query:", "passage:"))
    assert len(rows) == 60
    assert sum(row[: len(query)] == query for row in rows) == 30
    assert sum(row[: len(passage)] == passage for row in rows) == 30
    assert all(len(row) <= 256 and row[0] == 0 and row[-1] == 2 for row in rows)


def test_calibration_does_not_depend_on_the_order_of_the_texts_or_on_those_kept_aside():
    texts = texts_of(200)
    rows = calibration_rows(json.dumps(CONTENT), texts, PREFIXES)
    shown = [text for text in texts if not in_held_out_part(text, share=0.1)]
    assert calibration_rows(json.dumps(CONTENT), shown[::-1], PREFIXES) == rows


@pytest.mark.parametrize(("language", "letters"), [("ko", ("가", "힣")), ("he", ("א", "ת"))])
def test_own_texts_are_long_different_and_in_their_language(language, letters):
    texts = own_texts(language)
    assert len(set(texts)) == len(texts) == 10
    for text in texts:
        assert len(text) >= 300
        assert sum(letters[0] <= letter <= letters[1] for letter in text) > len(text) / 3


def test_without_prefixes_rows_begin_with_their_texts():
    texts = texts_of(200)
    plain, prefixed = (calibration_rows(json.dumps(CONTENT), texts, given) for given in ({}, PREFIXES))
    assert all(row[0] == 0 and row[-1] == 2 for row in plain)
    assert all(len(row) < len(other) for row, other in zip(plain, prefixed, strict=True) if len(other) < 256)


def test_too_few_long_texts_are_refused():
    with pytest.raises(InvalidInput, match="Calibration needs 40 texts of 400 characters or more. Got 0."):
        calibration_rows(json.dumps(CONTENT), ["A short line of text."] * 99, PREFIXES)


def test_cosines_are_taken_on_long_texts_kept_aside_each_counted_once():
    texts = texts_of(200)
    aside = [text for text in texts if in_held_out_part(text, share=0.1)]
    small, large = FakeEncoder(16), Turned(FakeEncoder(16))
    found = held_out_cosines(small, large, [*texts, "Too short to be compared."])
    vectors = small.encode(aside, kind=TextKind.PASSAGE)
    cosines = (vectors * vectors[:, ::-1]).sum(axis=1)
    assert found["texts"] == len(aside) > 5
    assert found["min"] == pytest.approx(cosines.min(), abs=1e-5)
    assert found["min"] < found["mean"] < cosines.max()


def test_where_no_text_was_kept_aside_nothing_is_found():
    assert held_out_cosines(FakeEncoder(16), FakeEncoder(16), ["short"]) == {}


class Turned:
    """An encoder whose vectors are those of another, back to front."""

    def __init__(self, encoder):
        self._encoder = encoder

    def encode(self, texts, *, kind):
        return np.ascontiguousarray(self._encoder.encode(texts, kind=kind)[:, ::-1])
