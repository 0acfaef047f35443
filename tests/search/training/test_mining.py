import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.pooling import unit_rows
from metier.errors import InvalidInput
from metier.search.training import mining
from metier.search.training.mining import MiningOptions, Pick, hard_negatives, mine_negatives
from metier.search.training.pairs import Pair


def at(*degrees):
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def mined(passages, options, *, right=(0,)):
    (found,) = hard_negatives(at(0), passages, [0], [list(right)], options)
    return found.tolist()


def test_the_window_counts_ranks_among_passages_that_are_not_known_to_be_right():
    passages = at(10, 50, 20, 40, 30)
    narrow = MiningOptions(n=9, first_rank=2, last_rank=3, margin=0.0)
    assert mined(passages, MiningOptions(n=9, first_rank=1, last_rank=9, margin=0.0)) == [2, 4, 3, 1]
    assert mined(passages, narrow) == [4, 3]
    assert mined(passages, narrow, right=(0, 4)) == [3, 1]


def test_passages_too_near_the_positive_may_be_right_and_are_left_out():
    passages = at(30, 20, 32, 60)
    assert mined(passages, MiningOptions(n=9, first_rank=1)) == [2, 3]
    assert mined(passages, MiningOptions(n=9, first_rank=1, margin=0.1)) == [3]
    assert mined(passages, MiningOptions(n=9, first_rank=1, margin=-0.1)) == [1, 2, 3]


def test_a_window_beyond_all_passages_is_empty():
    assert mined(at(10, 20), MiningOptions(first_rank=5)) == []
    assert mined(at(10), MiningOptions(first_rank=1)) == []
    assert hard_negatives(at(0)[:0], at(10), [], [], MiningOptions()) == []


def test_random_picks_follow_the_seed_and_stay_in_the_window():
    passages = at(0, *range(5, 85))
    options = MiningOptions(n=3, first_rank=5, last_rank=40, pick=Pick.RANDOM, margin=0.0)
    first = mined(passages, options)
    assert first == mined(passages, options) == sorted(first)
    assert set(first) <= set(range(5, 41))
    assert (
        len({tuple(mined(passages, MiningOptions(3, 5, 40, 0.0, Pick.RANDOM, seed))) for seed in range(9)})
        > 5
    )


def test_equal_passages_are_ranked_by_their_number():
    assert mined(at(10, 30, 30, 30), MiningOptions(n=2, first_rank=1)) == [1, 2]


@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 40))
def test_blocks_change_nothing_and_every_negative_keeps_the_rules(seed, n_queries, n_passages):
    rng = np.random.default_rng(seed)
    queries, passages = (unit_rows(rng.normal(size=(n, 4))) for n in (n_queries, n_passages))
    positive = rng.integers(n_passages, size=n_queries).tolist()
    right = [sorted({p, *rng.integers(n_passages, size=2).tolist()}) for p in positive]
    options = MiningOptions(n=3, first_rank=2, last_rank=8, margin=0.05)
    found = hard_negatives(queries, passages, positive, right, options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mining, "_SCORES_AT_ONCE", 1)
        again = hard_negatives(queries, passages, positive, right, options)
    for row, other, query, own, known in zip(found, again, queries, positive, right, strict=True):
        assert row.tolist() == other.tolist()
        assert len(row) <= 3
        assert not set(row.tolist()) & set(known)
        assert (passages[row] @ query <= passages[own] @ query - 0.05 + 1e-6).all()


def test_known_positives_and_equal_texts_are_no_negatives():
    pairs = [Pair("a", "x"), Pair("A ", "y"), Pair("b", "X"), Pair("c", "z"), Pair("d", "z")]
    queries = at(0, 0, 50, 80, 80)
    passages = at(5, 20, 5, 80, 80)
    options = MiningOptions(n=9, first_rank=1, margin=0.0)
    assert mine_negatives(pairs, queries, passages, options) == [(3,), (3,), (), (1, 0), (1, 0)]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n": 0}, "n must be at least 1. Got 0"),
        ({"first_rank": 0}, "first_rank must be at least 1. Got 0"),
        ({"first_rank": 9, "last_rank": 8}, "last_rank must be at least first_rank, 9. Got 8"),
        ({"margin": 3.0}, "margin must be from -2 to 2. Got 3.0"),
    ],
)
def test_options_out_of_range_are_refused(wrong, message):
    with pytest.raises(InvalidInput, match=message):
        MiningOptions(**wrong)


def test_vectors_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match=r"of one dim. Got \(1, 2\) and \(1, 3\)"):
        hard_negatives(at(0), np.ones((1, 3), np.float32), [0], [[0]], MiningOptions())
    with pytest.raises(InvalidInput, match="Got 0 and 1 for 1"):
        hard_negatives(at(0), at(0), [], [[0]], MiningOptions())
    with pytest.raises(InvalidInput, match="of 1 pairs. Got 2 and 1"):
        mine_negatives([Pair("a", "b")], at(0, 1), at(0), MiningOptions())
