import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.training.length_batches import length_batches


@given(st.lists(st.integers(0, 99), max_size=200), st.integers(1, 9), st.integers(0, 9))
def test_every_row_stands_in_one_batch(lengths, size, seed):
    found = length_batches(lengths, size, seed=seed)
    assert sorted(row for batch in found for row in batch) == list(range(len(lengths)))
    assert all(0 < len(batch) <= size for batch in found)
    assert found == length_batches(lengths, size, seed=seed)


def test_another_seed_puts_other_rows_together():
    lengths = random.Random(0).choices(range(50), k=400)
    first, second = ({frozenset(batch) for batch in length_batches(lengths, 4, seed=s)} for s in (0, 1))
    assert len(first & second) < 10


def test_rows_of_a_batch_are_of_about_equal_length():
    lengths = random.Random(1).sample(range(10_000), 640)
    spread = [
        max(lengths[i] for i in batch) - min(lengths[i] for i in batch)
        for batch in length_batches(lengths, 8, seed=3)
    ]
    assert np.median(spread) < 1500


def test_batches_of_no_rows_are_refused():
    with pytest.raises(InvalidInput, match="size and pool must be at least 1. Got 0 and 16"):
        length_batches([1], 0, seed=0)
    with pytest.raises(InvalidInput, match="Got 1 and 0"):
        length_batches([1], 1, seed=0, pool=0)


def test_a_larger_pool_puts_rows_together_that_are_more_alike():
    lengths = random.Random(1).sample(range(10_000), 640)
    small, large = (
        sum(max(lengths[i] for i in batch) - min(lengths[i] for i in batch) for batch in found)
        for found in (length_batches(lengths, 8, seed=[3, 1], pool=pool) for pool in (2, 64))
    )
    assert large < small / 4
