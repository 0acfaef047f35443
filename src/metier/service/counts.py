"""How much there is of what, for those who watch the server; nothing tells a workspace from another."""

from __future__ import annotations

from typing import Any, Final

from metier._extras import require
from metier.service.service import Service
from metier.store.workspaces.jobs import JobState
from metier.store.workspaces.transaction import Transaction

_ERASABLE: Final = ("documents", "people")


def gauges(service: Service) -> dict[str, Any]:
    """Return numbers over all workspaces.

    `jobs` by state; `documents` and `people` that were not erased; `workspaces`; `waiting`, callers that wait
    for the models of this process; `ready`, whether those are loaded.
    """
    with service.database.reading() as transaction:
        return {
            "jobs": _jobs(transaction),
            **{name: _count(transaction, name) for name in _ERASABLE},
            "workspaces": _count(transaction, "workspaces"),
            "waiting": service.engines.n_waiting,
            "ready": service.engines.ready,
        }


def _count(transaction: Transaction, name: str) -> int:
    table = transaction.table(name)
    number = require("sqlalchemy").func.count().label("number")
    statement = table.select().with_only_columns(number).select_from(table)
    if "erased_at" in table.c:
        statement = statement.where(table.c.erased_at.is_(None))
    row = transaction.first(statement)
    return int(row["number"]) if row else 0


def _jobs(transaction: Transaction) -> dict[str, int]:
    table = transaction.table("jobs")
    number = require("sqlalchemy").func.count().label("number")
    rows = transaction.all(table.select().with_only_columns(table.c.state, number).group_by(table.c.state))
    return {state.value: 0 for state in JobState} | {row["state"]: int(row["number"]) for row in rows}
