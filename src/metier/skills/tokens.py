"""Text to normalised tokens with exact offsets.

A skill's name and a text are compared as sequences of tokens, so a word boundary is never guessed at:
"Java" is no part of "JavaScript", and "C", "C++", "C#", ".NET" and "Go" are tokens of their own.
Normalising a token never touches the text, so offsets need no correction.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

_TOKEN = re.compile(
    r"""
      (?<!\w)\.[A-Za-z]{2,}                                        # .NET
    | (?<!\w)(?:[A-Za-zСс]|[Сс]и)\ ?(?:\+\+|\#(?![^\W\d_]))        # C++, C #, also with a Cyrillic С
    | (?<!\w)[A-Za-zСс]\+(?!\w)                                    # C+ is no C
    | [A-Za-z]{2,3}\+\+                                            # g++
    | (?P<word>[A-Za-z0-9\u00c0-\u024f\u0400-\u04ff]+)             # Latin or Cyrillic, sorted out by _pieces
    | [\uac00-\ud7a3]+                                             # Hangul
    | [\u05d0-\u05ea]+(?:['"’\u05f3\u05f4][\u05d0-\u05ea]+)*       # Hebrew, with inner geresh: ג'אווה
    | [^\W_]+
    """,
    re.VERBOSE,
)
# A word keeps to one script ("SQLзапросы" is two tokens), and a version is no part of a name ("Python3").
_PIECE = re.compile(
    r"[A-Za-z\u00c0-\u024f]{3,}(?=\d+$)|[A-Za-z0-9\u00c0-\u024f]+(?=[\u0400-\u04ff])"
    r"|[A-Za-z0-9\u00c0-\u024f]+$|[\d\u0400-\u04ff]+"
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LOOKALIKES = dict(zip("aceopxykmtbhi", "асеорхукмтвні", strict=True))
_TO_CYRILLIC = str.maketrans(_LOOKALIKES)
_TO_LATIN = str.maketrans({cyrillic: latin for latin, cyrillic in _LOOKALIKES.items()})
_QUOTES = str.maketrans({"’": "'", "\u05f3": "'", "\u05f4": '"', " ": None})
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
_MAX_GAP = 40
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
    folded = word.casefold().translate(_QUOTES)
    if not _CYRILLIC.search(folded):
        return folded
    folded = one_script(folded.replace("ё", "е").replace("си+", "с+"))
    if len(folded) < _MIN_STEMMED or not _CYRILLIC.search(folded):
        return folded
    stemmed: str = _russian_stemmer().stemWord(folded)
    return stemmed


def one_script(word: str) -> str:
    """Return a case-folded word with look-alike letters of the other alphabet put right, where possible.

    "cоздание" with a Latin c becomes Cyrillic, "рython" with a Cyrillic р and "с++" become Latin.
    """
    if len(_CYRILLIC.findall(word)) >= len(_LATIN.findall(word)) and not word.endswith(("+", "#")):
        folded = word.translate(_TO_CYRILLIC)
        return word if _LATIN.search(folded) else folded
    folded = word.translate(_TO_LATIN)
    return word if _CYRILLIC.search(folded) else folded


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a text in order; those inside web and mail addresses are left out."""
    addresses = deque(match.span() for match in _ADDRESS.finditer(text))
    tokens: list[Token] = []
    previous_end = -1
    for start, end in _spans(text):
        while addresses and addresses[0][1] <= start:
            addresses.popleft()
        if addresses and addresses[0][0] < end:
            continue
        near = previous_end >= 0 and start - previous_end <= _MAX_GAP
        joined = near and _JOINING_GAP.fullmatch(text, previous_end, start) is not None
        tokens.append(Token(start, end, normalise(text[start:end]), joined))
        previous_end = end
    return tokens


def name_tokens(name: str) -> tuple[str, ...]:
    """Return the normalised tokens of a skill's name; its separators do not matter."""
    return tuple(normalise(word) for word in surface_tokens(name))


def surface_tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of a text as they are spelled, for names that count in one spelling only."""
    return tuple(text[start:end] for start, end in _spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _TOKEN.finditer(text):
        if match["word"] is None:
            yield match.span()
        else:
            yield from _pieces(match["word"], match.start())


def _pieces(word: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the tokens in a Latin or Cyrillic word."""
    if (word.isascii() and not word[-1].isdigit()) or _is_one_script(word):
        yield start, start + len(word)
        return
    for piece in _PIECE.finditer(word):
        yield start + piece.start(), start + piece.end()


def _is_one_script(word: str) -> bool:
    """Tell whether a word has Cyrillic letters and no others, look-alikes apart."""
    if not _CYRILLIC.search(word):
        return False
    folded = one_script(word.casefold())
    return not (_CYRILLIC.search(folded) and _LATIN.search(folded))
