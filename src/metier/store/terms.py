"""The words of a text as full-text search compares them: lower case, stemmed, names of technologies whole."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from Stemmer import Stemmer

# Letters and digits, with the marks that belong to names: c++, c#, .net, node.js, ci/cd stays two words.
_WORD: Final = re.compile(r"\.?[^\W_]+(?:[.'’-][^\W_]+)*(?:\+\+|#)?")
_JOINED: Final = re.compile(r"[.'’-]")
_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
_ASCII: Final = re.compile(r"[a-z]+")
_MAX_TERM_CHARS: Final = 64


def find_terms(text: str) -> list[str]:
    """Return the terms of a text in order: Snowball stems, English or Russian by the letters of each word.

    A name with a mark in it counts as a whole, and so do its parts. Terms have at most 64 characters and
    never white space. Words of other scripts are taken as they are.

    >>> find_terms("Разработчики C++ и Node.js, .NET developers")
    ['разработчик', 'c++', 'и', 'node.js', 'node', 'js', '.net', 'net', 'develop']

    Source: Porter, "Snowball" (snowballstem.org), through PyStemmer.
    """
    terms: list[str] = []
    for word in _WORD.findall(text.lower().replace("ё", "е")):
        if word.isalnum():  # nearly all are
            terms.append(_stem(word))
            continue
        parts = [part for part in _JOINED.split(word) if part]
        if len(parts) > 1 or word.startswith("."):
            terms.append(word)
        terms += [_stem(part) for part in parts]
    return [term[:_MAX_TERM_CHARS] for term in terms]


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    if _CYRILLIC.search(word):
        return str(_stemmer("russian").stemWord(word))
    if _ASCII.fullmatch(word):
        return str(_stemmer("english").stemWord(word))
    return word


@lru_cache(maxsize=2)
def _stemmer(language: str) -> Stemmer:
    from Stemmer import Stemmer

    return Stemmer(language)
