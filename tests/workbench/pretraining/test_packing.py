from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.training.backbone import Frame, Row
from metier.workbench.pretraining.packing import pack_rows
from metier.workbench.pretraining.rows import NO_WORD, TokenDocument

FRAME = Frame((Row((2,), (0,)), Row((3,), (0,))), (0,))
SEPARATOR = 7


def document_of(lengths, first):
    ids = np.arange(first, first + sum(lengths), dtype=np.int32)
    return TokenDocument(ids, np.arange(len(ids), dtype=np.int32), np.cumsum(lengths))


def documents_of(shapes):
    starts = np.cumsum([100, *(sum(shape) for shape in shapes)])
    return [document_of(shape, int(start)) for shape, start in zip(shapes, starts, strict=False)]


SHAPES = st.lists(st.lists(st.integers(1, 25), min_size=1, max_size=5), max_size=6)


@given(SHAPES, st.integers(8, 20))
def test_every_token_stands_in_one_row_once_and_in_order(shapes, max_tokens):
    documents = documents_of(shapes)
    rows = pack_rows(documents, FRAME, separator=SEPARATOR, max_tokens=max_tokens)
    found = [token for row in rows for token in row.ids.tolist() if token >= 100]
    assert found == [token for document in documents for token in document.ids.tolist()]
    for row in rows:
        assert 3 <= len(row.ids) <= max_tokens
        assert (row.ids[0], row.ids[-1]) == (2, 3)
        assert SEPARATOR not in (row.ids[1], row.ids[-2])
        assert ((row.words == NO_WORD) == (row.ids < 100)).all()


@given(SHAPES, st.integers(8, 20))
def test_a_row_ends_only_where_the_next_sentence_would_not_fit(shapes, max_tokens):
    documents = documents_of(shapes)
    rows = pack_rows(documents, FRAME, separator=SEPARATOR, max_tokens=max_tokens)
    starts = {int(document.ids[0]) for document in documents}
    lengths = {
        int(document.ids[place.start]): len(place)
        for document in documents
        for place in document.sentences(max_tokens - 2)
    }
    for row, after in pairwise(rows):
        begins = int(after.ids[1])
        needed = lengths[begins] + (begins in starts)
        assert len(row.ids) + needed > max_tokens


def test_rows_cross_documents_with_a_separator_between():
    rows = pack_rows(documents_of([[2, 2], [3]]), FRAME, separator=SEPARATOR, max_tokens=20)
    assert [row.ids.tolist() for row in rows] == [[2, 100, 101, 102, 103, SEPARATOR, 104, 105, 106, 3]]


def test_a_sentence_longer_than_a_row_is_cut_and_its_end_shares_a_row():
    rows = pack_rows(documents_of([[14, 3]]), FRAME, separator=SEPARATOR, max_tokens=8)
    assert [len(row.ids) for row in rows] == [8, 8, 7]


@pytest.mark.parametrize("shapes", [[], [[1]]])
def test_few_documents_make_few_rows(shapes):
    assert len(pack_rows(documents_of(shapes), FRAME, separator=SEPARATOR, max_tokens=8)) == len(shapes)
