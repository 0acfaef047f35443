"""The language of a text: by script first, then by py3langid among the languages of that script."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNDETERMINED = "und"
_MIN_LETTERS = 20
_READ_CHARS = 5_000
# Resumes in Russian, Korean or Hebrew name many products in Latin letters: a fifth is enough.
_SCRIPT_SHARE = 0.2
_SCRIPTS = {
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "he": re.compile(r"[\u05d0-\u05ea]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
}
# Words that no other language in Latin letters has; letters that part Russian from its neighbours.
_ENGLISH = frozenset(("the", "and", "with", "of"))
_PLAIN_SHARE = 0.04
_WORD = re.compile(r"[a-z]+")
_RUSSIAN_ONLY = re.compile(r"[ыэ]", re.IGNORECASE)
_NOT_RUSSIAN = re.compile(r"[іїєґўәғқңөұүһ]", re.IGNORECASE)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LANGUAGES = {
    "cyrillic": ("ru", "uk", "be", "bg", "kk"),
    "latin": ("en", "de", "fr", "es", "it", "pt", "pl", "nl", "ro", "cs", "sv", "tr"),
}


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of a text's language, or `und` below 20 letters.

    The start of the text decides, 5,000 characters of it.
    """
    start = text[:_READ_CHARS]
    counts = {script: len(pattern.findall(start)) for script, pattern in _SCRIPTS.items()}
    n_letters = sum(counts.values()) + len(_LATIN.findall(start))
    if n_letters < _MIN_LETTERS:
        return UNDETERMINED
    script = max(counts, key=counts.__getitem__)
    if counts[script] < _SCRIPT_SHARE * n_letters:
        script = "latin"
    plain = _plainly(start, script)
    if plain is not None:
        return plain
    return _identify(start, script) if script in _LANGUAGES else script


def _plainly(text: str, script: str) -> str | None:
    """Return the language of a text that is plainly English or Russian; py3langid is asked for all others.

    It takes two thirds of a second to unpack, which is a third of what the first answer takes.
    """
    if script == "latin":
        words = _WORD.findall(text.lower())
        return "en" if sum(word in _ENGLISH for word in words) >= _PLAIN_SHARE * len(words) > 0 else None
    if script == "cyrillic":
        return "ru" if _RUSSIAN_ONLY.search(text) and not _NOT_RUSSIAN.search(text) else None
    return None


def _identify(text: str, script: str) -> str:
    code: str = _identifier(script).classify(text)[0]
    return code


@lru_cache(maxsize=2)
def _identifier(script: str) -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(_LANGUAGES[script])
    return identifier
