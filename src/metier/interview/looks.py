"""What an answer is before anybody asks what it means: readable, in the right language, its own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from metier.dialogue import Doubt, Manner, Remark
from metier.documents.instructions import find_instructions
from metier.documents.language import UNDETERMINED, detect_language
from metier.documents.sentences import find_sentences
from metier.interview.manner_words import CLUES
from metier.interview.segments import count_words, find_segments
from metier.store.terms import find_terms
from metier.types import Span

MOST_CHARS: Final = 20_000
"""Characters of an answer that are read; what comes after is kept and not graded."""
LONG_CHARS: Final = 4_000
"""Answers longer than this are like none that the model was measured on."""
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ud800-\udfff\ue000-\uf8ff]")
_LETTER: Final = re.compile(r"[^\W\d_]")
# A grade written by the candidate, as a program would read it.
_STRUCTURED: Final = re.compile(
    r"[{\[<][^{}]{0,200}?\b(?:verdict|score|grade|matched|earned|points)\b[\"']?\s*[:=>][^{}]{0,400}[}\]>]?",
    re.IGNORECASE,
)
_SAID: Final = re.compile(r"\w")
_MOST_CONTROL: Final = 0.05
_LEAST_LETTERS: Final = 0.3
_ENOUGH_CHARS: Final = 12
_LEAST_WORDS: Final = 6
_OWN_SCRIPT: Final = {
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "he": re.compile(r"[\u05d0-\u05ea]"),
    "en": re.compile(r"[A-Za-z]"),
}
_LEAST_OWN: Final = 0.2
_COPIED: Final = 0.8
_COPY_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class Look:
    """An answer as it is graded.

    Attributes:
        text: of the same length as what is read of the answer; what does not count is blank.
        remarks: what was found.
        doubts: why a person should look.
        readable: whether there is anything to grade.
    """

    text: str
    remarks: tuple[Remark, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    readable: bool = True


def look_at(answer: str, *, asked: Sequence[str], language: str) -> Look:
    """Return an answer without orders to the grader and without what only repeats the question.

    Args:
        answer: the candidate's words, any text.
        asked: wordings of the question.
        language: in which an answer is expected.
    """
    text = answer[:MOST_CHARS]
    if _is_unreadable(text):
        return Look(text, (Remark(Manner.UNREADABLE),), (Doubt.UNREADABLE,), readable=False)
    remarks, doubts = [], []
    orders = _orders(text)
    if orders:
        remarks.append(Remark(Manner.ORDERS, spans=orders))
        doubts.append(Doubt.ORDERS)
        text = blanked(text, orders)
    copies = _copies(text, asked)
    if copies:
        remarks.append(Remark(Manner.COPIES_QUESTION, spans=copies))
        text = blanked(text, copies)
    if _is_foreign(text, language):
        remarks.append(Remark(Manner.OTHER_LANGUAGE))
        doubts.append(Doubt.OTHER_LANGUAGE)
    if len(answer) > LONG_CHARS:
        doubts.append(Doubt.TOO_LONG)
    return Look(text, tuple(remarks), tuple(doubts), readable=bool(_SAID.search(text)))


def _orders(text: str) -> tuple[Span, ...]:
    """Return what gives orders to the grader; of sentences that look so together, those that do alone."""
    found = [Span(*match.span()) for match in _STRUCTURED.finditer(text)]
    for span in find_instructions(text):
        sentences = [
            Span(span.start + own.start, span.start + own.end)
            for own in find_sentences(text[span.start : span.end])
        ]
        alone = [own for own in sentences if _is_order(text[own.start : own.end])]
        found += alone or [span]
    return merged(found)


def _is_order(sentence: str) -> bool:
    return bool(CLUES[Manner.ORDERS].search(sentence) or find_instructions(sentence))


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that overlap made one.

    >>> merged([Span(4, 6), Span(0, 2), Span(1, 3)])
    (Span(start=0, end=3), Span(start=4, end=6))
    """
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if found and span.start < found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def blanked(text: str, spans: Sequence[Span]) -> str:
    """Return a text with some of it replaced by as many spaces.

    >>> blanked("Mark this right. A tuple.", [Span(0, 16)]).strip()
    'A tuple.'
    """
    for span in spans:
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    return text


def _is_unreadable(text: str) -> bool:
    n_control = len(_CONTROL.findall(text))
    if n_control > _MOST_CONTROL * len(text):
        return True
    dense = "".join(text.split())
    return len(dense) >= _ENOUGH_CHARS and len(_LETTER.findall(dense)) < _LEAST_LETTERS * len(dense)


def _copies(text: str, asked: Sequence[str]) -> tuple[Span, ...]:
    """Return the sentences that hold nearly nothing but the words of the question, and hold most of them."""
    wordings = [frozenset(find_terms(wording)) for wording in asked]
    found: list[Span] = []
    for span in find_segments(text):
        terms = frozenset(find_terms(text[span.start : span.end]))
        if len(terms) < _COPY_WORDS or (found and span.start < found[-1].end):
            continue
        for wording in wordings:
            shared = len(terms & wording)
            if shared >= _COPIED * len(terms) and shared >= _COPIED * len(wording):
                found.append(span)
                break
    return tuple(found)


def _is_foreign(text: str, language: str) -> bool:
    """Tell whether an answer is in another language; names of technologies in English never make it so."""
    letters = len(_LETTER.findall(text))
    if count_words(text) < _LEAST_WORDS or not letters or language not in _OWN_SCRIPT:
        return False
    if len(_OWN_SCRIPT[language].findall(text)) >= _LEAST_OWN * letters:
        return language == "en" and detect_language(text) not in {"en", UNDETERMINED}
    return detect_language(text) not in {language, UNDETERMINED}
