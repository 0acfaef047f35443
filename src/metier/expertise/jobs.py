"""The jobs of a resume: when, as what, with whom, and which words tell what was done."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from metier.documents.dates import StatedRange, find_lengths, find_ranges
from metier.documents.section_index import SectionIndex
from metier.expertise.titles import names_a_job
from metier.types import Period, Section, SectionKind, Span, YearMonth

_TITLE_CHARS: Final = 160
_TITLE_LINES: Final = 3  # before the dates
_LINES_AFTER: Final = 4  # hh.ru: length, company, city, title
_LONG_TITLE_CHARS: Final = 90
_BULLET: Final = re.compile(r"\s*[•‣▪●◦○■∙·*?–—-]\s+(?=\S)")
_EDGES: Final = " \t,;:|/·•()[]–—－-\u200b"
# "ï¼​" is a full-width hyphen that was decoded wrongly, common in texts made from web pages.
_SEPARATORS: Final = re.compile(
    r"\s+[—–－|•·/]\s+|\s+-\s+|\s*ï¼\S?\s*|\s*â€“\s*|\t+|\s{3,}|;\s+|(?<=\w)\s+(?:at|@)\s+"
    r"|\s+(?=Company Name\b)|(?<=Company Name)\s+|\bCity\s?,\s?State\b|(?<=,\s[A-Z]{2})\s+(?=[A-Z])",
)
_PLACE: Final = re.compile(
    r"^(?:city|state|г\.|город)\b|^[\w .'-]{2,40}\s?,\s?(?:[A-Z]{2}|State|USA?|UK)\s*(?:\d{5})?$|https?://|www\."
)
_COMPANY: Final = re.compile(
    r"\bCompany Name\b|\b(?:inc|ltd|llc|corp|gmbh|plc|company|co|group|university|school|bank|hospital|"
    r"college)\b\.?"
    r"|(?<!\w)(?:ооо|оао|зао|пао|ао|ип|гбу|мбоу|фгуп|гк|банк|компания|завод)(?!\w)",
    re.IGNORECASE,
)
_LEADS: Final = frozenset(("с", "со", "from", "since", "с:", "from:"))
# Words of a sentence, which no title of a job has.
_PROSE: Final = re.compile(
    r"\b(?:a|an|their|was|were|which|that|by|using|including|ensur\w+|my|our|as\s+well|responsible)\b"
    r"|(?<!\w)(?:который\w*|также|чтобы|является|осуществл\w+|выполн\w+)(?!\w)|:\s+\S",
    re.IGNORECASE,
)
_TWO_NUMBERS: Final = re.compile(r"\d{2}\D+\d{2}")
_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
# Sections within the entry of a job: it goes on through the first, and after the others.
_GO_ON: Final = frozenset({SectionKind.EXPERIENCE, SectionKind.DUTIES})
_PASSING: Final = frozenset({SectionKind.OTHER, SectionKind.SKILLS, SectionKind.EMPLOYER})


@dataclass(frozen=True, slots=True)
class Job:
    """One job of a resume; all spans are of the text that it was found in.

    Attributes:
        span: the whole entry.
        title: what the person worked as, or None where it is not told.
        employer: with whom, or None.
        body: what was done; empty where nothing is told.
        dates: the words that say when, or None.
        start: first month, or None where it has no dates, or such as cannot be.
        end: last month, included; the month of the assessment where it goes on.
        ongoing: it still goes on.
    """

    span: Span
    title: Span | None
    employer: Span | None
    body: Span
    dates: Span | None
    start: YearMonth | None
    end: YearMonth | None
    ongoing: bool

    @property
    def months(self) -> int | None:
        """Return how long it lasted, both end months counted, or None without dates."""
        if self.start is None or self.end is None:
            return None
        return self.end.ordinal - self.start.ordinal + 1


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a section; `dates` are those of a job that begins here."""

    span: Span
    text: str
    dates: Span | None = None
    period: Period | None = None


