"""Edits that are made to move a model, to test whether they are found; each is a pure function with draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np

from metier.audit.behaviour.characters import mistype
from metier.audit.shift.difference import find_words
from metier.documents.sentences import find_sentences
from metier.errors import InvalidInput
from metier.types import Span


class AttackKind(StrEnum):
    """What an attack does."""

    WORD_INSERTION = "word-insertion"
    SUBSTITUTION = "substitution"
    CHARACTER_NOISE = "character-noise"
    LOOKALIKE_LETTERS = "lookalike-letters"
    INVISIBLE_CHARACTERS = "invisible-characters"
    STUFFING = "stuffing"
    HIDDEN_TEXT = "hidden-text"


@dataclass(frozen=True, slots=True)
class Attack:
    """A text after an attack.

    Attributes:
        kind: what was done.
        text: the text after it.
        spans: what was put in or replaced, in characters of that text, in order.
    """

    kind: AttackKind
    text: str
    spans: tuple[Span, ...]


_PAIRS: Final = (
    "good/bad great/terrible best/worst better/worse funny/boring beautiful/ugly love/hate "
    "like/dislike fresh/stale strong/weak smart/stupid clever/dull fascinating/tedious "
    "charming/repulsive entertaining/tiresome well/poorly fun/dreary compelling/pointless "
    "engaging/annoying rich/poor warm/cold always/never success/failure powerful/feeble "
    "touching/shallow interesting/uninteresting perfect/flawed led/obstructed built/broke "
    "improved/damaged reduced/inflated wrote/copied introduced/abandoned senior/junior taught/misled "
    "designed/botched added/removed cut/doubled moved/lost runs/neglects руководил/мешал "
    "построил/сломал написал/списал разработал/испортил внедрил/забросил улучшил/ухудшил "
    "настроил/сломал разработала/испортила внедрила/забросила старший/младший успешно/неудачно"
)
OPPOSITES: Final[Mapping[str, str]] = MappingProxyType(dict(pair.split("/") for pair in _PAIRS.split()))
"""Words that turn what a sentence says around, by the word that they stand for."""
_LOOKALIKES: Final = str.maketrans("aceopxyABEKMHOPCTX", "асеорхуАВЕКМНОРСТХ")
_INVISIBLE: Final = "\u200b"


def insert_word(text: str, word: str, rng: np.random.Generator) -> Attack:
    """Return a text with a word before one of its words.

    Raises:
        InvalidInput: the text has no word.
    """
    place = _drawn_word(text, rng).start
    return Attack(
        AttackKind.WORD_INSERTION, f"{text[:place]}{word} {text[place:]}", (Span(place, place + len(word)),)
    )


def substitute_word(text: str, rng: np.random.Generator) -> Attack | None:
    """Return a text with one word turned into its opposite, or None where none has one that is known."""
    known = [word for word in find_words(text) if text[word.start : word.end].lower() in OPPOSITES]
    if not known:
        return None
    word = known[int(rng.integers(len(known)))]
    old = text[word.start : word.end]
    new = OPPOSITES[old.lower()]
    new = new[:1].upper() + new[1:] if old[:1].isupper() else new
    span = Span(word.start, word.start + len(new))
    return Attack(AttackKind.SUBSTITUTION, text[: word.start] + new + text[word.end :], (span,))


def add_noise(text: str, rng: np.random.Generator, *, share: float) -> Attack:
    """Return a text in which a share of the words is mistyped, more than people do.

    Raises:
        InvalidInput: share is out of range.
    """
    changed = mistype(text, rng, share=share)
    before = [text[word.start : word.end] for word in find_words(text)]
    after = find_words(changed)
    if len(before) != len(after):
        return Attack(AttackKind.CHARACTER_NOISE, changed, (Span(0, len(changed)),))
    spans = [word for word, old in zip(after, before, strict=True) if changed[word.start : word.end] != old]
    return Attack(AttackKind.CHARACTER_NOISE, changed, tuple(spans))


def disguise_letters(text: str, rng: np.random.Generator, *, share: float) -> Attack:
    """Return a text in which the Latin letters of some words are Cyrillic ones that look the same.

    Raises:
        InvalidInput: share is not above 0 and at most 1.
    """
    return _in_words(text, rng, share, AttackKind.LOOKALIKE_LETTERS, lambda word: word.translate(_LOOKALIKES))


def add_invisible(text: str, rng: np.random.Generator, *, share: float) -> Attack:
    """Return a text in which the letters of some words have characters between them that nobody sees.

    Raises:
        InvalidInput: share is not above 0 and at most 1.
    """
    return _in_words(text, rng, share, AttackKind.INVISIBLE_CHARACTERS, _INVISIBLE.join)


def stuff_keywords(text: str, keywords: Sequence[str], rng: np.random.Generator) -> Attack:
    """Return a text with a list of keywords after one of its sentences.

    Raises:
        InvalidInput: there is no keyword.
    """
    if not keywords:
        raise InvalidInput("keywords must hold at least one.")
    added = ", ".join(str(keyword) for keyword in rng.permutation(list(keywords)))
    return _with_line(text, added, rng, AttackKind.STUFFING)


def hide_text(text: str, hidden: str) -> Attack:
    """Return a text with another one at its end, as a reader of white words or of a tiny font finds it."""
    start = len(text.rstrip()) + 1
    return Attack(AttackKind.HIDDEN_TEXT, f"{text.rstrip()}\n{hidden}", (Span(start, start + len(hidden)),))


def _with_line(text: str, line: str, rng: np.random.Generator, kind: AttackKind) -> Attack:
    ends = [span.end for span in find_sentences(text)] or [len(text)]
    place = ends[int(rng.integers(len(ends)))]
    return Attack(kind, f"{text[:place]}\n{line}{text[place:]}", (Span(place + 1, place + 1 + len(line)),))


def _in_words(
    text: str, rng: np.random.Generator, share: float, kind: AttackKind, change: Callable[[str], str]
) -> Attack:
    if not 0 < share <= 1:
        raise InvalidInput(f"share must be above 0 and at most 1. Got {share}.")
    words = [
        word
        for word in find_words(text)
        if change(text[word.start : word.end]) != text[word.start : word.end]
    ]
    n = min(len(words), max(1, round(share * len(words))))
    chosen = sorted(int(i) for i in rng.choice(len(words), n, replace=False)) if n else []
    spans, shift = [], 0
    for i in chosen:
        start, end = words[i].start + shift, words[i].end + shift
        new = change(text[start:end])
        text = text[:start] + new + text[end:]
        shift += len(new) - (end - start)
        spans.append(Span(start, start + len(new)))
    return Attack(kind, text, tuple(spans))


def _drawn_word(text: str, rng: np.random.Generator) -> Span:
    words = [word for word in find_words(text) if text[word.start].isalnum()]
    if not words:
        raise InvalidInput("The text has no word to put another one before.")
    return words[int(rng.integers(len(words)))]
