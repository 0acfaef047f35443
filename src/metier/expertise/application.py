"""What a person hands in for a role, field by field, and what is known of their level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from metier.documents.source import Source
from metier.errors import InvalidInput
from metier.types import Level


class Field(StrEnum):
    """A field of an application, in the order in which models read them."""

    POSITION = "position"
    KEY_SKILLS = "key_skills"
    CLIENT_NAME = "client_name"
    EXPECTED_GRADE_SALARY = "expected_grade_salary"
    AGE = "age"
    CITY = "city"
    COUNTRY = "country"
    WORK_EXPERIENCE = "work_experience"


SENSITIVE: Final = frozenset({Field.AGE, Field.CITY, Field.COUNTRY})
"""Fields that no model sees unless it is asked to, with a warning in every result."""


@dataclass(frozen=True, slots=True)
class LevelRange:
    """The levels that a label allows: one, or "at least" or "below" a claimed one.

    Attributes:
        low: the lowest.
        high: the highest, included.

    Raises:
        InvalidInput: low is above high.
    """

    low: Level
    high: Level

    def __post_init__(self) -> None:
        if self.low.rank > self.high.rank:
            raise InvalidInput(f"A range of levels must rise. Got {self.low} to {self.high}.")

    @property
    def exact(self) -> Level | None:
        """Return the level where the label names one, else None."""
        return self.low if self.low is self.high else None

    @classmethod
    def of(cls, level: Level) -> Self:
        """Return the range of one level."""
        return cls(level, level)

    @classmethod
    def confirmed(cls, claimed: Level, *, holds: bool) -> Self | None:
        """Return what is known where a claimed level was found to hold or not; None where that says nothing.

        That somebody is at least an intern, for one, is true of all.
        """
        levels = list(Level)
        if holds:
            return cls(claimed, levels[-1]) if claimed.rank else None
        if not claimed.rank:
            raise InvalidInput(f"Nobody is below {claimed}. Give the level itself, or leave the row out.")
        return cls(levels[0], levels[claimed.rank - 1])


@dataclass(frozen=True, slots=True)
class Application:
    """What a person hands in for a role.

    Attributes:
        id: the name that results give it; a row's id or number, or a file's name.
        fields: texts by field; those without a word are not there.
        claimed: the level that the person applies for, or None.
        label: what is known of the level, for training and evaluation, or None.
        source: the resume itself, where it was handed in whole; then its text is what is read, and the
            position is the role that it is for.
    """

    id: str
    fields: Mapping[Field, str]
    claimed: Level | None = None
    label: LevelRange | None = None
    source: Source | None = None

    def text(self, field: Field) -> str:
        """Return the text of a field, empty where it is not there."""
        return self.fields.get(field, "")
