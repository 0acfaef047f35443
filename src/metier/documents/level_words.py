"""Words that name a level of seniority, in titles and wherever else they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LEVEL_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "intern": r"intern(?:ship)?|trainee|стаж[её]р\w*|практикант\w*",
        "lead": r"lead(?! gen)|principal|staff(?= (?:software|engineer|developer|scientist))|тимлид\w*"
        r"|team\s?lead\w*|техлид\w*|ведущ\w+|главн\w+",
        "head": r"head|director|chief|vp|cto|cio|директор\w*|начальник\w*|руководител\w+",
        "senior": r"senior|sr|старш\w+|сеньор\w*",
        "middle": r"middle|mid|мидл\w*",
        "junior": r"junior|jr|entry[- ]level|младш\w+|джун\w*|начинающ\w+",
    }
)
"""Regular expressions by level, the one that wins in a title with several first."""

_PATTERNS: Final = tuple(
    (level, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for level, words in LEVEL_WORDS.items()
)


def find_level(title: str) -> str | None:
    """Return the level in a title: intern, junior, middle, senior, lead or head; None if it names none.

    Where it names two, the one for which a person is hired counts: a "senior team lead" is a lead.

    >>> find_level("Ведущий инженер-программист"), find_level("Sr. Data Analyst"), find_level("Nurse")
    ('lead', 'senior', None)
    """
    return next((level for level, pattern in _PATTERNS if pattern.search(title)), None)
