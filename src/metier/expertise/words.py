"""Texts as counts of pieces of words, hashed: what a linear model can learn from some hundred texts.

Pieces are runs of 3 to 5 letters of a word with a blank on either side of it, so that forms of a word share
most of theirs. Digits are left out: years would tell ages.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require

N_SLOTS: Final = 1 << 15
_LENGTHS: Final = (3, 4, 5)
_WORD: Final = re.compile(r"[^\W\d_]+")
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True, eq=False)
class WordPieces:
    """The pieces of one text.

    Attributes:
        slots: (m,) int64, the slots that come, rising.
        weights: (m,) float64, of each in a vector of L2 norm 1.
        starts: (n_words,) int64, where words begin in the text.
        word_slots: for each word, (k,) int64 the places of its pieces in `slots`.
        counts: (m,) float64, how often each slot comes.
    """

    slots: NDArray[np.int64]
    weights: NDArray[np.float64]
    starts: NDArray[np.int64]
    word_slots: tuple[NDArray[np.int64], ...]
    counts: NDArray[np.float64]

    def score(self, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the products with rows of weights, (n_rows,) float64, of (n_rows, 32768)."""
        chosen = weights[:, self.slots].astype(np.float64)
        return np.array([(row * self.weights).sum() for row in chosen])

    def by_word(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each word adds to the product with one row of weights, (n_words,); together all of it.

        Args:
            weights: (32768,).
        """
        each = weights[self.slots] * self.weights / self.counts
        return np.array([each[places].sum() for places in self.word_slots], np.float64)


def read_words(text: str, idf: NDArray[np.float32]) -> WordPieces:
    """Return the pieces of a text, weighted by 1 + log of how often they come, and by their rarity.

    Args:
        text: any.
        idf: (32768,) float32, the rarity of each slot.

    Source: tf-idf, Salton and Buckley 1988; hashing, Weinberger et al. 2009 (arXiv:0902.2206).
    """
    words = list(_WORD.finditer(text))
    hashed = [_pieces(match[0].casefold()) for match in words]
    joined = np.concatenate([np.zeros(0, np.int64), *hashed])
    slots, places, counts = np.unique(joined, return_inverse=True, return_counts=True)
    weights = (1 + np.log(counts)) * idf[slots]
    length = float(np.sqrt((weights**2).sum()))
    ends = np.cumsum([len(each) for each in hashed])[:-1] if hashed else np.zeros(0, np.int64)
    return WordPieces(
        slots,
        weights / length if length else weights,
        np.array([match.start() for match in words], np.int64),
        tuple(np.split(places, ends)) if hashed else (),
        counts.astype(np.float64),
    )


def rarity(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the rarity of each slot, (32768,) float32: 1 + log((n + 1) / (texts with it + 1)).

    Args:
        texts: n of them.
    """
    having = np.zeros(N_SLOTS)
    for text in texts:
        words = {match[0].casefold() for match in _WORD.finditer(text)}
        having[np.unique(np.concatenate([np.zeros(0, np.int64), *map(_pieces, words)]))] += 1
    return (1 + np.log((len(texts) + 1) / (having + 1))).astype(np.float32)


def word_matrix(texts: Sequence[str], idf: NDArray[np.float32]) -> Any:
    """Return texts as rows of a sparse matrix of scipy, (n_texts, 32768) float64, for fitting.

    Raises:
        MissingExtra: scikit-learn, which brings scipy, is not installed.
    """
    require("sklearn")
    read = [read_words(text, idf) for text in texts]
    ends = np.cumsum([0, *(len(each.slots) for each in read)])
    data = np.concatenate([np.zeros(0), *(each.weights for each in read)])
    columns = np.concatenate([np.zeros(0, np.int64), *(each.slots for each in read)])
    # Named and not imported: scipy comes with scikit-learn, and with that alone.
    return import_module("scipy.sparse").csr_matrix((data, columns, ends), shape=(len(texts), N_SLOTS))


@lru_cache(maxsize=1 << 16)
def _pieces(word: str) -> NDArray[np.int64]:
    """Return the slots of a word's pieces."""
    padded = f" {word[:_LONGEST]} ".encode("utf-32-le", "replace")
    # Four bytes a letter; crc32 is the same on all machines, which `hash` is not.
    n = len(padded) // 4
    found = [
        zlib.crc32(padded[4 * i : 4 * (i + length)]) % N_SLOTS
        for length in _LENGTHS
        for i in range(n - length + 1)
    ]
    return np.array(found, np.int64)
