"""An encoder without a model, for tests and as a baseline: quick, exact, alike for texts that share words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import Reading, TextKind
from metier.errors import InvalidInput

_TOKEN = re.compile(r"\w+|[^\w\s]")


class FakeEncoder:
    """Implements `Encoder`: every word has a direction of its own, and a text is the mean of its words.

    Args:
        dim: length of its vectors, at least 1.
    """

    name = "fake"

    def __init__(self, dim: int = 32) -> None:
        if dim < 1:
            raise InvalidInput(f"dim must be at least 1. Got {dim}.")
        self.dim = dim

    @property
    def sha256(self) -> str:
        """Return a hash that stands for the rule and the length of the vectors."""
        return hashlib.sha256(f"{self.name}-{self.dim}".encode()).hexdigest()

    def encode(self, texts: Sequence[str], *, kind: TextKind) -> NDArray[np.float32]:
        """Return one unit vector per text; `Encoder.encode` is the contract. The kind changes nothing."""
        del kind
        if isinstance(texts, str):
            raise InvalidInput("texts must be a list of strings. Got one string: put it into a list.")
        vectors = [self.read(text).vector for text in texts]
        return np.array(vectors, np.float32).reshape(len(texts), self.dim)

    def read(self, text: str) -> Reading:
        """Return the states of all words of a text; `Encoder.read` is the contract."""
        matches = list(_TOKEN.finditer(text))
        states = np.array([self._direction(match[0].lower()) for match in matches], np.float32)
        spans = np.array([match.span() for match in matches], np.int64)
        frame = self._direction("") * np.float32(0.01)
        return Reading(states.reshape(-1, self.dim), spans.reshape(-1, 2), frame[None])

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """Return what `read` returns for each text; `Encoder.read_all` is the contract."""
        if isinstance(texts, str):
            raise InvalidInput("texts must be a list of strings. Got one string: put it into a list.")
        return [self.read(text) for text in texts]

    def _direction(self, word: str) -> NDArray[np.float32]:
        seed = int.from_bytes(hashlib.sha256(word.encode(errors="replace")).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self.dim).astype(np.float32)
