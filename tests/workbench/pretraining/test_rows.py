import numpy as np
import pytest

pytest.importorskip("transformers")

from metier.training.backbone import Frame, Row
from metier.workbench.pretraining.rows import (
    NO_WORD,
    contents,
    framed,
    read_documents,
    tokens_of,
)
from tests.workbench.pretraining.tiny_texts import documents
from tests.workbench.tiny import SPECIAL, tiny_tokenizer

FRAME = Frame((Row((2,), (0,)), Row((3,), (0,)), Row((3,), (1,))), (0, 1))


@pytest.fixture(scope="module")
def tokenizer():
    return tiny_tokenizer().backend_tokenizer


def test_a_document_is_read_whole_and_its_sentences_are_told(tokenizer):
    (found,) = read_documents(tokenizer, [("w1 w2 w3.", "w4 hi")])
    assert tokenizer.decode(found.ids.tolist()).replace(" ", "").replace("##", "") == "w1w2w3.w4hi"
    assert found.ends.tolist() == [4, 7]
    assert found.words.tolist() == [0, 1, 2, 3, 4, 5, 5]
    assert [list(place) for place in found.sentences(99)] == [[0, 1, 2, 3], [4, 5, 6]]


def test_long_sentences_are_cut_into_pieces(tokenizer):
    (found,) = read_documents(tokenizer, [("w1 w2 w3 w4 w5", "w6")])
    assert [list(place) for place in found.sentences(2)] == [[0, 1], [2, 3], [4], [5]]


def test_special_tokens_spelt_out_in_a_text_are_text(tokenizer):
    (found,) = read_documents(tokenizer, [("w1 [MASK] w2 [SEP]",)])
    mask, end = (SPECIAL.index(token) for token in ("[MASK]", "[SEP]"))
    assert not {mask, end} & set(found.ids.tolist())
    assert tokenizer.encode("[MASK]", add_special_tokens=False).ids == [mask]


def test_documents_and_sentences_without_tokens_are_left_out(tokenizer):
    assert read_documents(tokenizer, []) == []
    assert read_documents(tokenizer, [("",), (" ",)]) == []
    (found,) = read_documents(tokenizer, [("", "w1", "", "w2", "")])
    assert (found.ends.tolist(), len(found.ids)) == ([1, 2], 2)


def test_many_documents_are_read_as_one_by_one(tokenizer):
    many = documents(300)
    together = read_documents(tokenizer, many)
    assert len(together) == 300
    for each, alone in zip(together, (read_documents(tokenizer, [one])[0] for one in many), strict=True):
        assert each.ids.tolist() == alone.ids.tolist()
        assert each.ends.tolist() == alone.ends.tolist()
        assert len(each.ends) == 5


def test_a_row_has_the_template_around_its_texts():
    one = np.array([10, 11], np.int32), np.array([0, 1], np.int32)
    two = np.array([12], np.int32), np.array([0], np.int32)
    row = framed(FRAME, [one, two], 1)
    assert row.ids.tolist() == [2, 10, 11, 3, 12, 3]
    assert row.types.tolist() == [0, 0, 0, 0, 1, 1]
    assert row.words.tolist() == [NO_WORD, 0, 1, NO_WORD, 0, NO_WORD]
    assert (row.label, tokens_of([row, row])) == (1, 12)


def test_what_is_hashed_follows_the_rows():
    one = np.array([10, 11], np.int32), np.array([0, 1], np.int32)
    row = framed(FRAME, [one, one], 1)
    other = framed(FRAME, [one, one], 0)
    assert [part.tolist() for part in contents([row])] != [part.tolist() for part in contents([other])]
    assert [part.tolist() for part in contents([])] == [[], [], []]
