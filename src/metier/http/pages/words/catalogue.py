"""What a language has to bring for pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of pages in one language; tests hold the catalogues to the same keys.

    Attributes:
        code: ISO 639-1 code of the language.
        name: of the language, in itself.
        phrases: by key; values in them stand as `%(name)s`.
        counted: forms of nouns after a number, by key: two in English, three in Russian.
        months: January to December, as they stand within a date.
        date: a day, of `%(day)s`, `%(month)s` and `%(year)s`.
        moment: of `%(date)s` and `%(time)s`.
        thousands: what parts the thousands of a number.
    """

    code: str
    name: str
    phrases: Mapping[str, str]
    counted: Mapping[str, tuple[str, ...]]
    months: tuple[str, ...]
    date: str
    moment: str
    thousands: str

    def form(self, n: int) -> int:
        """Return the place of the form of a noun that stands after a number.

        Source: plural rules of the Unicode CLDR for `en` and `ru`.
        """
        if self.code != "ru":
            return 0 if n == 1 else 1
        if n % 10 == 1 and n % 100 != 11:
            return 0
        return 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2
