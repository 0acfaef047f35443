"""Texts as short-answer scoring compares them: vectors less what is usual, stems with how rare they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.pooling import unit_rows
from metier.encoders.reading import Encoder, Reading
from metier.interview.short_answers.folds import text_key
from metier.store.terms import find_terms

_LEAST_WEIGHT: Final = 0.1
_OF_NO_TERM: Final = 0.5
_NOT_LETTERS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, eq=False)
class ReadText:
    """A text as it stands, without what is usual in others.

    Attributes:
        words: as given.
        vector: (dim,) unit vector.
        states: (n_tokens, dim), unit rows.
        terms: stems in order.
        token_terms: the stem that each token stands for; empty where it is none.
        keys: hash of each stem.
        pieces: how often each run of three or four letters occurs, by length.
    """

    words: str
    vector: NDArray[np.float32]
    states: NDArray[np.float32]
    terms: tuple[str, ...]
    token_terms: tuple[str, ...]
    keys: Mapping[str, int]
    pieces: Mapping[int, Counter[str]]


class Readings:
    """Reads texts with an encoder, each once.

    Args:
        encoder: in use.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._known: dict[str, ReadText] = {}

    def read(self, texts: Sequence[str]) -> list[ReadText]:
        """Return what is read in each text."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        for text, reading in zip(missing, self.encoder.read_all(missing), strict=True):
            self._known[text] = _read(text, reading)
        return [self._known[text] for text in texts]


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """What is usual in the texts that a model was trained on.

    Attributes:
        center: (dim,) float32, mean vector.
        state: (dim,) float32, mean unit state of a token.
        terms: (n_terms,) uint64, rising: hashes of the stems that occur.
        weights: (n_terms,) float32: how rare each is, as inverse document frequency.
        unseen: weight of any other stem.
    """

    center: NDArray[np.float32]
    state: NDArray[np.float32]
    terms: NDArray[np.uint64]
    weights: NDArray[np.float32]
    unseen: float

    @classmethod
    def of(cls, texts: Sequence[str], readings: Readings) -> Usual:
        """Return what is usual in some texts, at least one; copies count once."""
        distinct = sorted(set(texts))
        read = readings.read(distinct)
        states = [text.states.mean(axis=0) for text in read if len(text.states)]
        mean = np.mean(states, axis=0) if states else np.zeros(readings.encoder.dim)
        count = Counter(key for text in read for key in text.keys.values())
        terms = np.array(sorted(count), np.uint64)
        often = np.array([count[term] for term in terms.tolist()], np.float64)
        weights = np.maximum(np.log((len(distinct) + 1) / (often + 1)), _LEAST_WEIGHT)
        return cls(
            np.mean([text.vector for text in read], axis=0).astype(np.float32),
            mean.astype(np.float32),
            terms,
            weights.astype(np.float32),
            max(float(np.float32(np.log(len(distinct) + 1))), _LEAST_WEIGHT),
        )

    def table(self) -> dict[int, float]:
        """Return how much each stem that occurs counts, above 0, by its hash."""
        return dict(zip(self.terms.tolist(), self.weights.tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text, read.

    Attributes:
        words: as given.
        vector: (dim,) unit vector.
        centered: (dim,) unit vector less the usual one.
        states: (n_tokens, dim), unit rows.
        centered_states: likewise, less the usual one.
        token_weights: (n_tokens,) how rare the stem is that each token stands for.
        terms: stems in order.
        rarity: weight of each distinct stem.
        pieces: how often each run of three or four letters occurs, by length.
    """

    words: str
    vector: NDArray[np.float32]
    centered: NDArray[np.float32]
    states: NDArray[np.float32]
    centered_states: NDArray[np.float32]
    token_weights: NDArray[np.float64]
    terms: tuple[str, ...]
    rarity: Mapping[str, float]
    pieces: Mapping[int, Counter[str]]


def read_texts(texts: Sequence[str], readings: Readings, usual: Usual) -> dict[str, Text]:
    """Return each distinct text, read."""
    distinct, table = list(dict.fromkeys(texts)), usual.table()
    return {read.words: _compared(read, usual, table) for read in readings.read(distinct)}


def _read(words: str, reading: Reading) -> ReadText:
    terms = tuple(find_terms(words))
    tokens = [find_terms(words[start:end])[:1] for start, end in reading.spans.tolist()]
    token_terms = tuple(token[0] if token else "" for token in tokens)
    plain = f" {_NOT_LETTERS.sub(' ', words.lower()).strip()} "
    return ReadText(
        words,
        reading.vector,
        unit_rows(reading.states),
        terms,
        token_terms,
        {term: text_key(term) for term in sorted(set(terms))},
        {n: Counter(plain[i : i + n] for i in range(len(plain) - n + 1)) for n in (3, 4)},
    )


def _compared(read: ReadText, usual: Usual, table: Mapping[int, float]) -> Text:
    rarity = {term: table.get(key, usual.unseen) for term, key in read.keys.items()}
    # A token may be a part of a word, whose own stem the text as a whole does not have.
    tokens = [
        (rarity[term] if term in rarity else table.get(text_key(term), usual.unseen)) if term else _OF_NO_TERM
        for term in read.token_terms
    ]
    return Text(
        read.words,
        read.vector,
        unit_rows((read.vector - usual.center)[None])[0],
        read.states,
        unit_rows(read.states - usual.state),
        np.array(tokens, np.float64),
        read.terms,
        rarity,
        read.pieces,
    )
