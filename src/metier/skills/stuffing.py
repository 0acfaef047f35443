"""Resumes that are lists of keywords more than texts, or say one word over and over.

The limits stand above what honest resumes show: of 2,378 real ones in English and Russian one reaches them
(docs/reference/benchmarks.md). A long honest list may be over them, so nothing is left out of a score; the
finding says what the list alone brings in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from metier.types import EvidenceLabel, SkillEvidence, Span

_WORD = re.compile(r"\w+")
_WINDOW: Final = 20  # words
_DENSE: Final = 0.4  # of the words of a window name skills
_LEAST_WORDS: Final = 100  # a note of a few lines may be a list

_MAX_SHARE: Final = 0.4  # of all words; the usual resume has 0.06
_MAX_LISTED: Final = 60  # skills that only lists name; one real resume in two hundred has more
_LISTED_SHARE: Final = 0.6
_MAX_REPEATS: Final = 15
_REPEATED_SHARE: Final = 0.06  # of all words are mentions of one skill


@dataclass(frozen=True, slots=True)
class Stuffing:
    """A text that was made for a machine that counts words.

    Attributes:
        spans: the stretches that are lists of skills, in order of the text.
        message: what is unusual, with figures.
    """

    spans: tuple[Span, ...]
    message: str


def find_stuffing(text: str, skills: Sequence[SkillEvidence]) -> Stuffing | None:
    """Return what looks like stuffing, or None for what people write.

    Args:
        text: the text that the evidence was found in.
        skills: what it shows; only skills named outright matter.
    """
    words = [match.span() for match in _WORD.finditer(text)]
    if len(words) < _LEAST_WORDS:
        return None
    named = [evidence for evidence in skills if evidence.label is EvidenceLabel.EXPLICIT]
    spans = sorted(quote.span for evidence in named for quote in evidence.quotes)
    stretches = tuple(_dense_stretches(words, spans))
    n_naming = sum(_naming(words, spans))
    listed = [evidence for evidence in named if _only_in(evidence, stretches)]
    repeated = max(named, key=lambda evidence: len(evidence.quotes), default=None)
    if n_naming >= _MAX_SHARE * len(words):
        message = f"{n_naming / len(words):.0%} of all words name skills, as in no text that tells of work."
    elif len(listed) >= _MAX_LISTED and len(listed) >= _LISTED_SHARE * len(named):
        message = f"{len(listed)} skills stand in lists alone; the rest of the text names none of them."
    elif repeated and len(repeated.quotes) >= max(_MAX_REPEATS, _REPEATED_SHARE * len(words)):
        return Stuffing(
            tuple(quote.span for quote in repeated.quotes),
            f"One skill is named {len(repeated.quotes)} times in {len(words):,} words.",
        )
    else:
        return None
    return Stuffing(stretches, message)


def _naming(words: Sequence[tuple[int, int]], spans: Sequence[Span]) -> list[bool]:
    """Tell for each word whether it is part of a name of a skill."""
    marks: list[bool] = []
    waiting = iter(spans)
    span = next(waiting, None)
    for start, end in words:
        while span is not None and span.end <= start:
            span = next(waiting, None)
        marks.append(span is not None and span.start < end)
    return marks


def _dense_stretches(words: Sequence[tuple[int, int]], spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the stretches in which every window of words is full of names of skills."""
    marks = _naming(words, spans)
    sums = [0]
    for mark in marks:
        sums.append(sums[-1] + mark)
    first = last = -1
    for i in range(len(words) - _WINDOW + 1):
        if sums[i + _WINDOW] - sums[i] < _DENSE * _WINDOW:
            continue
        if i > last:
            if first >= 0:
                yield _trimmed(words, marks, first, last)
            first = i
        last = i + _WINDOW - 1
    if first >= 0:
        yield _trimmed(words, marks, first, last)


def _trimmed(words: Sequence[tuple[int, int]], marks: Sequence[bool], first: int, last: int) -> Span:
    naming = [i for i in range(first, last + 1) if marks[i]]
    return Span(words[naming[0]][0], words[naming[-1]][1])


def _only_in(evidence: SkillEvidence, stretches: Sequence[Span]) -> bool:
    return all(
        any(stretch.start <= quote.span.start and quote.span.end <= stretch.end for stretch in stretches)
        for quote in evidence.quotes
    )
