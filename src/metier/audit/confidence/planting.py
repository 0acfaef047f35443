"""Texts of no domain, made from those at hand: they show what nonsense does, not what a model will meet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from metier.training.calibration import own_texts
from metier.training.schedule import derived_seed

TYPING_SHARE: Final = 0.3
"""Share of letters that typing noise moves to a key beside them."""
_LANGUAGES: Final = ("ko", "he")
_LEAST_CHARS: Final = 20
_WORD: Final = re.compile(r"\S+")
_KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_BESIDE: Final = {
    letter: row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
    for row in _KEYS
    for place, letter in enumerate(row)
}


class Planted(StrEnum):
    """What was done to texts."""

    LETTERS = "shuffled-letters"
    WORDS = "shuffled-words"
    TYPING = "typing-noise"
    LANGUAGE = "other-language"


MEANINGLESS: Final = frozenset({Planted.LETTERS, Planted.LANGUAGE})
"""Kinds that no classifier of English or Russian texts can be right about."""


def plant_texts(texts: Sequence[str], *, seed: int = 0, half: int = 0) -> Mapping[Planted, list[str]]:
    """Return texts out of the domain, by kind.

    Letters shuffled within a text, words shuffled within a text, 30 % of the letters mistyped, and lines of
    Korean and Hebrew resumes and job ads that were written for metier. What stays as it was is left out.

    Args:
        texts: of the domain.
        seed: of the draws; a text is changed alike whatever the others are.
        half: 0 or 1, which of two parts of the lines in other languages to take.
    """
    made: dict[Planted, list[str]] = {}
    changes = {
        Planted.LETTERS: _shuffled_letters,
        Planted.WORDS: _shuffled_words,
        Planted.TYPING: _mistyped,
    }
    for kind, change in changes.items():
        changed = [change(text, np.random.default_rng(derived_seed(kind, seed, text))) for text in texts]
        made[kind] = [new for new, text in zip(changed, texts, strict=True) if new != text]
    made[Planted.LANGUAGE] = _other_languages()[half::2]
    return made


def _shuffled_letters(text: str, rng: np.random.Generator) -> str:
    letters = [letter for letter in text if not letter.isspace()]
    rng.shuffle(letters)
    left = iter(letters)
    return "".join(letter if letter.isspace() else next(left) for letter in text)


def _shuffled_words(text: str, rng: np.random.Generator) -> str:
    words = _WORD.findall(text)
    rng.shuffle(words)
    left = iter(words)
    return _WORD.sub(lambda _: next(left), text)


def _mistyped(text: str, rng: np.random.Generator) -> str:
    found = []
    for letter in text:
        beside = _BESIDE.get(letter.lower(), "")
        if beside and rng.random() < TYPING_SHARE:
            other = beside[int(rng.integers(len(beside)))]
            found.append(other.upper() if letter.isupper() else other)
        else:
            found.append(letter)
    return "".join(found)


def _other_languages() -> list[str]:
    lines = [
        line.strip() for language in _LANGUAGES for text in own_texts(language) for line in text.split("\n")
    ]
    return [line for line in dict.fromkeys(lines) if len(line) >= _LEAST_CHARS]
