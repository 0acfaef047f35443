"""What of a document can be filtered on and is not given: title, level and years, as its words say them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from metier.documents.level_words import find_level as find_level
from metier.documents.placeholders import PLACEHOLDERS
from metier.types import Document, Role, Section, Span

MAX_TITLE_CHARS: Final = 120
_TITLE_LINES: Final = 6
# "3+ years of experience", "at least 5 years' experience", "опыт работы от 3 лет", "от 1 года до 3 лет"
_YEARS: Final = re.compile(
    r"(?<![\d.,])(\d{1,2})(?:[.,]\d)?\s*\+?\s*(?:(?:-|–|—|to|до)\s*\d{1,2}\s*\+?\s*)?"
    r"(?:years?|yrs?|год(?:а|ов)?|лет)(?!\w)",
    re.IGNORECASE,
)
_NO_TITLE: Final = re.compile(r"[:;.,]\s|[:;.·|@]$|[·|@\d]")
_EXPERIENCE: Final = re.compile(r"experience|опыт", re.IGNORECASE)
_REACH: Final = 60
_MOST_YEARS: Final = 30


def find_title(document: Document, text: str, sections: Sequence[Section] = ()) -> Span | None:
    """Return where a document says what job it is about: its first line that could be a title, or None.

    Args:
        document: read as resume or vacancy.
        text: the document as scores see it, with placeholders for personal facts.
        sections: of that text; a line that heads one is no title.
    """
    headings = {section.heading.start for section in sections if section.heading}
    start = 0
    for line in text.split("\n", _TITLE_LINES)[:_TITLE_LINES]:
        words = line.strip()
        first = start + len(line) - len(line.lstrip())
        start += len(line) + 1
        if first not in headings and _could_be_title(words, document.role):
            return Span(first, first + len(words))
    return None


def find_years(document: Document, text: str) -> float | None:
    """Return the years of experience that a resume shows, or the least that a vacancy asks for.

    Args:
        document: a resume has them counted from its periods; in a vacancy the first number of years near
            the word experience counts, the lower end of a range.
        text: the document as scores see it.
    """
    if document.role is not Role.VACANCY:
        return None if document.months is None else round(document.months / 12, 2)
    for match in _YEARS.finditer(text):
        around = text[max(0, match.start() - _REACH) : match.end() + _REACH]
        if _EXPERIENCE.search(around) and int(match[1]) <= _MOST_YEARS:
            return float(match[1])
    return None


def _could_be_title(line: str, role: Role) -> bool:
    if not 2 <= len(line) <= MAX_TITLE_CHARS or not any(letter.isalpha() for letter in line):
        return False
    if any(placeholder in line for placeholder in PLACEHOLDERS.values()):
        return False
    # Above the experience of a resume stand addresses and sentences too.
    return role is Role.VACANCY or not _NO_TITLE.search(line)
