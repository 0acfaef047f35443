"""What every encoder offers, and what reading a text with it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metier.encoders.pooling import mean_of_spans, unit_rows
from metier.types import Span


class TextKind(StrEnum):
    """What a text is to the model: what is looked for, or what is looked through."""

    QUERY = "query"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A text as an encoder read it, once and whole.

    Attributes:
        states: (n_tokens, dim) float32, the last hidden state of every token of the text.
        spans: (n_tokens, 2) int64, start and end of every token in characters of the text, rising;
            white space around a token is outside.
        frame: (n_frame, dim) float32, states of what the model wants around a text: special tokens
            and prefix.
    """

    states: NDArray[np.float32]
    spans: NDArray[np.int64]
    frame: NDArray[np.float32]

    @property
    def vector(self) -> NDArray[np.float32]:
        """Return the unit vector of the whole text, (dim,); equal to `encode` of it as a passage."""
        total = self.states.sum(axis=0, dtype=np.float64) + self.frame.sum(axis=0, dtype=np.float64)
        vector: NDArray[np.float32] = unit_rows((total / (len(self.states) + len(self.frame)))[None])[0]
        return vector

    def pool(self, spans: Sequence[Span]) -> NDArray[np.float32]:
        """Return one unit vector per span: the mean state of the tokens that begin in it.

        Returns:
            (n_spans, dim) float32; zeros for a span in which no token begins.
        """
        return unit_rows(mean_of_spans(self.states, self.spans[:, 0], spans))


class Encoder(Protocol):
    """Turns texts into vectors. The same text gives the same bytes, alone or in any company."""

    @property
    def name(self) -> str:
        """Return what the model is called in results."""
        ...

    @property
    def sha256(self) -> str:
        """Return the hash of all of the model."""
        ...

    @property
    def dim(self) -> int:
        """Return the length of its vectors."""
        ...

    def encode(self, texts: Sequence[str], *, kind: TextKind) -> NDArray[np.float32]:
        """Return one unit vector per text.

        Args:
            texts: n_texts strings of any length, the empty one included.
            kind: sets the prefix that the model was trained with.

        Returns:
            (n_texts, dim) float32, rows of L2 norm 1; (0, dim) for no texts.

        Raises:
            InvalidInput: `texts` is a lone string.
        """
        ...

    def read(self, text: str) -> Reading:
        """Return the states of all tokens of a text, as a passage; long texts in overlapping windows."""
        ...

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """Return what `read` returns for each text, to the byte; quicker for many short ones.

        Raises:
            InvalidInput: `texts` is a lone string.
        """
        ...