def find_jobs(
    text: str, sections: Sequence[Section], periods: Sequence[Period], *, as_of: YearMonth
) -> tuple[Job, ...]:
    """Return the jobs of a resume, the newest first; those without dates come last, in order of the text.

    Args:
        text: the resume.
        sections: of the text, in order.
        periods: of the text, in order; the counted ones are when the jobs were.
        as_of: the month that "present" stands for.

    Returns:
        A job for each counted period that stands where the dates of an entry stand, and for each range of
        dates there that cannot be, such as one that ends before it begins. A job told twice is one; a
        section on experience without any dates is one too. None for a text that tells of no job.
    """
    counted = [period for period in periods if period.counted and period.start is not None]
    jobs: list[Job] = []
    for region in _regions(text, sections, counted):
        jobs += _jobs_in(text, region, counted, as_of)
    return tuple(sorted(_distinct(text, jobs), key=_newest_first))


def _distinct(text: str, jobs: Iterable[Job]) -> Iterator[Job]:
    """Yield jobs without those that are told twice: the same dates, the same post."""
    seen: set[tuple[YearMonth, YearMonth, str]] = set()
    for job in jobs:
        if job.start is not None and job.end is not None and job.title is not None:
            told = job.start, job.end, text[job.title.start : job.title.end].casefold()
            if told in seen:
                continue
            seen.add(told)
        yield job


def months_of(jobs: Iterable[Job]) -> int | None:
    """Return the months in which at least one of some jobs was held, or None where none has dates."""
    months: set[int] = set()
    for job in jobs:
        if job.start is not None and job.end is not None:
            months.update(range(job.start.ordinal, job.end.ordinal + 1))
    return len(months) or None


def _newest_first(job: Job) -> tuple[int, int, int]:
    end = job.end.ordinal if job.end is not None else -1
    start = job.start.ordinal if job.start is not None else -1
    return -end, -start, job.span.start


def _regions(text: str, sections: Sequence[Section], counted: Sequence[Period]) -> Iterator[Span]:
    """Yield the stretches of text that hold jobs: from a heading on experience to what ends it."""
    if not any(section.kind is SectionKind.EXPERIENCE for section in sections):
        index = SectionIndex(sections)
        found = [index.at(period.span.start) for period in counted]
        for section in dict.fromkeys(section for section in found if section is not None):
            yield _below_heading(section)
        if not sections and counted:
            yield Span(0, len(text))
        return
    region: Span | None = None
    for section in sections:
        if section.kind is SectionKind.EXPERIENCE and (region is None or section.heading is not None):
            if region is not None:
                yield region
            region = _below_heading(section)
        elif region is not None and section.kind in _GO_ON:
            region = Span(region.start, section.span.end)
        elif region is not None and section.kind not in _PASSING:
            yield region
            region = None
    if region is not None:
        yield region


def _below_heading(section: Section) -> Span:
    start = section.heading.end if section.heading is not None else section.span.start
    return Span(min(start, section.span.end), section.span.end)


def _jobs_in(text: str, region: Span, counted: Sequence[Period], as_of: YearMonth) -> Iterator[Job]:
    lines = _lines(text, region, _dated(text, region, counted, as_of))
    anchors = [i for i, line in enumerate(lines) if line.dates is not None]
    if not anchors:
        filled = next((i for i, line in enumerate(lines) if line.text), None)
        if filled is not None:
            yield _job(text, lines[filled:], None, n_above=0)
        return
    starts = _starts(lines, anchors)
    for (start, following), anchor in zip(pairwise([*starts, len(lines)]), anchors, strict=True):
        yield _job(text, lines[start:following], lines[anchor], n_above=anchor - start)


