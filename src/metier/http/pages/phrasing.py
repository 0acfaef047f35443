"""The words of one page: phrases, counts, dates and figures as its language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from metier.http.pages.words.catalogue import Catalogue
from metier.http.pages.words.en import EN
from metier.http.pages.words.ru import RU
from metier.report.words import ReportLanguage, Words
from metier.store.workspaces.decisions import DecisionKind
from metier.types import Expertise, Level

CATALOGUES: Final[Mapping[str, Catalogue]] = {"en": EN, "ru": RU}


class PageWords:
    """What pages say in one language.

    Args:
        language: `en` or `ru`.
    """

    def __init__(self, language: str) -> None:
        self.catalogue = CATALOGUES[language]
        self.phrases = self.catalogue.phrases
        self.report = Words(ReportLanguage(language))

    def __getitem__(self, key: str) -> str:
        return self.phrases[key]

    @property
    def language(self) -> str:
        """Return the code of the language."""
        return self.catalogue.code

    def has(self, key: str) -> bool:
        """Tell whether there is a phrase of that key."""
        return key in self.phrases

    def or_code(self, group: str, code: str) -> str:
        """Return the phrase of a code, such as `job_` and `assess`; the code itself where none is known."""
        return self.phrases.get(f"{group}_{code.replace('-', '_')}", code)

    def number(self, n: int) -> str:
        r"""Return a whole number with its thousands parted.

        >>> PageWords("en").number(12345), PageWords("ru").number(12345).replace("\N{NO-BREAK SPACE}", "_")
        ('12,345', '12_345')
        """
        return f"{n:,}".replace(",", self.catalogue.thousands)

    def count(self, noun: str, n: int) -> str:
        r"""Return a number with its noun in the right form.

        >>> PageWords("en").count("resume", 1), PageWords("en").count("resume", 2)
        ('1\\xa0resume', '2\\xa0resumes')
        """
        return f"{self.number(n)}\N{NO-BREAK SPACE}{self.catalogue.counted[noun][self.catalogue.form(n)]}"

    def day(self, at: str) -> str:
        """Return the date of a moment in UTC, such as 22 November 2026."""
        moment = _moment(at)
        return self.catalogue.date % {
            "day": moment.day,
            "month": self.catalogue.months[moment.month - 1],
            "year": moment.year,
        }

    def moment(self, at: str) -> str:
        """Return a moment in UTC to the minute."""
        return self.catalogue.moment % {"date": self.day(at), "time": f"{_moment(at):%H:%M}"}

    def percent(self, share: float) -> str:
        """Return a share, 0 to 1, in whole percent."""
        space = "\N{NO-BREAK SPACE}" if self.language == "ru" else ""
        return f"{share:.0%}"[:-1] + f"{space}%"

    def size(self, n_bytes: int) -> str:
        """Return the size of a file."""
        for unit, step in (("mb", 1_000_000), ("kb", 1_000)):
            if n_bytes >= step:
                return f"{self.report.number(round(n_bytes / step, 1))}\N{NO-BREAK SPACE}{self[unit]}"
        return f"{n_bytes}\N{NO-BREAK SPACE}{self['bytes']}"

    def level_doubt(self, found: Expertise) -> str:
        """Return the levels that cannot be ruled out, from the lowest to the highest; nothing for one."""
        if len(found.level_set) < 2:
            return ""
        lowest, highest = (self.level(found.level_set[place]) for place in (0, -1))
        return self["level_between"] % {"low": lowest, "high": highest}

    def level(self, level: Level | str) -> str:
        """Return what a level is called."""
        return self.report.levels.name(Level(level))

    def decision(self, kind: DecisionKind | str) -> str:
        """Return what a decision came to."""
        return self[f"decided_{kind}"]


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(UTC)
