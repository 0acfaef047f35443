"""The entries of a section of jobs, schools or projects: when, who with, as what, and what was done.

Resumes put the dates of an entry first, last in its title, or on the line after it; which of these, the
first entry of a section tells. Source texts of any layout come out as well as can be told; texts that metier
writes of structured resumes come out as they went in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from metier.documents.dates import Precision, find_lengths, find_ranges
from metier.types import Period, YearMonth

_TITLE_CHARS = 160
_TITLE_LINES = 3
_AFTER_DATES = 2  # lines of a title that follows its dates
_BULLET = re.compile(r"\s*[•‣▪●◦○■∙·*–—-]\s+(?=\S)")
_POINT = re.compile(r"(?:Point|Пункт): (?=\S)")  # said before what would be a heading
_LEADS = frozenset(("с", "со", "from", "since", "seit", "с:", "from:"))
_EDGES = " \t,;|·•()[]–—-"
_URL = re.compile(r"https?://\S{1,2000}")
_LABELLED = re.compile(r"(?P<label>[^\W\d_][^:\n]{1,24}): (?P<value>\S.*)")
_SEPARATORS = re.compile(r" — | – | - |\t+| \| | at | @ ")
_YEAR_ALONE = re.compile(r"(?<![\d-])(?:19[5-9]\d|20[0-4]\d)(?:-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?)?(?![\d-])")
_LABELS = {
    "organization": "name",
    "организация": "name",
    "company": "name",
    "компания": "name",
    "institution": "name",
    "учебное заведение": "name",
    "position": "role",
    "должность": "role",
    "field of study": "role",
    "специальность": "role",
    "degree": "degree",
    "степень": "degree",
    "score": "score",
    "балл": "score",
    "location": "location",
    "место": "location",
    "roles": "roles",
    "роли": "roles",
    "technologies": "keywords",
    "технологии": "keywords",
    "level": "level",
    "уровень": "level",
}
_JOB = re.compile(
    r"(?:developer|engineer|manager|analyst|designer|architect|consultant|administrator|director|scientist|"
    r"teacher|accountant|assistant|specialist|programmer|intern|officer|lead|head|nurse|tester|recruiter)$"
    r"|^(?:(?:старший|ведущий|главный|младший|senior|junior|middle|lead)\s+\S|\S{0,12}-?(?:разработчик|"
    r"программист|инженер|менеджер|аналитик|дизайнер|архитектор|консультант|администратор|директор|"
    r"преподаватель|учитель|бухгалтер|специалист|руководитель|тестировщик|стажер|стажёр)(?!\w))",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"\b(?:bachelor|master|doctor|ph\.?d|b\.?sc|m\.?sc|mba|diploma)|бакалавр|магистр|специалитет|аспирант",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    r"\b(?:university|college|school|institute|academy)\b|университет|институт|академия|колледж|училище|школа",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One job, school or project.

    Attributes:
        start: first month or year as ISO 8601 writes it, or empty.
        end: last one; empty where it is still going on or not told.
        name: company, school or project.
        role: position or field of study.
        summary: lines of prose, in order.
        highlights: the points of its lists, in order.
        facts: `degree`, `score`, `location`, `roles`, `keywords` and `url`, as far as lines name them.
    """

    start: str
    end: str
    name: str
    role: str
    summary: tuple[str, ...]
    highlights: tuple[str, ...]
    facts: dict[str, str]


@dataclass(slots=True)
class _Line:
    """A line of a section; `text` is without the dates of an entry, which are in `start` and `end`."""

    text: str
    dated: bool = False
    start: str = ""
    end: str = ""


