"""Edits that people make without any purpose but a better text: what a shift is held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from metier.audit.behaviour.characters import lower_case, mistype, respace, upper_case
from metier.audit.behaviour.sections import reorder_sections
from metier.audit.behaviour.words import replace_words
from metier.audit.shift.difference import find_words
from metier.documents.sentences import find_sentences
from metier.types import Span

SIZES: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35)
"""Shares of a text that an edit is about; a text is too short for some of them."""

FUNCTION_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "and": ("and also", "as well as"),
        "with": ("using", "together with"),
        "for": ("on behalf of", "in favour of"),
        "in": ("within", "inside"),
        "the": ("this", "that"),
        "a": ("one", "some"),
        "is": ("was", "remains"),
        "was": ("has been", "is"),
        "to": ("in order to",),
        "of": ("from",),
        "by": ("before", "near"),
        "then": ("after that", "next"),
        "also": ("too", "as well"),
        "и": ("а также", "и ещё"),
        "в": ("внутри", "во время"),
        "на": ("для",),
        "с": ("вместе с", "с помощью"),
        "для": ("ради",),
        "по": ("согласно",),
        "потом": ("затем", "после этого"),
        "также": ("тоже", "ещё"),
    }
)
"""Small words that stand for each other without telling another story."""

FILLERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "en": tuple(
            (
                "also, again, quite, rather, very, now, then, here, there, today, often, usually, in "
                "fact, of course, at times, so far, as well, by the way, once more, in general, above "
                "all, for example, at last, still, indeed, mainly, overall, perhaps"
            ).split(", ")
        ),
        "ru": tuple(
            (
                "также, снова, довольно, очень, теперь, потом, здесь, там, сегодня, часто, обычно, на "
                "деле, конечно, иногда, пока, кстати, ещё раз, в целом, прежде всего, например, наконец, "
                "всё ещё, действительно, в основном, возможно"
            ).split(", ")
        ),
    }
)
"""Words that people put in without changing what is said."""

Edit = Callable[[str, np.random.Generator, float, Sequence[str]], str]
"""Takes a text, draws, the share of it to change, and sentences of other texts; returns the text after."""


def capitals(text: str, rng: np.random.Generator, share: float, others: Sequence[str]) -> str:
    """Return a text of which a run of words is in capitals or in small letters."""
    del others
    words = find_words(text)
    n = max(1, round(share * len(words)))
    first = int(rng.integers(max(1, len(words) - n + 1)))
    if not words:
        return text
    start, end = words[first].start, words[min(first + n, len(words)) - 1].end
    change = upper_case if rng.random() < 0.5 else lower_case
    return text[:start] + change(text[start:end]) + text[end:]


def blanks(text: str, rng: np.random.Generator, share: float, others: Sequence[str]) -> str:
    """Return a text with some blanks doubled."""
    del others
    return respace(text, rng, share=share)


def typos(text: str, rng: np.random.Generator, share: float, others: Sequence[str]) -> str:
    """Return a text with typing errors; beyond a tenth of the words no text is an ordinary one."""
    del others
    return mistype(text, rng, share=min(share, 0.1))


def small_words(text: str, rng: np.random.Generator, share: float, others: Sequence[str]) -> str:
    """Return a text in which some function words are others."""
    del others
    found = [word for word in find_words(text) if text[word.start : word.end].lower() in FUNCTION_WORDS]
    n = min(len(found), max(1, round(share * len(find_words(text)))))
    for i in sorted((int(i) for i in rng.choice(len(found), n, replace=False)) if n else (), reverse=True):
        word = text[found[i].start : found[i].end]
        text = text[: found[i].start] + replace_words(word, FUNCTION_WORDS, rng) + text[found[i].end :]
    return text


def filler_words(text: str, rng: np.random.Generator, share: float, others: Sequence[str]) -> str:
    """Return a text with words put in that say nothing."""
    del others
    choices = FILLERS["ru" if _is_russian(text) else "en"]
    n = max(1, round(share * len(find_words(text)) / 2))
    for _ in range(n):
        words = [span for span in find_words(text) if text[span.start].isalnum()]
        if not words:
            return text
        place = words[int(rng.integers(len(words)))].start
        text = f"{text[:place]}{choices[int(rng.integers(len(choices)))]} {text[place:]}"
    return text


def another_sentence(text: str, rng: np.random.Generator, share: float, others: Sequence[str]) -> str:
    """Return a text with sentences of other texts of its kind put between its own."""
    return _with_sentences(text, rng, share, [other for other in others if other not in text])


def repeated_sentence(text: str, rng: np.random.Generator, share: float, others: Sequence[str]) -> str:
    """Return a text in which a sentence of its own stands once more."""
    del others
    own = [text[span.start : span.end] for span in find_sentences(text)]
    return _with_sentences(text, rng, share, own)


def without_sentence(text: str, rng: np.random.Generator, share: float, others: Sequence[str]) -> str:
    """Return a text without some of its sentences; one that has a single one loses words at its end."""
    del others
    sentences = find_sentences(text)
    if len(sentences) < 2:
        words = find_words(text)
        n = max(1, round(share * len(words)))
        return text[: words[-n].start].rstrip() if 0 < n < len(words) else text
    wanted = share * len(text)
    for i in sorted(_drawn_until(sentences, rng, wanted)[: len(sentences) - 1], reverse=True):
        text = text[: sentences[i].start].rstrip(" ") + text[sentences[i].end :]
    return text.strip()


def without_words(text: str, rng: np.random.Generator, share: float, others: Sequence[str]) -> str:
    """Return a text without some of its small words."""
    del others
    found = [word for word in find_words(text) if text[word.start : word.end].lower() in FUNCTION_WORDS]
    n = min(len(found), max(1, round(share * len(find_words(text)))))
    for i in sorted((int(i) for i in rng.choice(len(found), n, replace=False)) if n else (), reverse=True):
        text = text[: found[i].start] + text[found[i].end :].lstrip(" ")
    return text


def other_order(text: str, rng: np.random.Generator, share: float, others: Sequence[str]) -> str:
    """Return a text with two sentences in each other's place, or with its sections in another order."""
    del others
    if share > SIZES[-3]:
        return reorder_sections(text, rng)
    sentences = find_sentences(text)
    if len(sentences) < 2:
        return text
    first, second = sorted(int(i) for i in rng.choice(len(sentences), 2, replace=False))
    a, b = sentences[first], sentences[second]
    return (
        text[: a.start]
        + text[b.start : b.end]
        + text[a.end : b.start]
        + text[a.start : a.end]
        + text[b.end :]
    )


