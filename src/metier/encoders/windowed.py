"""An encoder made of a tokenizer and a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import Reading, TextKind
from metier.encoders.windows import plan_windows, split_windows
from metier.errors import InvalidInput, ModelMismatch

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

OVERLAP: Final = 64
_TEXTS_AT_ONCE: Final = 256
_WINDOWS_AT_ONCE: Final = 16


class Network(Protocol):
    """The part of an encoder that computes."""

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        ...

    def states(self, rows: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        """Return the last hidden states of each row of token ids, (len(row), dim).

        What comes out for a row depends on that row alone, to the byte.
        """
        ...


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """What a model expects of the text that it is given.

    Attributes:
        name: what the model is called.
        sha256: hash of all of it.
        max_tokens: most tokens in one row, special ones and prefix included.
        prefixes: the words that go before a text of each kind.
    """

    name: str
    sha256: str
    max_tokens: int
    prefixes: Mapping[TextKind, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Token ids that go before and after every row."""

    before: tuple[int, ...]
    after: tuple[int, ...]

    def around(self, ids: Sequence[int]) -> tuple[int, ...]:
        return (*self.before, *ids, *self.after)

    def __len__(self) -> int:
        return len(self.before) + len(self.after)


class WindowedEncoder:
    """Implements `Encoder` over a tokenizer and a network.

    Args:
        tokenizer: its special tokens are set, truncation and padding are off.
        network: any implementation of `Network` that treats each row by itself.
        spec: what the model expects.

    Raises:
        ModelMismatch: a row has no room for at least two windows' overlap of text, or nothing but
            the text is in it.
    """

    def __init__(self, tokenizer: Tokenizer, network: Network, spec: EncoderSpec) -> None:
        self._tokenizer = tokenizer
        self._network = network
        self.spec = spec
        self._frames = {kind: self._frame(spec.prefixes.get(kind, "")) for kind in TextKind}
        if not all(len(frame) for frame in self._frames.values()):
            raise ModelMismatch(
                f"{spec.name} puts no special token around a text, so an empty one would have no vector. "
                "Take an encoder whose tokenizer does."
            )
        if min(self._room(kind) for kind in TextKind) < 2 * OVERLAP:
            raise ModelMismatch(
                f"{spec.name} takes rows of {spec.max_tokens} tokens; metier needs room for at least "
                f"{2 * OVERLAP} beside special tokens and prefix."
            )

    @property
    def name(self) -> str:
        """Return what the model is called."""
        return self.spec.name

    @property
    def sha256(self) -> str:
        """Return the hash of all of the model."""
        return self.spec.sha256

    @property
    def dim(self) -> int:
        """Return the length of its vectors."""
        return self._network.dim

    def encode(self, texts: Sequence[str], *, kind: TextKind) -> NDArray[np.float32]:
        """Return one unit vector per text; `Encoder.encode` is the contract."""
        if isinstance(texts, str):
            raise InvalidInput("texts must be a list of strings. Got one string: put it into a list.")
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            part = texts[first : first + _TEXTS_AT_ONCE]
            ids = [encoding.ids for encoding in self._tokenise(part)]
            for i, reading in zip(range(first, first + len(part)), self._readings(ids, kind), strict=True):
                vectors[i] = reading.vector
        return vectors

    def read(self, text: str) -> Reading:
        """Return the states of all tokens of a text; `Encoder.read` is the contract."""
        (reading,) = self.read_all([text])
        return reading

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """Return what `read` returns for each text; `Encoder.read_all` is the contract."""
        if isinstance(texts, str):
            raise InvalidInput("texts must be a list of strings. Got one string: put it into a list.")
        found: list[Reading] = []
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            part = texts[first : first + _TEXTS_AT_ONCE]
            encodings = self._tokenise(part)
            readings = self._readings([encoding.ids for encoding in encodings], TextKind.PASSAGE)
            for text, encoding, reading in zip(part, encodings, readings, strict=True):
                spans = visible_spans(text, encoding.offsets)
                found.append(Reading(reading.states, spans, reading.frame))
        return found

    def _frame(self, prefix: str) -> _Frame:
        probe = self._tokenizer.encode("a")
        inside = [i for i, special in enumerate(probe.special_tokens_mask) if not special]
        if not inside:
            raise ModelMismatch(f"{self.spec.name} has a tokenizer that makes nothing of a letter.")
        words = self._tokenizer.encode(prefix.strip(), add_special_tokens=False).ids
        return _Frame((*probe.ids[: inside[0]], *words), tuple(probe.ids[inside[-1] + 1 :]))

    def _room(self, kind: TextKind) -> int:
        return self.spec.max_tokens - len(self._frames[kind])

    def _tokenise(self, texts: Sequence[str]) -> list[Encoding]:
        # A lone surrogate, as a broken file may hold, cannot be handed over; both take one character.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        return self._tokenizer.encode_batch(clean, add_special_tokens=False)

    def _readings(self, texts: Sequence[Sequence[int]], kind: TextKind) -> Iterator[Reading]:
        """Yield the reading of each text given as token ids, in order, without spans."""
        frame = self._frames[kind]
        plans = [plan_windows(len(ids), size=self._room(kind), overlap=OVERLAP) for ids in texts]
        short = [i for i, plan in enumerate(plans) if len(plan) == 1]
        rows = self._network.states([frame.around(texts[i]) for i in short])
        states = dict(zip(short, rows, strict=True))
        for i, plan in enumerate(plans):
            if i in states:
                yield _split(states.pop(i), frame)
            else:
                yield self._long(texts[i], plan, frame)

    def _long(self, ids: Sequence[int], plan: list[range], frame: _Frame) -> Reading:
        """Return the reading of a text of many windows, some at a time, so that memory stays bounded."""
        parts = split_windows(plan)
        states = np.empty((len(ids), self.dim), np.float32)
        outer = np.empty((0, self.dim), np.float32)
        for first in range(0, len(plan), _WINDOWS_AT_ONCE):
            windows = plan[first : first + _WINDOWS_AT_ONCE]
            rows = self._network.states([frame.around(ids[w.start : w.stop]) for w in windows])
            for j, row in enumerate(rows):
                window, part, reading = windows[j], parts[first + j], _split(row, frame)
                states[part.start : part.stop] = reading.states[
                    part.start - window.start : part.stop - window.start
                ]
                outer = outer if first + j else reading.frame
        return Reading(states, np.zeros((0, 2), np.int64), outer)


def _split(row: NDArray[np.float32], frame: _Frame) -> Reading:
    """Part the states of a row into those of the text and those around it."""
    before, after = len(frame.before), len(row) - len(frame.after)
    return Reading(row[before:after], np.zeros((0, 2), np.int64), np.concatenate([row[:before], row[after:]]))


def visible_spans(text: str, offsets: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Return token offsets without the white space that tokenizers count to a word, (n_tokens, 2)."""
    spans = np.zeros((len(offsets), 2), np.int64)
    for i, (start, end) in enumerate(offsets):
        word = text[start:end]
        left = len(word) - len(word.lstrip())
        spans[i] = (start + left, max(start + left, start + len(word.rstrip())))
    return spans