def _dated(
    text: str, region: Span, counted: Sequence[Period], as_of: YearMonth
) -> list[tuple[Span, Period | None]]:
    """Return where dates stand in a region, with the period that they are, None for ranges that cannot be."""
    first = bisect_left(counted, region.start, key=lambda period: period.span.start)
    last = bisect_left(counted, region.end, key=lambda period: period.span.start)
    found: list[tuple[Span, Period | None]] = [(period.span, period) for period in counted[first:last]]
    known = {span.start for span, _ in found}
    offset = region.start
    for line in text[region.start : region.end].split("\n"):
        if len(line) <= _TITLE_CHARS and _TWO_NUMBERS.search(line):
            for stated in find_ranges(line, as_of=as_of):
                span = Span(offset + stated.span.start, offset + stated.span.end)
                if span.start not in known and stated.dated_to_the_month and _cannot_be(stated, as_of):
                    found.append((span, None))
        offset += len(line) + 1
    return sorted(found, key=lambda item: item[0])


def _cannot_be(stated: StatedRange, as_of: YearMonth) -> bool:
    start, end = stated.start, stated.end
    first = start.year * 12 + start.month
    last = as_of.year * 12 + as_of.month if end is None else end.year * 12 + end.month
    return bool(start.year) and (first > last or first > as_of.year * 12 + as_of.month)


def _lines(text: str, region: Span, dated: Sequence[tuple[Span, Period | None]]) -> list[_Line]:
    lines: list[_Line] = []
    upcoming = 0
    offset = dated_until = region.start
    for whole in text[region.start : region.end].split("\n"):
        # Dates that were broken over lines are those of the first.
        first = min(max(offset, dated_until), offset + len(whole))
        raw = whole[first - offset :]
        offset, end = first, offset + len(whole)
        here: tuple[Span, Period | None] | None = None
        while upcoming < len(dated) and dated[upcoming][0].start < end:
            here = here or dated[upcoming]
            dated_until = dated[upcoming][0].end
            upcoming += 1
        if here is not None and _begins_a_job(raw, here[0].start - offset, here[0].end - offset):
            lines.append(_Line(Span(offset, end), raw.strip(), *here))
        else:
            lines.append(_Line(Span(offset, end), raw.strip()))
        offset = end + 1
    return lines


def _begins_a_job(raw: str, start: int, end: int) -> bool:
    """Tell whether dates in a line stand as those of an entry do, and not in the midst of prose."""
    before, after = raw[:start], raw[end:]
    n_chars = len(before.strip()) + len(after.strip())
    if n_chars > _TITLE_CHARS:
        return False
    if _BULLET.match(raw) and len(before.strip(_EDGES)) > 0:
        return n_chars <= _LONG_TITLE_CHARS and not after.strip(_EDGES)
    return n_chars <= _LONG_TITLE_CHARS or (after or before).rstrip()[-1:] not in (".", "!", ";")


def _starts(lines: Sequence[_Line], anchors: Sequence[int]) -> list[int]:
    """Return the line on which each job begins: the first of its title, or that of its dates.

    Where titles stand above the dates, the first job shows how many lines they have.
    """
    filled = next(i for i, line in enumerate(lines) if line.text)
    above = [line for line in lines[filled : anchors[0]] if line.text]
    n_usual = len(above)
    if n_usual > _TITLE_LINES or not all(_short(line.text) for line in above):
        n_usual = 1 if _names_a_job(above[-1].text) else 0
    starts = [filled if n_usual == len(above) else anchors[0] - n_usual]
    for previous, anchor in pairwise(anchors):
        start = anchor
        while start - 1 > previous and anchor - start < _TITLE_LINES and _short(lines[start - 1].text):
            start -= 1
        ends_a_gap = start - 1 > previous and not lines[start - 1].text
        starts.append(start if ends_a_gap else max(start, anchor - n_usual))
    return starts


def _job(text: str, lines: Sequence[_Line], anchor: _Line | None, *, n_above: int) -> Job:
    n_head = n_above + (anchor is not None)
    pieces = [piece for line in lines[:n_head] for piece in _pieces(text, line)]
    titled = any(_names_a_job(text[piece.start : piece.end]) for piece in pieces)
    n_after = _n_after(lines[n_head:], titled=titled, bare=not pieces)
    pieces += [piece for line in lines[n_head : n_head + n_after] for piece in _pieces(text, line)]
    title, employer = _title_and_employer(text, pieces)
    end = _end(lines)
    body = next((line.span.start for line in lines[n_head + n_after :] if line.text), end)
    period = anchor.period if anchor is not None else None
    return Job(
        span=Span(min(lines[0].span.start, end), end),
        title=title,
        employer=employer,
        body=Span(min(body, end), end),
        dates=anchor.dates if anchor is not None else None,
        start=period.start if period is not None else None,
        end=period.end if period is not None else None,
        ongoing=period is not None and period.ongoing,
    )


