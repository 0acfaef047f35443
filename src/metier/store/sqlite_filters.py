"""Filters as conditions of SQL on the table `documents`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from metier.store.filters import Condition, Field, Filter, Operator
from metier.store.sqlite_rows import to_bytes

_COLUMNS: Final = {
    Field.ROLE: "documents.role",
    Field.LANGUAGE: "documents.language_key",
    Field.LEVEL: "documents.level_key",
    Field.PLACE: "documents.place_key",
    Field.YEARS: "documents.years",
    Field.DATE: "documents.date",
}
# Columns that SQLite compares as text or numbers; all others hold UTF-8 bytes.
_PLAIN: Final = frozenset({Field.YEARS, Field.DATE})


@dataclass(frozen=True, slots=True)
class Clause:
    """What stands after WHERE, and the values of its question marks in their order."""

    sql: str
    values: tuple[str | float | bytes, ...]


def clause_of(where: Filter) -> Clause:
    """Return the condition that holds for the documents that `Filter.holds` lets pass, and for no others.

    >>> from metier.store.filters import parse_filter
    >>> clause_of(parse_filter(["role=resume,vacancy", "years>=3"]))
    Clause(sql='documents.role IN (?,?) AND documents.years >= ?', values=(b'resume', b'vacancy', 3.0))
    """
    clauses = [_clause(condition) for condition in where.conditions]
    values = tuple(value for clause in clauses for value in clause.values)
    return Clause(" AND ".join(clause.sql for clause in clauses) or "1", values)


def _clause(condition: Condition) -> Clause:
    field = condition.field
    values = tuple(_bound(field, value) for value in condition.values)
    marks = ",".join("?" * len(values))
    if field is Field.SKILL:
        within = "IN" if condition.operator is Operator.EQUAL else "NOT IN"
        return Clause(
            f"documents.number {within} (SELECT document FROM skills WHERE key IN ({marks}))", values
        )
    column = _COLUMNS[field]
    if condition.operator is Operator.EQUAL:
        return Clause(f"{column} IN ({marks})", values)
    if condition.operator is Operator.UNEQUAL:
        return Clause(f"({column} IS NULL OR {column} NOT IN ({marks}))", values)
    return Clause(f"{column} {condition.operator} ?", values)


def _bound(field: Field, value: str | float) -> str | float | bytes:
    if field in _PLAIN:
        return value
    return to_bytes(str(value))
