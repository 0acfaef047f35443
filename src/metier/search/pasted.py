"""Words of a resume that were copied from the vacancy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from metier.types import Span

_WORD = re.compile(r"\w+")
# Eight words in the same order hardly ever recur by chance; a person may quote a line of the vacancy, so only
# longer runs count, and only when they come to a paragraph.
_SHINGLE: Final = 8
_LEAST_RUN: Final = 12
_LEAST_WORDS: Final = 40


def find_pasted(resume: str, vacancy: str) -> tuple[Span, ...]:
    """Return the stretches of a resume that repeat a vacancy word for word, in order of the text.

    A stretch has at least 12 words, and all together at least 40; else there are none. Case and punctuation
    do not matter.

    Args:
        resume: text of the resume.
        vacancy: text of the vacancy.
    """
    words = list(_WORD.finditer(resume))
    asked = [match[0].casefold() for match in _WORD.finditer(vacancy)]
    known = set(_shingles(asked))
    copied = [False] * len(words)
    for start, shingle in enumerate(_shingles([match[0].casefold() for match in words])):
        if shingle in known:
            copied[start : start + _SHINGLE] = [True] * _SHINGLE
    runs = [run for run in _runs(copied) if len(run) >= _LEAST_RUN]
    if sum(map(len, runs)) < _LEAST_WORDS:
        return ()
    return tuple(Span(words[run[0]].start(), words[run[-1]].end()) for run in runs)


def _shingles(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1))


def _runs(marks: Sequence[bool]) -> Iterator[range]:
    """Yield the ranges of neighbouring true marks."""
    for copied, group in groupby(range(len(marks)), key=lambda i: marks[i]):
        members = list(group)
        if copied:
            yield range(members[0], members[-1] + 1)
