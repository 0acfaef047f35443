"""How much of what a skill is called, and of what its description says, the words of a sentence share."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.types import Skill

MOST_SHARED: Final = 3
_ROOT_CHARS: Final = 5  # of a stem, so that "negotiated" and "negotiation" meet
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_CYRILLIC: Final = re.compile(r"[а-яё]")
_EMPTY: Final = frozenset(
    "and the for with that from what are into they their which или для при над под про как что это".split()
)


class WordOverlap:
    """Compares sentences with skills by the roots of their words.

    Args:
        skills: n_skills.
    """

    def __init__(self, skills: Sequence[Skill]) -> None:
        self._n_skills = len(skills)
        self._names: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
        self._descriptions: dict[str, list[int]] = defaultdict(list)
        self._n_names = 0
        for i, skill in enumerate(skills):
            for name in (skill.label, *skill.aliases):
                found = roots(name)
                for root in found:
                    self._names[root].append((i, self._n_names, 1 / len(found)))
                self._n_names += 1
            for root in roots(skill.description):
                self._descriptions[root].append(i)

    def compare(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Return the overlap of each sentence with each skill.

        Returns:
            (n_sentences, n_skills, 2): the share of the roots of that name of the skill which shares most,
            0 to 1, and how many roots of its description are shared, 0 to 3.
        """
        shared = np.zeros((len(sentences), self._n_skills, 2))
        for i, sentence in enumerate(sentences):
            by_name: dict[tuple[int, int], float] = defaultdict(float)
            for root in sorted(roots(sentence)):
                for skill, name, share in self._names.get(root, ()):
                    by_name[skill, name] += share
                for skill in self._descriptions.get(root, ()):
                    shared[i, skill, 1] += 1
            for (skill, _), share in by_name.items():
                shared[i, skill, 0] = max(shared[i, skill, 0], min(share, 1.0))
        shared[:, :, 1] = np.minimum(shared[:, :, 1], MOST_SHARED)
        return shared


def roots(text: str) -> frozenset[str]:
    """Return the roots of the words of three letters or more: the first five letters of their stems.

    >>> sorted(roots("Negotiated the leases"))
    ['lease', 'negot']
    """
    return frozenset(_root(word) for word in _WORD.findall(text.lower()) if word not in _EMPTY)


@lru_cache(maxsize=100_000)
def _root(word: str) -> str:
    stem: str = _stemmer("russian" if _CYRILLIC.search(word) else "english").stemWord(word)
    return stem[:_ROOT_CHARS]


@lru_cache(maxsize=2)
def _stemmer(language: str) -> Any:
    from Stemmer import Stemmer

    return Stemmer(language)
