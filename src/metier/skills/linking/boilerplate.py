"""Sentences of job ads that tell of no skill: equal chances, pay and perks, how to apply, praise.

A sentence counts as boilerplate if it says such a thing and asks for nothing; one that opens as a duty does,
with a bare verb or an infinitive, asks. In doubt it is kept: a sentence too many costs little, a lost one
costs its skills.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final

from metier.skills.linking import boilerplate_en, boilerplate_ru


class BoilerplateKind(StrEnum):
    """What a sentence is about that tells of no skill."""

    EQUAL_CHANCES = "equal_chances"
    OFFER = "offer"
    APPLICATION = "application"
    EMPLOYER = "employer"


# Longer ones are lists and whole paragraphs run together, which say other things too.
MAX_CHARS: Final = 400

_LANGUAGES: Final = (boilerplate_en, boilerplate_ru)


def find_boilerplate(sentence: str) -> BoilerplateKind | None:
    """Return what a sentence is about if that is boilerplate, or None if it may tell of a skill.

    Args:
        sentence: in English or Russian; other languages have none. One of more than 400 characters is none.

    >>> find_boilerplate("We offer a competitive salary."), find_boilerplate("Knowledge of salary surveys.")
    (<BoilerplateKind.OFFER: 'offer'>, None)
    """
    if len(sentence) > MAX_CHARS or _asking().search(sentence):
        return None
    return next((kind for kind in BoilerplateKind if _saying(kind).search(sentence)), None)


def is_boilerplate(sentence: str) -> bool:
    """Tell whether a sentence is boilerplate, as `find_boilerplate` has it."""
    return find_boilerplate(sentence) is not None


@lru_cache(maxsize=1)
def _asking() -> re.Pattern[str]:
    return _any_of(words for language in _LANGUAGES for words in (*language.ASKING, *language.OPENING))


@lru_cache(maxsize=len(BoilerplateKind))
def _saying(kind: BoilerplateKind) -> re.Pattern[str]:
    return _any_of(words for language in _LANGUAGES for words in getattr(language, kind.name))


def _any_of(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(expressions), re.IGNORECASE)