@dataclass(slots=True)
class _Content:
    titles: list[str] = field(default_factory=list)
    summary: list[str] = field(default_factory=list)
    points: list[list[str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


def job_entries(text: str, start: int, end: int, periods: Sequence[Period]) -> tuple[Entry, ...]:
    """Return the jobs in some characters of a text, one for each counted period that stands like a date.

    Args:
        text: the whole text.
        start: where the jobs begin, after the heading.
        end: where they end.
        periods: of the text, in order.
    """
    counted = [period for period in periods if period.counted and period.start is not None]
    lines = list(_lines(text, start, end, counted))
    if not any(line.dated for line in lines):
        return ()
    return tuple(_entry(part, is_name=_is_company) for part in _split(lines))


def part_entries(
    text: str, start: int, end: int, periods: Sequence[Period], *, school: bool
) -> tuple[Entry, ...]:
    """Return the schools or projects in some characters of a text; each paragraph is one or more.

    Args:
        text: the whole text.
        start: where they begin, after the heading.
        end: where they end.
        periods: of the text, in order.
        school: they are schools: a lone year is when one was left.
    """
    ranged = [period for period in periods if period.start is not None]
    is_name = _is_school if school else _is_any
    entries: list[Entry] = []
    paragraph: list[_Line] = []
    for line in [*_lines(text, start, end, ranged), _Line("")]:
        if line.text or line.dated:
            paragraph.append(line)
            continue
        if school:
            _date_by_year(paragraph)
        entries += [_entry(part, is_name=is_name) for part in _split(paragraph) if part]
        paragraph = []
    # "Level: higher" over the schools is a paragraph, and no school.
    return tuple(entry for entry in entries if entry.name or entry.role or entry.start)


def split_title(title: str) -> tuple[str, str]:
    """Return what stands before and after the first separator of a title; the second is empty without one.

    Example: "Acme — Developer" is ("Acme", "Developer"); so is "Acme | Developer".
    """
    long_dash = title.find(" — ")
    if long_dash > 0:
        return title[:long_dash].strip(), title[long_dash + 3 :].strip()
    parts = _SEPARATORS.split(title, maxsplit=1)
    return (parts[0].strip(), parts[1].strip()) if len(parts) == 2 else (title.strip(), "")


def names_itself(title: str, name: str, role: str, *, school: bool) -> bool:
    """Tell whether a title alone, read back, gives a name and a role."""
    known = _is_school if school else _is_company
    content = _Content(titles=[title])
    labelled = _LABELLED.fullmatch(title)
    bullet = _BULLET.match(title)
    return (
        len(title) <= _TITLE_CHARS
        and not (labelled and labelled["label"].lower() in _LABELS)
        and not bullet
        and not _URL.search(title)
        and not _YEAR_ALONE.search(title)
        and _name_and_role(content, known) == (name, role)
    )


def _lines(text: str, start: int, end: int, periods: Sequence[Period]) -> Iterator[_Line]:
    within = iter([period for period in periods if start <= period.span.start and period.span.end <= end])
    period = next(within, None)
    offset = dated_until = start
    for raw in text[start:end].split("\n"):
        line_end = offset + len(raw)
        found = None
        # Dates that were broken over lines are those of the first.
        rest = raw[max(0, dated_until - offset) :]
        while period is not None and period.span.start < line_end:
            found, dated_until = found or period, period.span.end
            period = next(within, None)
        if found is not None or rest == raw or rest.strip():
            yield _line(text, rest if found is None else raw, offset, found)
        offset = line_end + 1


def _line(text: str, raw: str, offset: int, period: Period | None) -> _Line:
    if period is not None and not _BULLET.match(raw):
        rest = raw[: period.span.start - offset] + " " + raw[period.span.end - offset :]
        rest = " ".join(rest.split()).strip(_EDGES)
        # What leads to a period belongs to it: "с марта 2020", "since 2019".
        rest = "" if rest.lower() in _LEADS else rest
        if len(rest) <= _TITLE_CHARS and rest[-1:] not in (".", "!", ";"):
            lengths = [length.span for length in find_lengths(rest)]
            if lengths and lengths[0].end - lengths[0].start == len(rest):
                rest = ""
            first, last = _iso(text[period.span.start : period.span.end], period)
            return _Line(rest, dated=True, start=first, end=last)
    return _Line(raw.strip())


def _iso(words: str, period: Period) -> tuple[str, str]:
    """Return the ends of a period, as bare years where the words of the document are."""
    start, end = period.start, period.end
    if start is None or end is None:
        return "", ""
    stated = next(find_ranges(words, as_of=YearMonth(end.year, end.month)), None)
    bare_start = stated is not None and stated.start.precision is Precision.YEAR
    bare_end = stated is not None and stated.end is not None and stated.end.precision is Precision.YEAR
    first = str(stated.start.year) if stated is not None and bare_start else str(start)
    last = str(stated.end.year) if stated is not None and stated.end is not None and bare_end else str(end)
    return first, "" if period.ongoing else last


def _date_by_year(paragraph: list[_Line]) -> None:
    """Take lone years as the dates of a paragraph that has no range."""
    if any(line.dated for line in paragraph):
        return
    for line in paragraph:
        found = list(_YEAR_ALONE.finditer(line.text[:_TITLE_CHARS]))
        if len(found) == 1 and not _BULLET.match(line.text) and not _LABELLED.fullmatch(line.text):
            before, after = line.text[: found[0].start()], line.text[found[0].end() :]
            line.text = f"{before.strip(_EDGES)} {after.strip(_EDGES)}".strip()
            line.dated, line.end = True, found[0].group()


def _split(lines: Sequence[_Line]) -> Iterator[Sequence[_Line]]:
    """Yield the lines of each entry; the lines are one entry where none has dates."""
    anchors = [i for i, line in enumerate(lines) if line.dated]
    if not anchors:
        yield lines
        return
    filled = next(i for i, line in enumerate(lines) if line.text or line.dated)
    n_before = sum(bool(line.text) for line in lines[filled : anchors[0]])
    starts = [filled]
    for previous, anchor in pairwise(anchors):
        starts.append(_title_start(lines, previous, anchor, min(n_before, _TITLE_LINES)))
    for start, following in pairwise([*starts, len(lines)]):
        yield lines[start:following]


def _title_start(lines: Sequence[_Line], previous: int, anchor: int, n_usual: int) -> int:
    """Return the line on which the entry with dates at `anchor` begins.

    A paragraph that ends with the dates is the title; without an empty line before it, the title has as
    many lines as that of the first entry.
    """
    start = anchor
    while start - 1 > previous and anchor - start < _TITLE_LINES and _like_title(lines[start - 1].text):
        start -= 1
    if start - 1 > previous and not lines[start - 1].text:
        return start
    return max(start, anchor - n_usual)


def _like_title(text: str) -> bool:
    return bool(text) and len(text) <= _TITLE_CHARS and not _BULLET.match(text)


def _entry(lines: Sequence[_Line], *, is_name: Callable[[str], bool | None]) -> Entry:
    dated = next((i for i, line in enumerate(lines) if line.dated), None)
    content = _Content()
    if dated is None:
        content.titles += [lines[0].text]
        rest = lines[1:]
    else:
        above = [line.text for line in lines[: dated + 1] if line.text]
        rest = lines[dated + 1 :]
        if not above:
            n_titles = 0
            while n_titles < min(_AFTER_DATES, len(rest)) and _like_title(rest[n_titles].text):
                n_titles += 1
            above, rest = [line.text for line in rest[:n_titles]], rest[n_titles:]
        content.titles += above
    _take_labels(content)
    _take_body(content, [line.text for line in rest])
    name, role = _name_and_role(content, is_name)
    start, end = (lines[dated].start, lines[dated].end) if dated is not None else ("", "")
    highlights = tuple(" ".join(" ".join(point).split()) for point in content.points)
    return Entry(start, end, name, role, tuple(content.summary), highlights, content.facts)


def _take_labels(content: _Content) -> None:
    titles, content.titles = content.titles, []
    for title in titles:
        if not _is_fact(content, title, in_title=True):
            content.titles.append(title)


def _is_fact(content: _Content, line: str, *, in_title: bool = False) -> bool:
    """Take a line such as "Degree: Bachelor" or an address of the web; tell whether it was one."""
    match = _LABELLED.fullmatch(line)
    key = _LABELS.get(match["label"].lower()) if match else None
    if match and key is not None and key not in content.facts and (in_title or key not in ("name", "role")):
        content.facts[key] = match["value"].strip()
        return True
    if _URL.fullmatch(line) and "url" not in content.facts:
        content.facts["url"] = line
        return True
    return False


def _take_body(content: _Content, lines: Sequence[str]) -> None:
    in_list = False
    for line in lines:
        bullet = _BULLET.match(line)
        if bullet:
            point = line[bullet.end() :]
            label = _POINT.match(point)
            content.points.append([point[label.end() :] if label else point])
            in_list = True
        elif not line or _is_fact(content, line):
            in_list = False
        elif in_list:
            # A point that was broken over lines.
            content.points[-1].append(line)
        else:
            content.summary.append(" ".join(line.split()))


def _name_and_role(content: _Content, is_name: Callable[[str], bool | None]) -> tuple[str, str]:
    facts, titles = content.facts, content.titles
    if "name" in facts or "role" in facts:
        name, role = facts.pop("name", ""), facts.pop("role", "")
        content.summary[:0] = titles
        return name, role
    if len(titles) == 1:
        first, second = split_title(titles[0])
    else:
        first, second = (*titles[:2], "", "")[:2]
        content.summary[:0] = titles[2:]
    swapped = is_name(first) is False and is_name(second) is not False
    return (second, first) if swapped else (first, second)


def _is_company(text: str) -> bool | None:
    return False if _JOB.search(text) else None


def _is_school(text: str) -> bool | None:
    return True if _SCHOOL.search(text) else False if _DEGREE.search(text) else None


def _is_any(_: str) -> bool | None:
    return None
