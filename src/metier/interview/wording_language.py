"""Whether a short technical question is in a language, however many English terms it names."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_SCRIPTS: Final = {
    "en": re.compile(r"[A-Za-z]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3\u3131-\u318e]"),
    "he": re.compile(r"[\u05d0-\u05ea]"),
}
_FOREIGN: Final = re.compile(r"[\u0400-\u04ff\u0530-\u2c5f\u2de0-\ud7ff\uf900-\ufdff\ufe70-\ufeff]")
# A name such as PostgreSQL counts as one word: half of a question may be such names.
_SHARE: Final = 0.3
_NOT_RUSSIAN: Final = re.compile(r"[іїєґўәғқңөұүһђјљњћџ]", re.IGNORECASE)
_LONG_ENOUGH: Final = 40
_PLAIN_SHARE: Final = 0.2
# Words that English alone has among languages in Latin letters, those that questions are made of.
_ENGLISH: Final = frozenset(
    "what how why which when where who whom whose the are were does did you your yours would could should"
    " can may might must have has had tell explain describe give name list walk compare outline define and"
    " with for from between about into than that this these those its they them their there here we our"
    " let if but not to by it be been being some any much many more most less other another both each".split()
)


def speaks(text: str, language: str) -> bool:
    """Tell whether a text is in a language; names and terms in Latin letters may stand in any.

    The four languages of banks have a script of their own each, so letters tell them apart. English is held
    against other languages in Latin letters by its commonest words, and by py3langid where these are few;
    Russian against its neighbours by letters that it lacks.

    Args:
        text: a question.
        language: one of `LANGUAGES`.

    >>> speaks("Чем INNER JOIN отличается от LEFT OUTER JOIN?", "ru"), speaks("Was ist ein Index?", "en")
    (True, False)
    """
    words = _WORD.findall(text)
    own = [word for word in words if _SCRIPTS[language].search(word)]
    foreign = [
        word
        for word in words
        if _FOREIGN.search(word) and not _SCRIPTS[language].search(word) and not _greek(word)
    ]
    if not own or foreign:
        return False
    if language == "en":
        return _is_english(text, words)
    if language == "ru" and _NOT_RUSSIAN.search(text):
        return False
    return len(own) >= _SHARE * len(words)


def _is_english(text: str, words: list[str]) -> bool:
    known = sum(word.lower() in _ENGLISH for word in words)
    if not known:
        return False
    if known >= _PLAIN_SHARE * len(words) or len(text) < _LONG_ENOUGH:
        return True
    from metier.documents.language import UNDETERMINED, detect_language

    return detect_language(text) in {"en", UNDETERMINED}


def _greek(word: str) -> bool:
    """Tell whether a word is a letter of a formula, such as the β of Adam."""
    return len(word) == 1 and "\u0370" <= word <= "\u03ff"
