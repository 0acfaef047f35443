"""Edits of words: synonyms, given names, sentences put in, and claims turned into denials."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from metier.documents.masking.name_lists import fold, given_names, ordinary_words

_NAME: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LANGUAGES: Final = ("en", "ru")
_LEAST_LETTERS: Final = 3

# What a claim begins with, and how the denial of it begins; the first that fits counts.
_DENIALS: Final = (
    (re.compile(r"\bI have (?=\w+ed\b|written\b|built\b|led\b|run\b)"), "I have never "),
    (re.compile(r"\bI (?=\w+ed\b|wrote\b|built\b|led\b|ran\b)"), "I never "),
    (re.compile(r"\bI (?=know\b|use\b|write\b|work\b|speak\b)"), "I do not "),
    (re.compile(r"\bI am (?=\w)"), "I am not "),
    (re.compile(r"\bI can (?=\w)"), "I cannot "),
    (re.compile(r"\bЯ (?=\w+(?:ю|у|л|ла)\b)"), "Я не "),
    (re.compile(r"\b[Оо]пыт (?=работы|разработки|программирования)"), "Нет опыта "),
    (re.compile(r"^(?=[A-Z][a-z]+ed\b|Wrote\b|Built\b|Led\b)", re.MULTILINE), "Never "),
    (re.compile(r"^(?=[А-Я][а-я]+(?:л|ла)\b|Знаю\b|Владею\b|Пишу\b)", re.MULTILINE), "Не "),
)


def replace_words(text: str, synonyms: Mapping[str, Sequence[str]], rng: np.random.Generator) -> str:
    """Return a text in which every word that has synonyms is one of them, with its capital letter kept.

    Args:
        text: of any length.
        synonyms: a word or several, in small letters, and what may stand for it; one at least.
        rng: of the draws.
    """
    if not synonyms:
        return text
    longest_first = sorted(synonyms, key=lambda word: (-len(word), word))
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)

    def other(match: re.Match[str]) -> str:
        choices = synonyms[match[0].lower()]
        return _cased(choices[int(rng.integers(len(choices)))], match[0])

    return pattern.sub(other, text)


def swap_names(text: str, rng: np.random.Generator) -> str:
    """Return a text whose given names in English and Russian are others of the same language.

    A name is one that the lists of masking hold and that is no ordinary word, with a capital letter. Each one
    becomes the same other one wherever it stands; gender and endings are not looked at.
    """
    renamed: dict[str, str] = {}

    def other(match: re.Match[str]) -> str:
        word = fold(match[0])
        if not match[0][0].isupper() or len(word) < _LEAST_LETTERS or word in ordinary_words():
            return match[0]
        language = next((known for known in _LANGUAGES if word in given_names(known)), None)
        if language is None:
            return match[0]
        if word not in renamed:
            choices = sorted(given_names(language) - ordinary_words() - {word, *renamed.values()})
            renamed[word] = choices[int(rng.integers(len(choices)))]
        return _cased(renamed[word].capitalize(), match[0])

    return _NAME.sub(other, text)


def add_sentence(text: str, sentence: str, *, first: bool = False) -> str:
    """Return a text with a sentence as its last paragraph, or as its first one."""
    return f"{sentence}\n\n{text.lstrip()}" if first else f"{text.rstrip()}\n\n{sentence}"


def deny(text: str) -> str:
    """Return a text whose first claim is denied, in English or Russian; as it is if none is understood.

    >>> deny("I have used Go."), deny("Работал с базами данных."), deny("Go, Java")
    ('I have never used Go.', 'Не работал с базами данных.', 'Go, Java')
    """
    for claim, denial in _DENIALS:
        match = claim.search(text)
        if match is not None:
            rest = text[match.end() :]
            if match.end() == match.start():
                rest = rest[:1].lower() + rest[1:]
            return text[: match.start()] + denial + rest
    return text


def _cased(word: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word
