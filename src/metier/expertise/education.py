"""What a resume tells of education, languages and certificates; nothing of when, which would tell an age."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from metier.expertise.word_table import WordTable
from metier.types import Period, Section, SectionKind, Span


class Degree(IntEnum):
    """Degrees, rising."""

    SCHOOL = 0
    VOCATIONAL = 1
    BACHELOR = 2
    MASTER = 3
    DOCTOR = 4


@dataclass(frozen=True, slots=True)
class Education:
    """What a resume tells of education.

    Attributes:
        degree: the highest one that it names, or None.
        degree_span: where it does.
        studying: the person still studies; None where the resume tells nothing of education.
        studying_span: where it says so, or None.
    """

    degree: Degree | None
    degree_span: Span | None
    studying: bool | None
    studying_span: Span | None


_DEGREES: Final = {
    "DOCTOR": r"""
phd
ph\.?\s?d(?=\W|$)
doctor(?:ate|al|\s+of)
juris\s+doctor
j\.d
m\.d
ed\.d
кандидат\s+\w+\s?наук
доктор\s+\w+\s?наук
аспирантур\w*
""",
    "MASTER": r"""
master(?:['’]?s)?\s+(?:of|degree|in|science|arts)
master(?:['’]s|s)?(?=\s*[:,])
master['’]s
mba
m\.\s?b\.\s?a
m\.\s?s\.?c?
m\.\s?a\.
msc
m\.ed
магист\w+
специалитет
""",
    "BACHELOR": r"""
bachelor(?:['’]?s)?
b\.\s?s\.?c?
b\.\s?a
bsc
bba
btech
b\.\s?tech
undergraduate\s+degree
бакалавр\w*
высшее
""",
    "VOCATIONAL": r"""
associate(?:['’]?s)?\s+(?:of|degree|in)
associate\s*:
a\.\s?a\.(?:\s?s)?
vocational
trade\s+school
technical\s+(?:school|college|diploma)
culinary\s+(?:arts|school|institute)
среднее[\s-]+(?:специальное|профессиональное|техническое)
средне-специальное
колледж
техникум
училище
""",
    "SCHOOL": r"""
high\s+school
ged
g\.e\.d
secondary\s+school
diploma
среднее
школа
""",
}
_STUDYING: Final = re.compile(
    r"\b(?:expected|anticipated|in\s+progress|currently\s+(?:enrolled|pursuing|studying|attending)|"
    r"pursuing|(?:graduating|to\s+graduate)|candidate\s+for)\b|(?<!\w)(?:неоконченное|незаконченное|студент\w*|"
    r"обучаюсь|учусь|\d\s*-?\s*(?:й\s+)?курс|по\s+настоящее\s+время)(?!\w)",
    re.IGNORECASE,
)
_STUDENT: Final = re.compile(
    r"\b(?:(?:college|university|graduate|undergraduate|nursing|current)\s+student|recent\s+graduate|new\s+graduate)\b"
    r"|(?<!\w)(?:студент(?:ка)?(?:\s+\d)|выпускни[кц]\w*\s+(?:вуз|университет)\w*)",
    re.IGNORECASE,
)
_INTERN_OF: Final = frozenset({SectionKind.HEADER, SectionKind.SUMMARY})
_LANGUAGE: Final = re.compile(
    r"(?<!\w)(?:english|spanish|french|german|italian|portuguese|russian|chinese|mandarin|cantonese|japanese|korean|arabic|"
    r"hindi|urdu|punjabi|gujarati|bengali|tamil|telugu|polish|ukrainian|dutch|swedish|turkish|hebrew|greek|vietnamese|"
    r"tagalog|farsi|persian|creole|romanian|czech|hungarian|armenian|thai|american\s+sign\s+language|"
    r"английск\w+|немецк\w+|французск\w+|испанск\w+|итальянск\w+|китайск\w+|японск\w+|русск\w+|украинск\w+|польск\w+|"
    r"турецк\w+|арабск\w+|корейск\w+|португальск\w+|чешск\w+|армянск\w+|казахск\w+|татарск\w+)(?!\w)",
    re.IGNORECASE,
)
_STEM: Final = 5
_CERTIFIED: Final = re.compile(
    r"\b(?:certified|certifications?|certificates?|licensed?|licensure|pmp|cpa|cissp|ccna|mcse|mcsa|cfa|shrm-?\w*|phr|sphr|six\s+sigma|"
    r"servsafe|itil|scrum\s+master|comptia)\b|(?<!\w)(?:сертификат\w*|сертифицирован\w*|удостоверени\w+|лицензи\w+)(?!\w)",
    re.IGNORECASE,
)


def find_education(text: str, sections: Sequence[Section], periods: Sequence[Period]) -> Education:
    """Return what a resume tells of education; dates are looked at only for whether it goes on.

    Args:
        text: the resume.
        sections: of the text, in order.
        periods: of the text, in order.
    """
    parts = [section.span for section in sections if section.kind is SectionKind.EDUCATION]
    degree, where = _highest_degree(text, parts or [Span(0, len(text))])
    still = [_first(_STUDYING, text, part) for part in parts]
    still += [
        period.span
        for period in periods
        if period.ongoing and any(part.start <= period.span.start < part.end for part in parts)
    ]
    still += [_first(_STUDENT, text, section.span) for section in sections if section.kind in _INTERN_OF]
    told = min((span for span in still if span is not None), default=None)
    known = bool(parts) or degree is not None or told is not None
    return Education(degree, where, (told is not None) if known else None, told)


def find_languages(text: str, sections: Sequence[Section]) -> list[Span]:
    """Return where languages are named among languages known, each once, in order of the text."""
    found: dict[str, Span] = {}
    for section in sections:
        if section.kind is SectionKind.LANGUAGES:
            for match in _LANGUAGE.finditer(text, section.span.start, section.span.end):
                found.setdefault(match[0][:_STEM].lower(), Span(*match.span()))
    return list(found.values())


def find_certificates(text: str, sections: Sequence[Section]) -> list[Span]:
    """Return where certificates and licences are named: lines of their section, words elsewhere."""
    found = [
        span
        for section in sections
        if section.kind is SectionKind.CERTIFICATES
        for span in _lines(text, section)
    ]
    for section in sections:
        if section.kind in (
            SectionKind.EDUCATION,
            SectionKind.SKILLS,
            SectionKind.SUMMARY,
            SectionKind.OTHER,
        ):
            found += [
                Span(*match.span())
                for match in _CERTIFIED.finditer(text, section.span.start, section.span.end)
            ]
    return sorted(found)


def _lines(text: str, section: Section) -> Iterator[Span]:
    start = section.heading.end if section.heading is not None else section.span.start
    for line in text[start : section.span.end].split("\n"):
        words = line.strip(" \t:•-–—")
        if any(char.isalpha() for char in words):
            first = start + line.index(words)
            yield Span(first, first + len(words))
        start += len(line) + 1


def _highest_degree(text: str, parts: Sequence[Span]) -> tuple[Degree | None, Span | None]:
    found = [
        (Degree[kind], Span(*match.span()))
        for part in parts
        for kind, match in _degrees().find(text, part.start, part.end)
    ]
    return max(found, key=lambda item: item[0], default=(None, None))


@lru_cache(maxsize=1)
def _degrees() -> WordTable:
    return WordTable(_DEGREES, {})


def _first(pattern: re.Pattern[str], text: str, part: Span) -> Span | None:
    match = pattern.search(text, part.start, part.end)
    return Span(*match.span()) if match is not None else None
