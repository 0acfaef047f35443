"""What may be a name in a header: stretches of its lines between separators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from metier.documents.masking.korean_names import is_job_or_place, korean_name_at
from metier.documents.masking.name_words import Word, words_of
from metier.documents.masking.place import TAKEN, Region

SEGMENT = re.compile(r"[^\n\t|;•·●▪■◆/\\()\[\]{}<>,:：–—―\x00\d@&+~*_=?!«»…]+")
LINE = re.compile(r"[^\n]+")

_LETTER = re.compile(r"[^\W\d_]")
_TOPIC = re.compile(
    r"^[\W_]*(?:curriculum vitae|curriculum|cv|c\.v\.|r[eé]sum[eé]|resume|резюме|이\s*력\s*서|קורות חיים"
    r"|קו[״\"]ח)(?:[ ]+(?:of|for|von|de|соискателя|кандидата|של))?(?=[\W_]|$)",
    re.IGNORECASE,
)
# The line that job boards and forms put on top.
_BOARD = re.compile(
    r"[^\n]{0,14}(?:이력서|지원서|지[ ]원[ ]서|소개서)"
    r"(?:[^\n가-힣]{0,6}|[ ]?(?:상세|양식|보기)|[ ]?\([^\n()]{0,8}\))"
)
_OWNER = re.compile(r"[가-힣]{2,4}님?의?[ ][가-힣]+")
# "Austin, TX" is a place; "Lindqvist, AB" is not how names are written.
_STATE = re.compile(r"[ ]?[A-Z]{2}[ ]*")
_MAX_LINES = 12
# A job may stand above the name, and a place above both; what follows is no longer the first thing.
_TITLE_LINES = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that may be a name.

    Attributes:
        words: the words.
        line: number of the line among those with words, from 0.
        first: nothing but jobs, places and headings stands before it.
        whole_line: nothing else stands on its line, or nothing but such things.
    """

    words: tuple[Word, ...]
    line: int
    first: bool
    whole_line: bool


def candidates(text: str, region: Region) -> Iterator[Candidate]:
    """Yield what may be a name in a header, line by line.

    These are stretches between separators, two of them around a comma ("Lindqvist, Anna"), three around a
    nickname in brackets, and two short lines ("ANNA" above "LINDQVIST").

    Args:
        text: the text, with facts of other kinds taken out.
        region: its header.
    """
    number, first = 0, True
    above: Candidate | None = None
    for line in LINE.finditer(text, 0, region.header_end):
        start = _content_start(line)
        segments = [s for s in SEGMENT.finditer(text, start, line.end()) if _LETTER.search(s.group())]
        if not segments:
            continue
        yield from _on_line(text, segments, number, first=first)
        alone = _alone(text, line, segments, number, first=first)
        if above is not None and alone is not None and _is_next_line(text, above, line):
            yield Candidate((*above.words, *alone.words), number, above.first, whole_line=True)
        above = alone
        first = first and number < _TITLE_LINES and any(_is_title(text, segment) for segment in segments)
        number += 1
        if number == _MAX_LINES:
            return


def _is_next_line(text: str, above: Candidate, line: re.Match[str]) -> bool:
    return text[above.words[-1].span.end : line.start()].count("\n") == 1


def _content_start(line: re.Match[str]) -> int:
    """Return where a line starts behind "Curriculum vitae"; its end where it holds nothing else."""
    content = line.group()
    if not content.strip(f" \t{TAKEN}") or (_BOARD.fullmatch(content.strip()) and not _names_owner(content)):
        return line.end()
    topic = _TOPIC.match(content)
    return line.start() + (topic.end() if topic else 0)


def _names_owner(line: str) -> bool:
    """Tell whether a Korean title line says whose resume it is."""
    return any(korean_name_at(line, *match.span()) is not None for match in _OWNER.finditer(line))


def _on_line(
    text: str, segments: Sequence[re.Match[str]], number: int, *, first: bool
) -> Iterator[Candidate]:
    for i, segment in enumerate(segments):
        leads = first and i == 0
        words = words_of(text, *segment.span())
        lone = len(segments) == 1 or (leads and all(_is_title(text, other) for other in segments[1:]))
        yield Candidate(tuple(words), number, leads, lone)
        following = segments[i + 1] if i + 1 < len(segments) else None
        if (
            following
            and len(words) <= 2
            and text[segment.end() : following.start()] == ","
            and not _STATE.fullmatch(following.group())
        ):
            both = words + words_of(text, *following.span())
            yield Candidate(tuple(both), number, leads, len(segments) == 2)
        nicknamed = _nicknamed(text, segments[i : i + 3])
        if nicknamed:
            yield Candidate(nicknamed, number, leads, len(segments) == 3)


def _nicknamed(text: str, segments: Sequence[re.Match[str]]) -> tuple[Word, ...]:
    """Return the words of "Alexander (Sasha) Petrov", or none."""
    gaps = [text[left.end() : right.start()] for left, right in pairwise(segments)]
    if gaps not in (["(", ")"], ["«", "»"]):
        return ()
    words = [words_of(text, *segment.span()) for segment in segments]
    if len(words[0]) > 2 or len(words[1]) != 1 or len(words[2]) > 3:
        return ()
    return tuple(word for part in words for word in part)


def _alone(
    text: str, line: re.Match[str], segments: Sequence[re.Match[str]], number: int, *, first: bool
) -> Candidate | None:
    """Return the one or two words that a line consists of, or None."""
    if len(segments) != 1 or segments[0].group().strip() != line.group().strip():
        return None
    words = words_of(text, *segments[0].span())
    return Candidate(tuple(words), number, first, whole_line=True) if 1 <= len(words) <= 2 else None


def _is_title(text: str, segment: re.Match[str]) -> bool:
    """Tell whether a stretch holds a word that is no name: a job, a place, a heading."""
    return any(word.stops or is_job_or_place(word.text) for word in words_of(text, *segment.span()))
