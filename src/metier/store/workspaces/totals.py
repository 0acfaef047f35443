"""How much there is of what over all workspaces, for those who watch the server."""

from __future__ import annotations

from dataclasses import dataclass

from metier._extras import require
from metier.store.workspaces.jobs import JobState
from metier.store.workspaces.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Totals:
    """Numbers over all workspaces.

    Attributes:
        workspaces: how many there are.
        documents: that were not erased.
        people: who were not erased.
        jobs: by state.
    """

    workspaces: int
    documents: int
    people: int
    jobs: dict[JobState, int]


def totals(transaction: Transaction) -> Totals:
    """Return how much there is; nothing tells a workspace from another."""
    names = ("workspaces", "documents", "people")
    workspaces, documents, people = (_count(transaction, name) for name in names)
    return Totals(workspaces, documents, people, _jobs(transaction))


def _count(transaction: Transaction, name: str) -> int:
    table = transaction.table(name)
    number = require("sqlalchemy").func.count().label("number")
    statement = table.select().with_only_columns(number).select_from(table)
    if "erased_at" in table.c:
        statement = statement.where(table.c.erased_at.is_(None))
    row = transaction.first(statement)
    return int(row["number"]) if row else 0


def _jobs(transaction: Transaction) -> dict[JobState, int]:
    table = transaction.table("jobs")
    number = require("sqlalchemy").func.count().label("number")
    rows = transaction.all(table.select().with_only_columns(table.c.state, number).group_by(table.c.state))
    return dict.fromkeys(JobState, 0) | {JobState(row["state"]): int(row["number"]) for row in rows}
