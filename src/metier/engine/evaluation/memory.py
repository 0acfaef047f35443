"""An encoder that remembers what it read, so that a text which stands in several sets is read once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import Encoder, Reading, TextKind
from metier.errors import InvalidInput
from metier.expertise.pooling import pool_reading

_VECTOR_BYTES: Final = 600_000_000
_READING_BYTES: Final = 300_000_000
_AT_ONCE: Final = 256
_OVERHEAD: Final = 200
Value = TypeVar("Value")


class _Kept(Generic[Value]):
    """The newest values that fit into some bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held = 0
        self._values: OrderedDict[str, tuple[Value, int]] = OrderedDict()

    def get(self, key: str) -> Value | None:
        found = self._values.get(key)
        return None if found is None else found[0]

    def add(self, key: str, value: Value, size: int) -> None:
        if key in self._values:
            return
        self._values[key] = (value, size)
        self._held += size
        while self._held > self._most and len(self._values) > 1:
            _, (_, dropped) = self._values.popitem(last=False)
            self._held -= dropped


class RememberingEncoder:
    """Implements `Encoder` over another one, with the same bytes and fewer passes.

    Args:
        encoder: what reads.
        vector_bytes: how much of vectors and pooled states is kept at most, the newest of them.
        reading_bytes: how much of whole readings.
    """

    def __init__(
        self, encoder: Encoder, *, vector_bytes: int = _VECTOR_BYTES, reading_bytes: int = _READING_BYTES
    ) -> None:
        self._encoder = encoder
        self._queries: _Kept[NDArray[np.float32]] = _Kept(vector_bytes // 3)
        self._passages: _Kept[NDArray[np.float32]] = _Kept(vector_bytes - vector_bytes // 3)
        self._readings: _Kept[Reading] = _Kept(reading_bytes)

    @property
    def name(self) -> str:
        """Return what the model is called."""
        return self._encoder.name

    @property
    def sha256(self) -> str:
        """Return the hash of all of the model."""
        return self._encoder.sha256

    @property
    def dim(self) -> int:
        """Return the length of its vectors."""
        return self._encoder.dim

    def encode(self, texts: Sequence[str], *, kind: TextKind) -> NDArray[np.float32]:
        """Return one unit vector per text; `Encoder.encode` is the contract."""
        _check_list(texts)
        if kind is TextKind.PASSAGE:
            return np.ascontiguousarray(self._summaries(texts)[:, : self.dim])
        found = {text: self._queries.get(text) for text in texts}
        new = [text for text, vector in found.items() if vector is None]
        for text, vector in zip(new, self._encoder.encode(new, kind=kind), strict=True):
            found[text] = vector
            self._queries.add(text, vector.copy(), vector.nbytes + _OVERHEAD + len(text))
        return np.array([found[text] for text in texts], np.float32).reshape(len(texts), self.dim)

    def pooled(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the mean and the spread of the token states of each text, (n_texts, 2 * dim).

        Raises:
            InvalidInput: `texts` is a lone string.
        """
        _check_list(texts)
        return self._summaries(texts)[:, self.dim :]

    def read(self, text: str) -> Reading:
        """Return the states of all tokens of a text; `Encoder.read` is the contract."""
        (reading,) = self.read_all([text])
        return reading

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """Return what `read` returns for each text; `Encoder.read_all` is the contract."""
        _check_list(texts)
        found = {text: self._readings.get(text) for text in texts}
        new = [text for text, reading in found.items() if reading is None]
        for first in range(0, len(new), _AT_ONCE):
            part = new[first : first + _AT_ONCE]
            for text, read in zip(part, self._encoder.read_all(part), strict=True):
                found[text] = read
                self._note(text, read)
                size = read.states.nbytes + read.spans.nbytes + read.frame.nbytes
                self._readings.add(text, read, size + _OVERHEAD + len(text))
        return [reading for text in texts if (reading := found[text]) is not None]

    def _note(self, text: str, reading: Reading) -> NDArray[np.float32]:
        known = self._passages.get(text)
        if known is None:
            known = np.concatenate([reading.vector, pool_reading(reading)]).astype(np.float32)
            self._passages.add(text, known, known.nbytes + _OVERHEAD + len(text))
        return known

    def _summaries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return vector, mean and spread of each text, (n_texts, 3 * dim)."""
        found = {text: self._passages.get(text) for text in texts}
        new = [text for text, known in found.items() if known is None]
        for first in range(0, len(new), _AT_ONCE):
            part = new[first : first + _AT_ONCE]
            for text, read in zip(part, self._encoder.read_all(part), strict=True):
                found[text] = self._note(text, read)
        return np.array([found[text] for text in texts], np.float32).reshape(len(texts), 3 * self.dim)


def _check_list(texts: Sequence[str]) -> None:
    if isinstance(texts, str):
        raise InvalidInput("texts must be a list of strings. Got one string: put it into a list.")
