import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.training.backbone import Frame, Row
from metier.workbench.pretraining.next_sentence import pair_rows
from metier.workbench.pretraining.rows import IS_NEXT, IS_OTHER
from tests.workbench.pretraining.test_packing import documents_of

FRAME = Frame((Row((2,), (0,)), Row((3,), (0,)), Row((3,), (1,))), (0, 1))


def pairs(shapes, *, seed=0, max_tokens=32):
    return pair_rows(documents_of(shapes), FRAME, np.random.default_rng(seed), max_tokens=max_tokens)


def texts(row):
    """Return the tokens of both texts of a pair."""
    border = int(np.flatnonzero(row.ids == 3)[0])
    return row.ids[1:border].tolist(), row.ids[border + 1 : -1].tolist()


def document_of(token, shapes):
    return int(np.searchsorted(np.cumsum([sum(shape) for shape in shapes]), token - 100, side="right"))


SHAPES = st.lists(st.lists(st.integers(1, 30), min_size=2, max_size=8), min_size=2, max_size=8)


@given(SHAPES, st.integers(0, 5))
def test_half_of_the_pairs_are_next_and_the_others_from_another_document(shapes, seed):
    rows = pairs(shapes, seed=seed)
    labels = [row.label for row in rows]
    assert abs(labels.count(IS_NEXT) - labels.count(IS_OTHER)) <= 1
    for row in rows:
        one, two = texts(row)
        homes = document_of(one[0], shapes), document_of(two[0], shapes)
        if row.label == IS_NEXT:
            assert two[0] == one[-1] + 1
            assert homes[0] == homes[1]
        else:
            assert homes[0] != homes[1]


@given(SHAPES, st.integers(8, 40))
def test_rows_fit_and_types_tell_the_texts_apart(shapes, max_tokens):
    for row in pairs(shapes, max_tokens=max_tokens):
        one, two = texts(row)
        assert one
        assert two
        assert len(row.ids) <= max_tokens
        assert row.types.tolist() == [0] * (len(one) + 2) + [1] * (len(two) + 1)


def test_pairs_fill_their_rows():
    rows = pairs([[5] * 40] * 6, max_tokens=64)
    full = [len(row.ids) for row in rows if row.label == IS_NEXT]
    assert np.mean(full) > 55


def test_neither_length_nor_shape_tells_the_label():
    rng = np.random.default_rng(0)
    shapes = [rng.integers(3, 20, rng.integers(2, 12)).tolist() for _ in range(400)]
    rows = pairs(shapes, max_tokens=64)
    by_label = [[len(texts(row)[1]) for row in rows if row.label == label] for label in (IS_NEXT, IS_OTHER)]
    assert min(map(len, by_label)) > 300
    assert np.mean(by_label[0]) == pytest.approx(np.mean(by_label[1]), rel=0.15)


def test_the_same_seed_draws_the_same_pairs():
    shapes = [[4, 5, 6, 7]] * 5
    first, again, other = (pairs(shapes, seed=seed, max_tokens=16) for seed in (1, 1, 2))
    assert [row.ids.tolist() for row in first] == [row.ids.tolist() for row in again]
    assert [row.ids.tolist() for row in first] != [row.ids.tolist() for row in other]


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([], "The corpus has 0, the longest with 0"),
        ([[3, 4, 5]], "The corpus has 1, the longest with 3"),
        ([[3], [4]], "The corpus has 2, the longest with 1"),
    ],
)
def test_too_few_documents_or_sentences_are_refused(shapes, message):
    with pytest.raises(InvalidInput, match=message):
        pairs(shapes)
