"""Which documents a search looks at: conditions on fields, all of which must hold."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from metier.errors import InvalidInput
from metier.store.entries import Entry, is_date


class Field(StrEnum):
    """A field that can be filtered on."""

    ROLE = "role"
    LANGUAGE = "language"
    LEVEL = "level"
    PLACE = "place"
    SKILL = "skill"
    YEARS = "years"
    DATE = "date"


class Operator(StrEnum):
    """How a field is compared; a document that lacks the field never passes, save with `!=`."""

    EQUAL = "="
    UNEQUAL = "!="
    LEAST = ">="
    MOST = "<="


ORDERED: Final = frozenset({Field.YEARS, Field.DATE})
_CONDITION: Final = re.compile(r"\s*(\w+)\s*(!=|>=|<=|=)\s*(.*?)\s*", re.DOTALL)
# One that is in quotation marks may hold commas.
_VALUE: Final = re.compile(r'\s*"([^"]*)"\s*(?:,|$)|([^,]*)(?:,|$)')


@dataclass(frozen=True, slots=True)
class Condition:
    """A field compared with values.

    Attributes:
        field: what is looked at. A skill is an id; a document passes if it is one of its skills.
        operator: `=` passes if the field equals any of the values, `!=` if none; `>=` and `<=` are for
            years and dates.
        values: at least one; exactly one for `>=` and `<=`. Words are compared in lower case; years are
            floats, dates YYYY-MM-DD.

    Raises:
        InvalidInput: a value or an operator does not fit the field.
    """

    field: Field
    operator: Operator
    values: tuple[str | float, ...]

    def __post_init__(self) -> None:
        ordering = self.operator in {Operator.LEAST, Operator.MOST}
        if ordering and self.field not in ORDERED:
            raise InvalidInput(
                f"{self.operator} compares years and dates. Got {self.field}; use = or != with it."
            )
        if not self.values or (ordering and len(self.values) != 1):
            number = "one value" if ordering else "a value"
            raise InvalidInput(
                f"{self.field} {self.operator} needs {number}. Got {len(self.values)}; a comma parts values."
            )
        for value in self.values:
            if (self.field is Field.YEARS) != isinstance(value, float):
                raise InvalidInput(f"{self.field} is compared with {_kind(self.field)}.")
            if self.field is Field.DATE and not is_date(str(value)):
                raise InvalidInput("date is compared with a date like 2026-11-30.")

    def holds(self, entry: Entry) -> bool:
        """Tell whether a document passes."""
        own = _own(entry, self.field)
        if self.operator is Operator.EQUAL:
            return any(value in self.values for value in own)
        if self.operator is Operator.UNEQUAL:
            return not any(value in self.values for value in own)
        limit = self.values[0]
        if self.operator is Operator.LEAST:
            return any(value >= limit for value in own)  # type: ignore[operator]
        return any(value <= limit for value in own)  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that must all hold; none lets every document pass."""

    conditions: tuple[Condition, ...] = ()

    def holds(self, entry: Entry) -> bool:
        """Tell whether a document passes."""
        return all(condition.holds(entry) for condition in self.conditions)

    def also(self, field: Field, *values: str) -> Filter:
        """Return a filter that asks for one of some words in a field besides."""
        condition = Condition(field, Operator.EQUAL, tuple(value.lower() for value in values))
        return Filter((*self.conditions, condition))


EVERYTHING: Final = Filter()


def parse_filter(expressions: Iterable[str]) -> Filter:
    """Return the filter that some expressions spell, such as `language=en,ru`, `years>=3`, `skill=python`.

    A value that holds a comma stands in quotation marks: `place="London, UK",Leeds`.

    Raises:
        InvalidInput: an expression is not field, operator, value; an unknown field; a value of the wrong
            kind.

    >>> [condition.values for condition in parse_filter(["place=Berlin, Remote", "years>=3"]).conditions]
    [('berlin', 'remote'), (3.0,)]
    """
    return Filter(tuple(_condition(expression) for expression in expressions))


def _condition(expression: str) -> Condition:
    match = _CONDITION.fullmatch(expression)
    if match is None:
        raise InvalidInput(
            "A filter is a field, one of = != >= <=, and a value, such as years>=3. "
            f"Got {len(expression)} characters without that."
        )
    name, operator, given = match.groups()
    if name not in {field.value for field in Field}:
        fields = ", ".join(field.value for field in Field)
        raise InvalidInput(f"There is no field {name!r} to filter on. Fields are {fields}.")
    field = Field(name)
    found = (quoted or plain for quoted, plain in _VALUE.findall(given))
    words = tuple(word.strip().lower() for word in found if word.strip())
    values = tuple(_number(word) for word in words) if field is Field.YEARS else words
    return Condition(field, Operator(operator), values)


def _number(word: str) -> float:
    try:
        number = float(word)
    except ValueError as error:
        raise InvalidInput("years is compared with a number, such as years>=3.") from error
    if not math.isfinite(number):
        raise InvalidInput("years is compared with a number, such as years>=3.")
    return number


def _kind(field: Field) -> str:
    return "a number" if field is Field.YEARS else "words"


def _own(entry: Entry, field: Field) -> tuple[str | float, ...]:
    """Return the values of a document in a field, words in lower case."""
    if field is Field.SKILL:
        return tuple(skill.id.lower() for skill in entry.skills)
    value: str | float | None = getattr(entry, field.value)
    if value is None:
        return ()
    return (value.lower() if isinstance(value, str) else value,)
