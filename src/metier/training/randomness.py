"""Random numbers of a step that follow from its seed alone, whatever was drawn before it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from metier._extras import require


def seed_all(seed: int) -> None:
    """Seed the global generators of Python, numpy and torch, on every device.

    Args:
        seed: 0 or more.
    """
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - libraries that a task calls draw from this one
    require("torch").manual_seed(seed % 2**63)


@contextmanager
def kept_random_state() -> Iterator[None]:
    """Leave the global generators as they were before the block."""
    python, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with require("torch").random.fork_rng():
            yield
    finally:
        random.setstate(python)
        np.random.set_state(legacy)  # noqa: NPY002
