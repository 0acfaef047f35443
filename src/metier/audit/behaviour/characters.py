"""Edits of letters and blanks that leave the meaning of a text as it is: case, spacing, typing errors."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

import numpy as np

from metier.errors import InvalidInput

LEAST_LETTERS: Final = 4
"""Shorter words are not mistyped: half of what is left of "Go" is another word."""
_ROWS: Final = {
    "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "ru": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
}
# Each row of a keyboard stands half a key to the right of the one above it.
_SHIFT: Final = 0.5
_NEAR: Final = 1.2
_WORD: Final = re.compile(r"[^\W\d_]+")
_BLANK: Final = re.compile(r"(?<=\S) (?=\S)")


def upper_case(text: str) -> str:
    """Return a text in capitals."""
    return text.upper()


def lower_case(text: str) -> str:
    """Return a text in small letters."""
    return text.lower()


def respace(text: str, rng: np.random.Generator, *, share: float) -> str:
    """Return a text in which some single blanks between words are two, as copied and justified texts have.

    Args:
        text: of any length.
        rng: of the draws.
        share: of blanks that are doubled, above 0 and at most 1; at least one is, where there is one.

    Raises:
        InvalidInput: share is out of range.
    """
    places = [match.start() for match in _BLANK.finditer(text)]
    for place in sorted(_drawn(places, rng, share), reverse=True):
        text = f"{text[:place]} {text[place:]}"
    return text


def mistype(
    text: str,
    rng: np.random.Generator,
    *,
    share: float,
    keep: Collection[str] = (),
    only: Collection[str] = (),
) -> str:
    """Return a text in which some words have a typing error each.

    An error is a neighbouring key, two letters in the wrong order, a letter left out or a letter twice. First
    letters stay, and so do words of fewer than four letters and those of other alphabets than Latin and
    Cyrillic.

    Args:
        text: of any length.
        rng: of the draws.
        share: of words that are mistyped, above 0 and at most 1; at least one is, where one can be.
        keep: words that stay, whatever their case; of a term, each of its words.
        only: the words that are mistyped; any where there is none.

    Raises:
        InvalidInput: share is out of range.
    """
    kept, wanted = _folded(keep), _folded(only)
    words = [
        match
        for match in _WORD.finditer(text)
        if len(match[0]) >= LEAST_LETTERS
        and match[0].casefold() not in kept
        and (not only or match[0].casefold() in wanted)
        and any(letter in _neighbours() for letter in match[0][1:].lower())
    ]
    chosen = _drawn(range(len(words)), rng, share)
    for i in sorted(chosen, reverse=True):
        start, end = words[i].span()
        text = text[:start] + _mistyped(text[start:end], rng) + text[end:]
    return text


def _folded(terms: Collection[str]) -> frozenset[str]:
    return frozenset(word.casefold() for term in terms for word in _WORD.findall(term))


def _drawn(items: Collection[int], rng: np.random.Generator, share: float) -> list[int]:
    if not 0 < share <= 1:
        raise InvalidInput(f"share must be above 0 and at most 1. Got {share}.")
    n = min(len(items), max(1, round(share * len(items))))
    return [int(item) for item in rng.choice(list(items), n, replace=False)] if n else []


def _mistyped(word: str, rng: np.random.Generator) -> str:
    """Return a word with one error; letters that cannot change it are drawn again."""
    while True:
        place = int(rng.integers(1, len(word)))
        kind = int(rng.integers(4))
        letter = word[place]
        if kind == 0:
            near = _neighbours().get(letter.lower(), "")
            new = near[int(rng.integers(len(near)))] if near else letter
            changed = word[:place] + (new.upper() if letter.isupper() else new) + word[place + 1 :]
        elif kind == 1:
            changed = word[: place - 1] + letter + word[place - 1] + word[place + 1 :] if place > 1 else word
        elif kind == 2:
            changed = word[:place] + word[place + 1 :]
        else:
            changed = word[:place] + letter + word[place:]
        if changed != word:
            return changed


@lru_cache(maxsize=1)
def _neighbours() -> dict[str, str]:
    """Return the letters next to each letter on the keyboards of English and Russian."""
    found = {}
    for rows in _ROWS.values():
        keys = {
            letter: (column + _SHIFT * row, row)
            for row, letters in enumerate(rows)
            for column, letter in enumerate(letters)
        }
        for letter, (x, y) in keys.items():
            found[letter] = "".join(
                other
                for other, (u, v) in keys.items()
                if other != letter and (x - u) ** 2 + (y - v) ** 2 <= _NEAR**2
            )
    return found
