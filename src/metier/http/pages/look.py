"""How pages look to a visitor: their language and whether they are light or dark, kept in a cookie."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

COOKIE: Final = "metier_look"
LASTS_S: Final = 365 * 24 * 3600
LANGUAGES: Final = ("en", "ru")


class Theme(StrEnum):
    """Light, dark, or what the visitor's device says."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Look:
    """The language of a page's own words, and its theme."""

    language: str
    theme: Theme = Theme.AUTO

    def __str__(self) -> str:
        return f"{self.language}.{self.theme}"


def look_of(cookie: str, accept_language: str, default: str) -> Look:
    """Return the look that a visitor chose, else the one that the browser and the installation suggest.

    Args:
        cookie: value of the cookie; whatever is no look counts as none.
        accept_language: the header of that name.
        default: language for those whose browser asks for none that there is.

    >>> str(look_of("ru.dark", "", "en")), str(look_of("", "de;q=0.9, ru-RU", "en"))
    ('ru.dark', 'ru.auto')
    """
    language, _, theme = cookie.partition(".")
    chosen = Theme(theme) if theme in set(Theme) else Theme.AUTO
    if language in LANGUAGES:
        return Look(language, chosen)
    return Look(_first_known(accept_language) or default, chosen)


def _first_known(accept_language: str) -> str:
    """Return the language that is asked for most, or nothing where none of them is there."""
    asked = []
    for place, part in enumerate(accept_language[:500].split(",")):
        name, _, weight = part.partition(";")
        asked.append((-_weight(weight), place, name.strip().lower()[:2]))
    return next((code for weight, _, code in sorted(asked) if code in LANGUAGES and weight < 0), "")


def _weight(text: str) -> float:
    """Return the weight of `;q=0.8`; 1 where none is said, 0 where it is no number."""
    value = text.strip().removeprefix("q=")
    if not text.strip():
        return 1.0
    return float(value) if value.replace(".", "", 1).isdigit() else 0.0
