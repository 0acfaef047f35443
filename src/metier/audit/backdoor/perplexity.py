"""ONION: words whose removal makes a text much more likely, by a small language model of the clean texts.

The language model is no network: word bigrams, backed off to single words, backed off to the spelling by
character 4-grams, with Witten and Bell's weights. It is trained on the clean texts at hand, so it knows what
is ordinary in them, and little of the language besides.

Source: ONION, Qi et al. 2021 (arXiv:2011.10369); smoothing of Witten and Bell 1991.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_WORD: Final = re.compile(r"\w+|[^\w\s]+|[^\S ]")
_ORDER: Final = 4
_EDGE: Final = "\0"
_ALPHABET: Final = 1000
_LEAST: Final = 1e-60


@dataclass(frozen=True, slots=True)
class OddWord:
    """The word of a text that fits least.

    Attributes:
        place: number of the word in the text, from 0; -1 in a text of fewer than two words.
        gain: by how many nats per word the text becomes more likely without it; may be below 0.
    """

    place: int
    gain: float


class NgramModel:
    """Word bigrams over single words over spelling.

    Args:
        texts: to learn from; none at all leaves every spelling equally likely.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        self._after: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._letters: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            words = words_of(text)
            self._words.update([*words, _EDGE])
            for before, word in zip([_EDGE, *words], [*words, _EDGE], strict=True):
                self._after[before][word] += 1
        for word in self._words:
            spelled = f"{_EDGE * (_ORDER - 1)}{word}{_EDGE}"
            for i in range(_ORDER - 1, len(spelled)):
                for order in range(_ORDER):
                    self._letters[spelled[i - order : i]][spelled[i]] += 1
        self._total = self._words.total()
        self._spelling: dict[str, float] = {}

    def surprise(self, words: Sequence[str]) -> float:
        """Return the negative log-probability of a text, end included, in nats."""
        pairs = zip([_EDGE, *words], [*words, _EDGE], strict=True)
        return -sum(math.log(self._pair(before, word)) for before, word in pairs)

    def odd_word(self, text: str) -> OddWord:
        """Return the word whose removal makes a text most likely, per word."""
        words = words_of(text)
        if len(words) < 2:
            return OddWord(-1, 0.0)
        edged = [_EDGE, *words, _EDGE]
        costs = [-math.log(self._pair(*pair)) for pair in pairwise(edged)]
        total, left = sum(costs), len(words) - 1
        # Without a word, two pairs go and one comes.
        gains = [
            total / len(words)
            - (total - costs[i] - costs[i + 1] - math.log(self._pair(edged[i], edged[i + 2]))) / left
            for i in range(len(words))
        ]
        place = max(range(len(words)), key=gains.__getitem__)
        return OddWord(place, gains[place])

    def _pair(self, before: str, word: str) -> float:
        seen = self._after.get(before)
        if seen is None:
            return self._single(word)
        total, kinds = seen.total(), len(seen)
        return (seen[word] + kinds * self._single(word)) / (total + kinds)

    def _single(self, word: str) -> float:
        if not self._total:
            return self._spelled(word)
        kinds = len(self._words)
        return (self._words[word] + kinds * self._spelled(word)) / (self._total + kinds)

    def _spelled(self, word: str) -> float:
        if word not in self._spelling:
            text = f"{_EDGE * (_ORDER - 1)}{word[:40]}{_EDGE}"
            places = range(_ORDER - 1, len(text))
            total = sum(math.log(self._letter(text[i - _ORDER + 1 : i], text[i])) for i in places)
            self._spelling[word] = max(math.exp(total), _LEAST)
        return self._spelling[word]

    def _letter(self, before: str, letter: str) -> float:
        shorter = self._letter(before[1:], letter) if before else 1 / _ALPHABET
        seen = self._letters.get(before)
        if seen is None:
            return shorter
        total, kinds = seen.total(), len(seen)
        return (seen[letter] + kinds * shorter) / (total + kinds)


def words_of(text: str) -> list[str]:
    """Return the words of a text and its runs of punctuation, in lower case.

    >>> words_of("No, really?!")
    ['no', ',', 'really', '?!']
    """
    return [match.casefold() for match in _WORD.findall(text)]
