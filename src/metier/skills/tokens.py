"""Text to normalised tokens with exact offsets.

A skill's name and a text are compared as sequences of tokens, so a word boundary is never guessed at:
"Java" is no part of "JavaScript", and "C", "C++", "C#", ".NET" and "Go" are tokens of their own.
Normalising a token never touches the text, so offsets need no correction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

# A token keeps to one script: "Python을" is two tokens, "Python-разработчик" as well.
_TOKEN = re.compile(
    r"""
      (?<!\w)\.[A-Za-z]{2,}                              # .NET
    | \d*[\u0400-\u04ff]+[\d\u0400-\u04ff]*              # Cyrillic, with digits: 1С
    | [A-Za-z]{3,}(?=\d+(?![^\W_]))                      # a name before its version: Python|3, HTML|5
    | [A-Za-z]{1,3}\#(?![^\W\d_])                        # C#, F#
    | [A-Za-z]{1,3}\+\+                                  # C++
    | [A-Za-z0-9\u00c0-\u024f]+
    | [\uac00-\ud7a3]+                                   # Hangul
    | [\u05d0-\u05ea]+(?:['"\u05f3\u05f4][\u05d0-\u05ea]+)*   # Hebrew, with inner geresh: ג'אווה
    | [^\W_]+
    """,
    re.VERBOSE,
)
# Addresses name products ("github.com/...") without claiming a skill. Names of products with a dot in
# them ("Node.js", "Monday.com") are no addresses: a bare one ends in .com, .org or .ru, in small letters.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}"
    r"|(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/\w\S*"
    r"|(?<![\w.-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}\.(?:com|org|ru)\b"
)
# What may stand between two tokens of one name: blanks with at most one line break, a joining mark
# without blanks around it, or a blank-padded slash or ampersand ("CI / CD").
_JOINING_GAP = re.compile(r"[^\S\n]*\n?[^\S\n]*|[-‐‑–/.:&_'’·+]|[-‐‑]\n[^\S\n]*|[^\S\n][/&][^\S\n]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_MIN_STEMMED = 4


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text.

    Attributes:
        start: offset of its first character.
        end: offset after its last character.
        norm: the form that is compared: case-folded, Russian words stemmed.
        joined: it may continue a name begun by the token before it.
    """

    start: int
    end: int
    norm: str
    joined: bool


@lru_cache(maxsize=1)
def _russian_stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("russian")


@lru_cache(maxsize=65536)
def normalise(word: str) -> str:
    """Return the form of one token in which names and texts are compared.

    Source: Snowball's Russian stemmer, https://snowballstem.org/algorithms/russian/stemmer.html.
    """
    folded = word.casefold()
    if not _CYRILLIC.search(folded):
        return folded
    folded = folded.replace("ё", "е")
    if len(folded) < _MIN_STEMMED:
        return folded
    stemmed: str = _russian_stemmer().stemWord(folded)
    return stemmed


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a text in order; those inside web and mail addresses are left out."""
    addresses = [match.span() for match in _ADDRESS.finditer(text)]
    tokens: list[Token] = []
    previous_end = -1
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while addresses and addresses[0][1] <= start:
            addresses.pop(0)
        if addresses and addresses[0][0] < end:
            continue
        joined = previous_end >= 0 and _JOINING_GAP.fullmatch(text, previous_end, start) is not None
        tokens.append(Token(start, end, normalise(match.group()), joined))
        previous_end = end
    return tokens


def name_tokens(name: str) -> tuple[str, ...]:
    """Return the normalised tokens of a skill's name; its separators do not matter."""
    return tuple(normalise(match.group()) for match in _TOKEN.finditer(name))


def surface_tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of a text as they are spelled, for names that count in one spelling only."""
    return tuple(_TOKEN.findall(text))
