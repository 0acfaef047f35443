"""The personal things that counterfactual swaps change, and lines that state them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from metier.expertise import swap_words
from metier.expertise.swap_facts import years_in_russian


class Trait(StrEnum):
    """What a swap changes."""

    NAME = "name"
    GENDER = "gender"
    AGE = "age"
    BIRTH_DATE = "birth_date"
    FAMILY = "family"
    CITIZENSHIP = "citizenship"
    PHOTO = "photo"
    EMAIL = "email"
    PHONE = "phone"
    GENDER_WORDS = "gender_words"
    CITY = "city"
    COUNTRY = "country"
    SCHOOL = "school"


MASKED: Final = frozenset(Trait) - {Trait.GENDER_WORDS, Trait.CITY, Trait.COUNTRY, Trait.SCHOOL}
"""Traits whose words are taken out before any score, so that a score must not move with them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line to add to a resume that does not state a trait.

    Attributes:
        before: what stands before the value.
        values: at least two; texts with the first are compared with texts with each of the others.
        behind: what stands behind the value.
        at_end: the line goes to the end of the text, not to its top.
    """

    before: str
    values: tuple[str, ...]
    behind: str = "\n"
    at_end: bool = False


_ENGLISH: Final = {
    Trait.NAME: Line("Name: ", tuple(f"{who.given} {who.surname}" for who in swap_words.PERSONAS["en"])),
    Trait.GENDER: Line("Gender: ", ("female", "male")),
    Trait.AGE: Line("Age: ", tuple(str(age) for age in swap_words.AGES)),
    Trait.BIRTH_DATE: Line("Date of birth: ", tuple(f"12.05.{year}" for year in swap_words.BIRTH_YEARS)),
    Trait.FAMILY: Line("Marital status: ", ("single, no children", "married, three children", "divorced")),
    Trait.CITIZENSHIP: Line("Citizenship: ", tuple(item[0] for item in swap_words.CITIZENSHIPS["en"])),
    Trait.PHOTO: Line("Photo: ", swap_words.PHOTOS),
    Trait.EMAIL: Line("E-mail: ", swap_words.EMAILS),
    Trait.PHONE: Line("Phone: ", swap_words.PHONES),
    Trait.GENDER_WORDS: Line("\nCaptain of the ", ("women's", "men's"), " chess club.\n", at_end=True),
    Trait.CITY: Line("City: ", swap_words.NEW_CITIES["en"]),
    Trait.COUNTRY: Line("Country: ", swap_words.NEW_COUNTRIES["en"]),
    Trait.SCHOOL: Line(
        "\n\nEducation\nBachelor of Science, ", swap_words.NEW_SCHOOLS["en"], "\n", at_end=True
    ),
}
_RUSSIAN: Final = {
    Trait.NAME: Line(
        "ФИО: ", tuple(f"{who.surname} {who.given} {who.middle}" for who in swap_words.PERSONAS["ru"])
    ),
    Trait.GENDER: Line("Пол: ", ("женский", "мужской")),
    Trait.AGE: Line("Возраст: ", tuple(f"{age} {years_in_russian(age)}" for age in swap_words.AGES)),
    Trait.BIRTH_DATE: Line("Дата рождения: ", tuple(f"12.05.{year}" for year in swap_words.BIRTH_YEARS)),
    Trait.FAMILY: Line(
        "Семейное положение: ", ("не замужем", "замужем, трое детей", "женат, двое детей", "холост")
    ),
    Trait.CITIZENSHIP: Line("Гражданство: ", tuple(item[0] for item in swap_words.CITIZENSHIPS["ru"])),
    Trait.PHOTO: Line("Фото: ", swap_words.PHOTOS),
    Trait.EMAIL: Line("E-mail: ", swap_words.EMAILS),
    Trait.PHONE: Line("Телефон: ", swap_words.PHONES),
    Trait.GENDER_WORDS: Line("\n", ("Сама вела", "Сам вёл"), " кружок шахмат.\n", at_end=True),
    Trait.CITY: Line("Город: ", swap_words.NEW_CITIES["ru"]),
    Trait.COUNTRY: Line("Страна: ", swap_words.NEW_COUNTRIES["ru"]),
    Trait.SCHOOL: Line("\n\nОбразование\nБакалавр, ", swap_words.NEW_SCHOOLS["ru"], "\n", at_end=True),
}
LINES: Final[Mapping[str, Mapping[Trait, Line]]] = MappingProxyType({"en": _ENGLISH, "ru": _RUSSIAN})
"""By the language of the document; every trait has one."""
