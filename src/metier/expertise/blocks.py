"""Work experience as the jobs that it is made of, told or repeated: where each begins, and when it was."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from metier.documents.dates import Precision, StatedRange, find_ranges
from metier.expertise.titles import names_a_job
from metier.types import Span, YearMonth

# Jobs are only ordered and compared here, so "present" may be any month after all others.
_AS_OF: Final = YearMonth(2049, 12)
_MID_YEAR: Final = 6
_TITLE_CHARS: Final = 160
_SHORT_CHARS: Final = 90
_FEW_CHARS: Final = 40
_TITLE_LINES: Final = 3
_BULLET: Final = re.compile(r"\s*[•‣▪●◦○■∙·*–—-]\s+(?=\S)")
_SENTENCE_END: Final = re.compile(r"[.;!?]\s+|\n+|\s{3,}|\s[•▪●■·*]\s")
_PARAGRAPHS: Final = re.compile(r"\n\s*\n")
Months = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Block:
    """A job of some work experience, or what stands before the first.

    Attributes:
        span: where it stands, with the blanks after it.
        months: ordinals of its first and last month, or None where it has no dates, or such as cannot be.
    """

    span: Span
    months: Months


def split_blocks(text: str) -> tuple[Block, ...]:
    """Return the jobs of some work experience in the order of the text; together they are all of it.

    A job begins with its title or its dates, whichever comes first in the first job; in a text whose lines
    were run together, with the sentence that holds its dates. A text without dates is parted into paragraphs.
    """
    if not text:
        return ()
    ranges = [stated for stated in find_ranges(text, as_of=_AS_OF) if not stated.since]
    starts = _by_lines(text, ranges)
    if len(starts) < 2:
        sentences = _by_sentences(text, ranges)
        starts = sentences if len(sentences) > 1 else starts
    if not starts:
        starts = dict.fromkeys([0, *(match.end() for match in _PARAGRAPHS.finditer(text))])
    first = min(starts)
    if text[:first].strip():
        starts = {0: None, **starts}
    else:
        starts = {0 if start == first else start: months for start, months in starts.items()}
    ends = [*list(starts)[1:], len(text)]
    found = zip(starts.items(), ends, strict=True)
    return tuple(Block(Span(start, end), months) for (start, months), end in found)


def newest_first(blocks: Sequence[Block]) -> list[int]:
    """Return the places of blocks by when they ended, then when they began, the newest first.

    What has no dates comes last. Of blocks without any dates, and of equal ones, the order of the text is
    taken, which is that of most resumes.
    """
    return sorted(range(len(blocks)), key=lambda i: (*_age(blocks[i]), i))


def _age(block: Block) -> tuple[int, int]:
    return (-block.months[1], -block.months[0]) if block.months is not None else (1, 1)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line; `months` count where it holds the dates of a job."""

    start: int
    text: str
    dated: bool = False
    months: Months = None


def _by_lines(text: str, ranges: Sequence[StatedRange]) -> dict[int, Months]:
    """Return where jobs begin whose dates stand in short lines."""
    lines = _lines(text, ranges)
    anchors = [i for i, line in enumerate(lines) if line.dated]
    if not anchors:
        return {}
    above = [line.text for line in lines[: anchors[0]] if line.text]
    n_usual = len(above)
    if n_usual > _TITLE_LINES or not all(map(_short, above)):
        n_usual = 1 if _short(above[-1]) and names_a_job(above[-1]) else 0
    starts = {}
    for previous, anchor in pairwise([-1, *anchors]):
        start = _title_start(lines, previous, anchor, n_usual)
        starts[lines[start].start] = lines[anchor].months
    return starts


def _title_start(lines: Sequence[_Line], previous: int, anchor: int, n_usual: int) -> int:
    """Return the line on which the job begins: the first of its title, or that of its dates."""
    start = anchor
    while start - 1 > previous and anchor - start < _TITLE_LINES and _short(lines[start - 1].text):
        start -= 1
    if start - 1 > previous and not lines[start - 1].text:
        return start
    return max(start, anchor - n_usual)


def _lines(text: str, ranges: Sequence[StatedRange]) -> list[_Line]:
    lines = []
    start = upcoming = 0
    for raw in text.split("\n"):
        end = start + len(raw)
        here = None
        while upcoming < len(ranges) and ranges[upcoming].span.start < end:
            here = here or ranges[upcoming]
            upcoming += 1
        dated = here is not None and _begins_a_job(raw, here.span.start - start, here.span.end - start)
        lines.append(_Line(start, raw.strip(), dated, _months(here) if here and dated else None))
        start = end + 1
    return lines


def _begins_a_job(raw: str, start: int, end: int) -> bool:
    """Tell whether dates in a line stand as those of a job do, and not in the midst of prose."""
    before, after = raw[:start].strip(), raw[end:].strip()
    n_chars = len(before) + len(after)
    if _BULLET.match(raw) and before.strip("•‣▪●◦○■∙·*–—- "):
        return n_chars <= _SHORT_CHARS and not after.strip(" .)]")
    if before and after[-1:] in ("!", ".", ";"):
        return n_chars <= _FEW_CHARS
    return n_chars <= _SHORT_CHARS or (n_chars <= _TITLE_CHARS and (after or before)[-1] not in ".;!")


def _short(words: str) -> bool:
    return 0 < len(words) <= _TITLE_CHARS and not _BULLET.match(words) and words[-1] not in ".;!"


def _by_sentences(text: str, ranges: Sequence[StatedRange]) -> dict[int, Months]:
    """Return where jobs begin in lines that hold several, by their dates of two months."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    starts: dict[int, Months] = {}
    for stated in ranges:
        if stated.dated_to_the_month:
            i = bisect_right(ends, stated.span.start)
            start = ends[i - 1] if i else 0
            if stated.span.start - start > _TITLE_CHARS:
                start = stated.span.start
            starts.setdefault(start, _months(stated))
    return starts


def _months(stated: StatedRange) -> Months:
    start, end = stated.start, stated.end
    last_year = end.year if end is not None else start.year
    year = start.year or (last_year - (end is not None and start.month > end.month))
    first = year * 12 + (_MID_YEAR if start.precision is Precision.YEAR else start.month)
    last = _AS_OF.ordinal
    if end is not None:
        last = end.year * 12 + (_MID_YEAR if end.precision is Precision.YEAR else end.month)
    return (first, last) if year and first <= last + _MID_YEAR else None
