"""Whether two spellings may stand for one name: "Щербакова" and "scherbakova"."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CYRILLIC = dict(
    zip(
        "бвгдезжзклмнопрстфхцчшщъьйыэюяаиуоёґіїє",
        "b v g d y z z z k l m n y p r s t f h c c s s".split() + list("yyaaaaaaaaaaaaaa"),
        strict=True,
    )
)
_CYRILLIC["ґ"] = "g"
_HEBREW = dict(
    zip(
        "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
        "a b g d a o z h t i k k l m m n n s a p p c c k r s t".split(),
        strict=True,
    )
)
# Pairs of patterns and what they come to, in order: doubled letters first, vowels last.
_LATIN = tuple(
    (re.compile(pattern), letters)
    for pattern, letters in (
        (r"(.)(?=\1)", ""),
        (r"shch|sch|sh", "s"),
        (r"zh", "z"),
        (r"kh|\bx(?=[aeiou])", "h"),
        (r"ch|ts|tz", "c"),
        (r"ph|p", "f"),
        (r"[wb]", "v"),
        (r"ks|x", "ks"),
        (r"q", "k"),
        (r"[aeiouyj'’\-]", ""),
    )
)
_LETTERS = re.compile(r"[^a-z]")
MIN_SKELETON = 3


@lru_cache(maxsize=4096)
def skeleton(word: str) -> str:
    """Return the consonants of a word as rough Latin letters."""
    folded = unicodedata.normalize("NFD", word.casefold())
    latin = "".join(
        _CYRILLIC.get(char, _HEBREW.get(char, char)) for char in unicodedata.normalize("NFC", folded)
    )
    latin = "".join(char for char in unicodedata.normalize("NFD", latin) if not unicodedata.combining(char))
    for pattern, letters in _LATIN:
        latin = pattern.sub(letters, latin)
    return _LETTERS.sub("", latin)


def sounds_in(word: str, written: str) -> bool:
    """Tell whether a name may be part of what is written in Latin letters, such as an e-mail address."""
    plain = unicodedata.normalize("NFD", word.casefold())
    plain = "".join(char for char in plain if char.isalpha() and not unicodedata.combining(char))
    if len(plain) >= 3 and plain in written:
        return True
    bones = skeleton(word)
    return len(bones) >= MIN_SKELETON and bones in skeleton(written)
