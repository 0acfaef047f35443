"""Texts to edit, and encoders that are quick enough to edit them often."""

from functools import lru_cache

import numpy as np

from metier.encoders.fake import FakeEncoder

LINES = [
    f"Worker {name} built the {thing} of a {place} and then tested it with great care. All of it was late."
    for name in ("one", "two", "three", "four", "five")
    for thing in ("bridge", "shop", "server", "engine")
    for place in ("town", "bank")
]


class QuickEncoder(FakeEncoder):
    """Implements `Encoder`; it remembers the direction of each word."""

    def __init__(self, dim=16):
        super().__init__(dim)
        self._remembered = lru_cache(maxsize=None)(super()._direction)

    def _direction(self, word):
        return self._remembered(word)


class LoudEncoder(QuickEncoder):
    """Implements `Encoder`; a single word drowns all others."""

    def _direction(self, word):
        return super()._direction(word) * np.float32(50 if word == "unfortunately" else 1)