def _end(lines: Sequence[_Line]) -> int:
    return next((line.span.end for line in reversed(lines) if line.text), lines[0].span.start)


def _n_after(lines: Sequence[_Line], *, titled: bool, bare: bool) -> int:
    """Return how many lines below the dates still say who and where, and not what was done."""
    taken = n_short = 0
    for i, line in enumerate(lines[:_LINES_AFTER]):
        if not _short(line.text) or len(line.text) > _LONG_TITLE_CHARS:
            break
        n_short = i + 1
        if not titled and _names_a_job(line.text):
            titled, taken = True, n_short
        elif titled and (_PLACE.search(line.text) or _is_company_line(line.text)):
            taken = n_short
        elif titled:
            break
    return taken if titled or not bare else min(2, n_short)


def _is_company_line(words: str) -> bool:
    return bool(_COMPANY.search(words)) and not _PROSE.search(words) and len(words) < _LONG_TITLE_CHARS


def _short(words: str) -> bool:
    return 0 < len(words) <= _TITLE_CHARS and not _BULLET.match(words) and words[-1] not in ".;!"


def _names_a_job(words: str) -> bool:
    return len(words) <= _LONG_TITLE_CHARS and not _PROSE.search(words) and names_a_job(words)


def _pieces(text: str, line: _Line) -> Iterator[Span]:
    """Yield the parts of a line of a title: what stands between separators, without dates and lengths."""
    stretches = [line.span]
    if line.dates is not None:
        end = min(line.dates.end, line.span.end)
        stretches = [Span(line.span.start, line.dates.start), Span(end, line.span.end)]
    for stretch in stretches:
        start = stretch.start
        words = text[stretch.start : stretch.end]
        cuts = [(match.start(), match.end()) for match in _SEPARATORS.finditer(words)]
        for first, following in [*cuts, (len(words), len(words))]:
            piece = _trimmed(text, start, stretch.start + first)
            start = stretch.start + following
            if piece is not None:
                yield piece


def _trimmed(text: str, start: int, end: int) -> Span | None:
    words = text[start:end]
    kept = words.strip(_EDGES)
    if not any(char.isalpha() for char in kept) or kept.lower() in _LEADS:
        return None
    if any(length.span.start == 0 and length.span.end == len(kept) for length in find_lengths(kept)):
        return None
    left = start + words.index(kept)
    end = left + len(kept)
    closes = kept.count("(") > kept.count(")") and text[end : end + 1] == ")"
    return Span(left, end + closes)


def _title_and_employer(text: str, pieces: Sequence[Span]) -> tuple[Span | None, Span | None]:
    """Return which of the parts of a title are the post and the employer."""
    told = [piece for piece in pieces if not _PLACE.search(text[piece.start : piece.end])]
    named = [piece for piece in told if _names_a_job(text[piece.start : piece.end])]
    # "Bank of the West" and "University Hospital" hold no post; "Lead, Engineering Group" does.
    title = min(named, key=lambda piece: _is_marked(text, piece), default=None)
    others = [piece for piece in told if piece != title]
    employer = max(others, key=lambda piece: _is_marked(text, piece), default=None)
    if title is None:
        unmarked = [piece for piece in told if not _is_marked(text, piece)]
        if len(told) > 1 and unmarked:
            # Russian resumes name the company first.
            title = unmarked[-1 if _CYRILLIC.search(text, told[0].start, told[0].end) else 0]
            employer = next((piece for piece in told if piece != title), None)
        elif unmarked:
            title, employer = unmarked[0], None
    return title, employer


def _is_marked(text: str, piece: Span) -> bool:
    return bool(_COMPANY.search(text, piece.start, piece.end))
