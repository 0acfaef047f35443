"""Months, ranges of months and lengths of time as resumes write them, in four languages.

A text is gone through once, and what may stand between two dates is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from metier.types import Span, YearMonth

# Stems by month; a word of a text that begins with one is that month if the rest is an ending.
_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_RUSSIAN = "янв фев мар апр ма июн июл авг сен окт ноя дек".split()
_RUSSIAN_ENDINGS = (
    r"(?:января?|январь|янв|февраля?|февраль|февр?|марта?|мар|апреля?|апрель|апр|ма[йяе]|июня?|июнь|июн|"
    r"июля?|июль|июл|августа?|авг|сентября?|сентябрь|сент?|октября?|октябрь|окт|ноября?|ноябрь|ноябр?|"
    r"декабря?|декабрь|дек)"
)
_HEBREW = "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר".split()
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"sept|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec|" + _RUSSIAN_ENDINGS + "|" + "|".join(_HEBREW) + ")"
)
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_YEAR_WORD = r"(?:\s?(?:гг?\.|г(?!\w)|года?(?!\w)|년))?"
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?[ ,.]{1,2})?"

_DATE = re.compile(
    rf"""
      (?<![\d/.])(?:(?P<d1>[0-3]?\d)(?P<sep>[./])(?P<m1>[0-3]?\d)[./](?P<y1>{_YEAR}))(?!\d)
    | (?<![\d/.])(?P<y2>{_YEAR})(?:[./-]|\s?년\s?)(?P<m2>1[0-2]|0?[1-9])(?:\s?월|(?:[./-][0-3]?\d)?(?![\d]))
    | (?<![\d/.])(?P<m3>1[0-2]|0?[1-9])\s?[./]\s?(?P<y3>{_YEAR})(?!\d)
    | (?<![\d/.-])(?P<m4>1[0-2]|0[1-9])-(?P<y4>{_YEAR})(?!\d)
    | (?<!\w){_DAY}(?P<name>{_MONTH})\.?(?!\w),?\s{{0,2}}(?:\d{{1,2}}(?:st|nd|rd|th)?,\s)?
        (?:['’](?P<yy>\d\d)|(?P<y5>{_YEAR})|(?P<yyy>\d\d)(?=\s{0, 4}(?:[-–—]|$|to\b)))?(?!\d){_YEAR_WORD}
    | (?<![\d/.-])(?P<m6>1[0-2]|0[1-9])/(?P<y6>\d\d)(?![\d/])
    | (?<![\d.,/$€£₽\#+-])(?P<y7>{_YEAR})(?![\d/]|[.,]\d){_YEAR_WORD}
    | (?<=[-–—])(?P<y8>{_YEAR})(?![\d/]|[.,]\d){_YEAR_WORD}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SEPARATOR = re.compile(
    r"\s{0,4}(?:[-‐‑–—―~〜]{1,2}|\bto\b|\buntil\b|\btill\b|\bthrough\b|\bthru\b|\bпо\b|\bдо\b|부터|עד)\s{0,4}",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"(?:the\s+)?(?:present|current(?:ly)?|now|today|date|ongoing|till\s+(?:now|date|present)|to\s+date)\b"
    r"|(?:по\s+)?н\.?\s?в\.?(?!\w)|(?:по\s+)?настоящ(?:ее|его|ий|ему)\s+(?:врем\w{1,4}|момент\w?)"
    r"|работа(?:ет|ю)\s+сейчас|сейчас|сегодня\w*|текущ\w{2,3}(?:\s+врем\w{1,4}|\s+момент)?|현재|재직\s?중|지금"
    r"|היום|כיום|הווה|עכשיו",
    re.IGNORECASE,
)
_SINCE = re.compile(r"(?:\bsince|(?<!\w)со?|\bначиная\s+со?|מאז|החל\s+מ)[ -]?$", re.IGNORECASE)
_FROM_THEN = re.compile(r"\s?부터")
_SINCE_REACH = 12
_PRESENT_REACH = 40

_LENGTH = re.compile(
    r"(?<![\d.,/-])(?P<years>\d{1,2})(?:[.,](?P<tenths>\d))?\s?\+?[\s-]?(?:years?|yrs?\.?|лет|год[а]?|г\.(?=\s?\d)|년|שנים|שנות|שנה)(?!\w)"
    r"(?:\s{0,2}(?:,|and|и|ו-?)?\s{0,2}(?P<more>\d{1,2})\s?(?:months?|mos?\.?|мес(?:яц(?:а|ев)?)?\.?|개월|חודשים)(?!\w))?"
    r"|(?<![\d.,/-])(?P<months>\d{1,2})\s?(?:months?|mos\.?|мес(?:яц(?:а|ев)?)?\.?|개월|חודשים)(?!\w)",
    re.IGNORECASE,
)


class Precision(Enum):
    """How exactly a date is given; a month's name alone takes its year from the other end of a range."""

    MONTH = "month"
    YEAR = "year"
    NO_YEAR = "no year"


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date of a text; `month` is 1 where only a year is given, `year` 0 where there is none."""

    span: Span
    year: int
    month: int
    precision: Precision


@dataclass(frozen=True, slots=True)
class StatedRange:
    """A range of dates; `end` is None where it is still going on, `since` where it is said so by "since"."""

    span: Span
    start: StatedDate
    end: StatedDate | None
    since: bool = False

    @property
    def dated_to_the_month(self) -> bool:
        """Tell whether both ends are months, or the end is the present."""
        ends = [self.start, self.end] if self.end is not None else [self.start]
        return not self.since and all(date.precision is not Precision.YEAR for date in ends)


@dataclass(frozen=True, slots=True)
class StatedLength:
    """A length of time, in months."""

    span: Span
    months: int


def find_ranges(text: str, *, as_of: YearMonth) -> Iterator[StatedRange]:
    """Yield the ranges that a text states, in order; dates that are no part of one are passed over.

    Args:
        text: any text.
        as_of: tells the century of a year of two digits.
    """
    dates = [date for match in _DATE.finditer(text) if (date := _date(match, as_of)) is not None]
    i = 0
    while i < len(dates):
        start = dates[i]
        following = dates[i + 1] if i + 1 < len(dates) else None
        if following is not None and _SEPARATOR.fullmatch(text, start.span.end, following.span.start):
            yield StatedRange(Span(start.span.start, following.span.end), start, following)
            i += 2
            continue
        ongoing_end = _ongoing(text, start)
        if ongoing_end is not None and start.precision is not Precision.NO_YEAR:
            since = ongoing_end == start.span.end
            yield StatedRange(Span(start.span.start, ongoing_end), start, None, since=since)
        i += 1


def find_lengths(text: str) -> Iterator[StatedLength]:
    """Yield the lengths of time that a text states: "3 years 2 months", "9 лет", "5년 2개월"."""
    for match in _LENGTH.finditer(text):
        if match["months"] is not None:
            months = int(match["months"])
        else:
            months = 12 * int(match["years"]) + int(match["more"] or 0)
            months += round(1.2 * int(match["tenths"] or 0))
        yield StatedLength(Span(*match.span()), months)


def _ongoing(text: str, start: StatedDate) -> int | None:
    """Return where a range that is still going on ends in the text, or None if it is none."""
    separator = _SEPARATOR.match(text, start.span.end)
    if separator is not None:
        present = _PRESENT.match(text, separator.end(), separator.end() + _PRESENT_REACH)
        if present is not None:
            return present.end()
    # "по н. в." holds its own separator.
    present = _PRESENT.match(text, min(start.span.end + 1, len(text)), start.span.end + _PRESENT_REACH)
    if present is not None and present.group().lower().startswith(("по ", "till", "to ")):
        return present.end()
    before = text[max(0, start.span.start - _SINCE_REACH) : start.span.start]
    if _SINCE.search(before) and separator is None:
        return start.span.end
    then = _FROM_THEN.match(text, start.span.end)
    return then.end() if then else None


def _date(match: re.Match[str], as_of: YearMonth) -> StatedDate | None:
    found = match.groupdict()
    span = Span(match.start(), match.start() + len(match.group().rstrip(" \t\n\r,")))
    if found["name"] is not None:
        return _named(found, span, as_of)
    for i in ("2", "3", "4"):
        if found[f"y{i}"] is not None:
            return StatedDate(span, int(found[f"y{i}"]), int(found[f"m{i}"]), Precision.MONTH)
    if found["y1"] is not None:
        first, second = int(found["d1"]), int(found["m1"])
        # 15.03.2019 is the European order; 03/15/2019 the American one.
        month = first if found["sep"] == "/" and first <= 12 else second
        return StatedDate(span, int(found["y1"]), month, Precision.MONTH) if 1 <= month <= 12 else None
    if found["y6"] is not None:
        return StatedDate(span, _century(int(found["y6"]), as_of), int(found["m6"]), Precision.MONTH)
    return StatedDate(span, int(found["y7"] or found["y8"]), 1, Precision.YEAR)


def _named(found: dict[str, str | None], span: Span, as_of: YearMonth) -> StatedDate | None:
    month = _month_number(found["name"] or "")
    short = found["yy"] or found["yyy"]
    if found["y5"] is not None:
        return StatedDate(span, int(found["y5"]), month, Precision.MONTH)
    if short is not None:
        return StatedDate(span, _century(int(short), as_of), month, Precision.MONTH)
    return StatedDate(span, 0, month, Precision.NO_YEAR)


def _month_number(name: str) -> int:
    folded = name.lower()
    for stems in (_ENGLISH, _HEBREW):
        for number, stem in enumerate(stems, start=1):
            if folded.startswith(stem):
                return number
    # "ма" would catch March too, so May comes last.
    numbers = sorted(range(12), key=lambda i: -len(_RUSSIAN[i]))
    return next(i + 1 for i in numbers if folded.startswith(_RUSSIAN[i]))


def _century(year: int, as_of: YearMonth) -> int:
    return 2000 + year if 2000 + year <= as_of.year + 1 else 1900 + year
