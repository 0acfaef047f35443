"""How alike words and the names of skills are spelled: character n-grams weighed by how rare they are.

Every word, with a blank on either side, gives its n-grams of 3 to 5 characters. The weight of an n-gram that
occurs c times in a name is (1 + ln c) (1 + ln((1 + N) / (1 + d))), where d of all N names hold it; the
weights of a name are scaled to length 1, and two strings are as alike as the product of their weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIZES: Final = (3, 4, 5)
_BLANK: Final = ord(" ")
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)


class NameIndex:
    """Says how alike some words and each skill are spelled, by the skill's best name.

    Args:
        names: names of each skill, at least one for each, and one of them with a word.

    Source: TF-IDF, Salton and Buckley 1988, with sublinear term frequency.
    """

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        flat = [name for group in names for name in group]
        self._n_names = len(flat)
        self._firsts = np.cumsum([0, *(len(group) for group in names[:-1])])
        grams, owners = _ngrams(flat)
        self._grams, which = np.unique(grams, return_inverse=True)
        pairs, counts = np.unique(which * len(flat) + owners, return_counts=True)
        which, self._owners = pairs // len(flat), (pairs % len(flat)).astype(np.int32)
        holding = np.bincount(which, minlength=len(self._grams))
        self._rarity = 1 + np.log((1 + len(flat)) / (1 + holding))
        weights = (1 + np.log(counts)) * self._rarity[which]
        norms = np.sqrt(np.bincount(self._owners, weights**2, minlength=len(flat)))
        self._weights = (weights / norms[self._owners]).astype(np.float32)
        self._starts = np.concatenate([[0], np.cumsum(holding)])

    def compare(self, words: str) -> NDArray[np.float64]:
        """Return how alike some words and each skill are spelled, (n_skills,), 0 to 1; zeros for no words."""
        grams, counts = np.unique(_ngrams([words])[0], return_counts=True)
        place = np.minimum(np.searchsorted(self._grams, grams), len(self._grams) - 1)
        known = self._grams[place] == grams
        place = place[known]
        weights = (1 + np.log(counts[known])) * self._rarity[place]
        weights = weights / max(float(np.sqrt((weights**2).sum())), 1e-12)
        spelled = np.zeros(self._n_names)
        for first, last, weight in zip(
            self._starts[place].tolist(), self._starts[place + 1].tolist(), weights.tolist(), strict=True
        ):
            spelled[self._owners[first:last]] += weight * self._weights[first:last]
        best: NDArray[np.float64] = np.maximum.reduceat(spelled, self._firsts).clip(max=1.0)
        return best


def _ngrams(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the n-grams of all texts as numbers, and the text that each comes from."""
    padded = ["".join(f" {word} " for word in text.casefold().split()) for text in texts]
    joined = "".join(padded).encode("utf-32-le", "replace")
    letters = np.frombuffer(joined, np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in padded])
    # Two blanks side by side are the border of two words, which no n-gram spans.
    border = (letters[:-1] == _BLANK) & (letters[1:] == _BLANK)
    borders_before = np.concatenate([[0], np.cumsum(border)])
    grams, sources = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for size in SIZES:
        n = len(letters) - size + 1
        if n < 1:
            continue
        inside = borders_before[size - 1 : size - 1 + n] == borders_before[:n]
        hashed = np.full(n, size, np.uint64)
        for k in range(size):
            hashed = (hashed ^ letters[k : k + n]) * _FACTOR
            hashed ^= hashed >> np.uint64(29)
        grams.append(hashed[inside])
        sources.append(owners[:n][inside])
    return np.concatenate(grams), np.concatenate(sources)
