import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.search.training.batching import plan_batches
from metier.search.training.pairs import Pair, known_positives, text_key
from tests.search.training.small import made_pairs

WORDS = st.sampled_from(["a", "A ", "b", "c", "d", "e"])
PAIRS = st.lists(st.builds(Pair, WORDS, WORDS), max_size=40)


def planned(pairs, *, size=4, seed=0, epoch=0, apart=True):
    return plan_batches(pairs, known_positives(pairs), batch_size=size, seed=seed, epoch=epoch, apart=apart)


@given(PAIRS, st.integers(1, 6), st.integers(0, 5))
def test_no_text_of_a_batch_is_another_rows_right_answer(pairs, size, epoch):
    known = known_positives(pairs)
    batches = planned(pairs, size=size, epoch=epoch)
    assert sorted(row for batch in batches for row in batch) == list(range(len(pairs)))
    assert all(1 <= len(batch) <= size for batch in batches)
    for batch in batches:
        queries = [text_key(pairs[row].query) for row in batch]
        positives = [text_key(pairs[row].positive) for row in batch]
        assert len(set(queries)) == len(set(positives)) == len(batch)
        for i, query in enumerate(queries):
            assert known[query] & set(positives) == {positives[i]}


def test_the_same_seed_and_epoch_give_the_same_batches_and_others_do_not():
    pairs = made_pairs(80)
    assert planned(pairs, seed=1, epoch=2) == planned(pairs, seed=1, epoch=2)
    plans = [planned(pairs, seed=seed, epoch=epoch) for seed in (0, 1) for epoch in (0, 1, 2)]
    assert len({str(sorted(map(sorted, plan))) for plan in plans}) == len(plans)


def test_rows_that_fit_together_fill_their_batches():
    assert [len(batch) for batch in planned(made_pairs(40), size=8)] == [8] * 5


def test_rows_of_a_batch_are_of_about_equal_length():
    pairs = [Pair(f"{'q' * (i + 1)}", "p" * (i + 1)) for i in range(400)]

    def spread(plan):
        return sum(max(batch) - min(batch) for batch in plan) / len(plan)

    assert spread(planned(pairs, size=8)) < 100 < spread([list(range(i, 400, 50)) for i in range(50)])


def test_a_query_that_fills_the_data_stands_alone_in_each_batch():
    pairs = [Pair("same", f"p{i}") for i in range(200)]
    assert [len(batch) for batch in planned(pairs)] == [1] * 200


def test_rows_may_share_texts_where_each_is_looked_at_by_itself():
    pairs = [Pair("same", f"p{i}") for i in range(10)]
    assert sorted(len(batch) for batch in planned(pairs, apart=False)) == [2, 4, 4]


def test_a_batch_size_below_one_is_refused():
    with pytest.raises(InvalidInput, match="batch_size must be at least 1. Got 0"):
        planned(made_pairs(4), size=0)
