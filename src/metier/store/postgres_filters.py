"""Filters as conditions of SQL."""

from __future__ import annotations

from typing import Any, Final

from metier.store.filters import ORDERED, Condition, Field, Filter, Operator

_COLUMN: Final = {
    Field.ROLE: "role_key",
    Field.LANGUAGE: "language_key",
    Field.LEVEL: "level_key",
    Field.PLACE: "place_key",
    Field.YEARS: "years",
    Field.DATE: "date",
}


def filter_sql(where: Filter) -> tuple[str, list[Any]]:
    """Return a condition over the columns of a table of documents, and the values of its placeholders.

    >>> filter_sql(Filter((Condition(Field.LEVEL, Operator.EQUAL, ("lead",)),)))
    ('(level_key = ANY(%s::bytea[])) IS TRUE', [[b'lead']])
    """
    parts, values = [], []
    for condition in where.conditions:
        part, value = _condition(condition)
        parts.append(part)
        values.append(value)
    return " AND ".join(parts) or "TRUE", values


def _condition(condition: Condition) -> tuple[str, Any]:
    passes = "IS NOT TRUE" if condition.operator is Operator.UNEQUAL else "IS TRUE"
    if condition.field is Field.SKILL:
        return f"(skill_keys && %s::bytea[]) {passes}", _kept(condition.values)
    column = _COLUMN[condition.field]
    if condition.field in ORDERED:
        kind = "float8" if condition.field is Field.YEARS else "text"
        if condition.operator in {Operator.LEAST, Operator.MOST}:
            return f"({column} {condition.operator} %s::{kind}) {passes}", condition.values[0]
        return f"({column} = ANY(%s::{kind}[])) {passes}", list(condition.values)
    return f"({column} = ANY(%s::bytea[])) {passes}", _kept(condition.values)


def _kept(values: tuple[str | float, ...]) -> list[bytes]:
    return [as_bytes(str(value)) for value in values]


def as_bytes(text: str) -> bytes:
    """Return a text as it is kept: in UTF-8, NUL and halves of surrogate pairs included."""
    return text.encode("utf-8", "surrogatepass")


def key_of(text: str) -> bytes:
    """Return what a filter compares of a text: its lower case, as it is kept."""
    return as_bytes(text.lower())