EDITS: Final[Mapping[str, Edit]] = MappingProxyType(
    {
        "capitals": capitals,
        "blanks": blanks,
        "typos": typos,
        "small-words": small_words,
        "filler-words": filler_words,
        "another-sentence": another_sentence,
        "repeated-sentence": repeated_sentence,
        "without-sentence": without_sentence,
        "without-words": without_words,
        "other-order": other_order,
    }
)
"""Ordinary edits by name."""


def _with_sentences(text: str, rng: np.random.Generator, share: float, choices: Sequence[str]) -> str:
    """Return a text with sentences before some of its own, until they make up a share of it."""
    wanted, added = share * len(text), 0
    while choices:
        sentence = choices[int(rng.integers(len(choices)))]
        starts = [span.start for span in find_sentences(text)] or [len(text)]
        place = starts[int(rng.integers(len(starts)))]
        ended = "" if sentence.endswith((".", "!", "?", "…")) else "."
        text = f"{text[:place]}{sentence}{ended} {text[place:]}"
        added += len(sentence)
        if added >= wanted:
            break
    return text


def _drawn_until(spans: Sequence[Span], rng: np.random.Generator, wanted: float) -> list[int]:
    """Return the numbers of drawn spans that together have at least so many characters."""
    chosen: list[int] = []
    for i in rng.permutation(len(spans)):
        chosen.append(int(i))
        if sum(spans[j].end - spans[j].start for j in chosen) >= wanted:
            break
    return chosen


def _is_russian(text: str) -> bool:
    letters = [letter for letter in text.lower() if letter.isalpha()]
    return sum("а" <= letter <= "я" for letter in letters) * 2 > len(letters)
