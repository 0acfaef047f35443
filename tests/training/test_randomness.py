import random
from contextlib import suppress

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.training.randomness import kept_random_state, seed_all  # noqa: E402


def draw():
    return random.random(), float(np.random.rand()), float(torch.rand(1))  # noqa: NPY002


@pytest.mark.parametrize("seed", [0, 7, 2**64 - 1])
def test_the_same_seed_gives_the_same_numbers_everywhere(seed):
    with kept_random_state():
        seed_all(seed)
        first = draw()
        seed_all(seed)
        assert draw() == first
        seed_all(seed ^ 1)
        assert all(a != b for a, b in zip(draw(), first, strict=True))


def test_the_numbers_of_the_caller_go_on_after_the_block():
    with kept_random_state():
        seed_all(1)
        expected = draw()
        seed_all(1)
        with suppress(KeyError), kept_random_state():
            seed_all(5)
            raise KeyError
        assert draw() == expected
