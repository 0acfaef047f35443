"""Stretches of time that a resume states, and the total experience that follows.

Conventions: both end months count, so January to March is three months. A range of bare years is taken
from the middle of the first to the middle of the second (2016-2020 is 48 months), one within a year as
half of it. An ongoing range ends with the month `as_of`; a range that begins after it is no period.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from metier.documents.dates import (
    Precision,
    StatedDate,
    StatedLength,
    StatedRange,
    find_lengths,
    find_ranges,
)
from metier.documents.section_index import SectionIndex
from metier.types import Period, Section, SectionKind, Span, YearMonth

_MAX_MONTHS = 60 * 12
_UNCOUNTED = frozenset(
    {
        SectionKind.EDUCATION,
        SectionKind.CERTIFICATES,
        SectionKind.LANGUAGES,
        SectionKind.INTERESTS,
        SectionKind.PROJECTS,
    }
)
_EDUCATION = re.compile(
    r"\b(?:university|college|school|bachelor|master(?:'s)?|degree|diploma|ph\.?d|student|course|academy|b\.?sc|m\.?sc)\b"
    r"|университет|институт|бакалавр|магистр|диплом|факультет|колледж|училище|школа|курсы|академи|студент"
    r"|대학교|대학원|학사|석사|고등학교|אוניברסיט|תואר|מכללה|בית ספר",
    re.IGNORECASE,
)
_ANY_YEAR = re.compile(r"(?:19|20)\d\d")
_EXPERIENCE_WORD = re.compile(r"experience|опыт|стаж|경력|ניסיון", re.IGNORECASE)
# "Windows Server 2008-2012" is a product, no job.
_PRODUCT_BEFORE = re.compile(
    r"\b(?:windows|server|office|excel|word|visual\s+studio|studio|sharepoint|exchange|project|dynamics|autocad|"
    r"access|visio|outlook|sql|iso|гост|ms)[^\w\n]{1,3}$",
    re.IGNORECASE,
)
_LINE_REACH = 200
_MAX_ENTRY_CHARS = 100
_LENGTH_REACH = 60


def find_periods(text: str, sections: Sequence[Section], *, as_of: YearMonth) -> tuple[Period, ...]:
    """Return the periods that a text states, in its order.

    Dated ranges in a section on experience are counted; without one that has any, those in other sections
    are, education and the like left out. A stated length ("3 years 2 months") is a period only where it tells
    of experience and belongs to no dated range; the longest one is counted where no range is.

    Args:
        text: the whole text.
        sections: its sections.
        as_of: the month that "present" stands for.
    """
    kinds = SectionIndex(sections)
    ranges = [
        (stated, bounds)
        for stated in find_ranges(text, as_of=as_of)
        if not _is_product(text, stated) and (bounds := _bounds(stated, as_of)) is not None
    ]
    in_experience = [
        stated for stated, _ in ranges if kinds.kind_at(stated.span.start) is SectionKind.EXPERIENCE
    ]
    jobs = in_experience or [stated for stated, _ in ranges if _may_count(text, stated.span, kinds)]
    # Beside jobs dated to the month, bare years within prose are said of a project or a tool.
    dated_jobs = any(stated.dated_to_the_month for stated in jobs)
    counted = {stated.span for stated in jobs if not (dated_jobs and _in_passing(text, stated))}
    dated = [_period(stated, bounds, counted=stated.span in counted) for stated, bounds in ranges]
    lengths = _lengths(text, kinds, [stated.span for stated, _ in ranges])
    longest = max(lengths, key=lambda length: length.months, default=None)
    count_longest = not any(period.counted for period in dated)
    stated_periods = [
        Period(
            span=length.span,
            start=None,
            end=None,
            ongoing=False,
            months=length.months,
            counted=count_longest and length is longest,
        )
        for length in lengths
    ]
    return tuple(sorted([*dated, *stated_periods], key=lambda period: period.span))


def total_months(periods: Iterable[Period]) -> int | None:
    """Return the months that lie in at least one counted period, or None where none is counted.

    Example: Jan-Dec 2019 and Jul 2019-Mar 2020 are 15 months together.
    """
    counted = [period for period in periods if period.counted]
    months: set[int] = set()
    undated = 0
    for period in counted:
        if period.start is None or period.end is None:
            undated = max(undated, period.months)
        else:
            months.update(range(period.start.ordinal, period.end.ordinal + 1))
    return max(len(months), undated) if counted else None


def _bounds(stated: StatedRange, as_of: YearMonth) -> tuple[int, int] | None:
    """Return the first and last month of a range as ordinals, or None where they make no sense."""
    end = stated.end
    start_year = stated.start.year or (end.year if end is not None else 0)
    if stated.start.precision is Precision.NO_YEAR and end is not None and stated.start.month > end.month:
        start_year -= 1
    if not start_year or (end is not None and not end.year):
        return None
    last = as_of.ordinal if end is None else min(_last(end), as_of.ordinal)
    first = _first(stated.start, start_year)
    if (
        end is not None
        and stated.start.precision is end.precision is Precision.YEAR
        and start_year == end.year
    ):
        first, last = start_year * 12 + 3, min(start_year * 12 + 8, as_of.ordinal)
    if first > last and stated.start.precision is Precision.YEAR:
        first = start_year * 12
    if end is not None and end.precision is Precision.YEAR and end.year == start_year:
        last = max(last, first)
    return (first, last) if first <= last <= as_of.ordinal and last - first < _MAX_MONTHS else None


def _first(date: StatedDate, year: int) -> int:
    return year * 12 + (6 if date.precision is Precision.YEAR else date.month - 1)


def _last(date: StatedDate) -> int:
    return date.year * 12 + (5 if date.precision is Precision.YEAR else date.month - 1)


def _period(stated: StatedRange, bounds: tuple[int, int], *, counted: bool) -> Period:
    first, last = bounds
    return Period(
        span=stated.span,
        start=YearMonth(first // 12, first % 12 + 1),
        end=YearMonth(last // 12, last % 12 + 1),
        ongoing=stated.end is None,
        months=last - first + 1,
        counted=counted,
    )


def _may_count(text: str, span: Span, kinds: SectionIndex) -> bool:
    """Tell whether a range outside a section on experience can be a job."""
    if kinds.kind_at(span.start) in _UNCOUNTED:
        return False
    start = _line_start(text, span)
    line, _, rest = text[start : span.end + 2 * _LINE_REACH].partition("\n")
    following = rest.partition("\n")[0]
    # The school may stand in the next line, unless that is an entry with a year of its own.
    return not _EDUCATION.search(line if _ANY_YEAR.search(following) else f"{line}\n{following}")


def _line_start(text: str, span: Span) -> int:
    """Return where the line of a span begins, at most 200 characters before it."""
    return max(
        text.rfind("\n", max(0, span.start - _LINE_REACH), span.start) + 1, span.start - _LINE_REACH, 0
    )


def _in_passing(text: str, stated: StatedRange) -> bool:
    """Tell whether bare years, or a "since", stand within prose and not at the edge of a short line."""
    if stated.dated_to_the_month:
        return False
    start, end = stated.span.start, stated.span.end
    before = text[max(0, start - _MAX_ENTRY_CHARS) : start].rpartition("\n")[2]
    after = text[end : end + _MAX_ENTRY_CHARS].partition("\n")[0]
    at_edge = not before.strip() or not after.strip()
    return stated.since or not at_edge or len(before) + end - start + len(after) > _MAX_ENTRY_CHARS


def _is_product(text: str, stated: StatedRange) -> bool:
    if stated.start.precision is not Precision.YEAR:
        return False
    return bool(_PRODUCT_BEFORE.search(text[max(0, stated.span.start - 20) : stated.span.start]))


def _lengths(text: str, kinds: SectionIndex, ranges: Sequence[Span]) -> list[StatedLength]:
    """Return the stated lengths that tell of experience, those beside a dated range left out."""
    found = []
    starts = iter(ranges)
    upcoming = next(starts, None)
    previous_end = -_LENGTH_REACH - 1
    for length in find_lengths(text):
        while upcoming is not None and upcoming.end <= length.span.start:
            previous_end, upcoming = upcoming.end, next(starts, None)
        beside = (
            text[previous_end : length.span.start]
            if length.span.start - previous_end <= _LENGTH_REACH
            else "\n\n"
        )
        if beside.count("\n") <= 1:
            continue
        if _tells_of_experience(text, length.span, kinds):
            found.append(length)
    return found


def _tells_of_experience(text: str, span: Span, kinds: SectionIndex) -> bool:
    if kinds.kind_at(span.start) is SectionKind.EXPERIENCE:
        return True
    start = _line_start(text, span)
    end = text.find("\n", span.end, span.end + _LINE_REACH)
    line = text[start : end if end >= 0 else span.end + _LINE_REACH]
    return bool(_EXPERIENCE_WORD.search(line)) and kinds.kind_at(span.start) not in _UNCOUNTED
