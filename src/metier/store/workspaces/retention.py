"""Retention rules: after how many days what kind of thing goes, and what is due."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from metier.errors import InvalidInput
from metier.store.workspaces import log
from metier.store.workspaces.clock import later
from metier.store.workspaces.log import Actor, Event
from metier.store.workspaces.rows import check_limit, check_workspace, record_of
from metier.store.workspaces.transaction import Transaction

MAX_DAYS: Final = 36_600
_DAY_S: Final = 24 * 3600


class RetentionKind(StrEnum):
    """What a rule is about.

    `documents` are erased with their assessments when they were added so long ago, `interviews` likewise.
    `jobs`, `sessions` and `requests` (kept for idempotence) are removed when they ended so long ago.
    """

    DOCUMENTS = "documents"
    INTERVIEWS = "interviews"
    JOBS = "jobs"
    SESSIONS = "sessions"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """A rule.

    Attributes:
        workspace: whose.
        kind: of what.
        days: for which it is kept, at least 1.
        changed_at: when the rule was made or changed.
    """

    workspace: str
    kind: RetentionKind
    days: int
    changed_at: str


def put(
    transaction: Transaction, workspace: str, actor: Actor, *, kind: RetentionKind, days: int | None
) -> None:
    """Make a rule or change it; None for `days` takes it away, and all of that kind is kept.

    Raises:
        NotFound: there is no such workspace.
        InvalidInput: `days` is out of its range.
    """
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise InvalidInput(f"days must be from 1 to {MAX_DAYS:,}. Got {days}.")
    transaction.hold(workspace)
    table = transaction.table("retention")
    transaction.run(table.delete().where(table.c.workspace == workspace, table.c.kind == kind.value))
    if days is not None:
        row = {
            "workspace": workspace,
            "kind": kind.value,
            "days": days,
            "changed_at": transaction.at,
        }
        transaction.add(table, row)
    event = Event("retention.put", workspace, result=kind.value, details={"days": days})
    log.append(transaction, workspace, actor, event)


def rules(transaction: Transaction, workspace: str) -> tuple[RetentionRule, ...]:
    """Return the rules of a workspace, in the order of their kinds."""
    table = transaction.table("retention")
    statement = table.select().where(table.c.workspace == check_workspace(workspace)).order_by(table.c.kind)
    return tuple(record_of(RetentionRule, row) for row in transaction.all(statement))


def due(
    transaction: Transaction, workspace: str, *, kind: RetentionKind, limit: int = 100
) -> tuple[str, ...]:
    """Return ids of documents or interviews that a rule wants erased, the oldest first; none without a rule.

    Documents of vacancies that are open stay.

    Raises:
        InvalidInput: `limit` is out of its range, or a kind that `purge` removes.
    """
    check_limit(limit)
    if kind not in {RetentionKind.DOCUMENTS, RetentionKind.INTERVIEWS}:
        raise InvalidInput(f"kind must be documents or interviews: {kind} are purged. Got {kind}.")
    before = _before(transaction, workspace, kind)
    if before is None:
        return ()
    table, vacancies = transaction.table(kind.value), transaction.table("vacancies")
    statement = table.select().with_only_columns(table.c.id)
    statement = statement.where(
        table.c.workspace == workspace, table.c.created_at < before, table.c.erased_at.is_(None)
    )
    if kind is RetentionKind.DOCUMENTS:
        open_ones = vacancies.select().with_only_columns(vacancies.c.document)
        open_ones = open_ones.where(vacancies.c.workspace == workspace, vacancies.c.state == "open")
        statement = statement.where(table.c.id.not_in(open_ones))
    rows = transaction.all(statement.order_by(table.c.created_at, table.c.id).limit(limit))
    return tuple(row["id"] for row in rows)


def purge(transaction: Transaction, workspace: str, actor: Actor) -> dict[RetentionKind, int]:
    """Remove jobs, sessions and requests that the rules want gone; return how many of each went.

    Raises:
        NotFound: there is no such workspace.
    """
    transaction.hold(workspace)
    gone = {
        RetentionKind.JOBS: _purge_jobs(transaction, workspace),
        RetentionKind.SESSIONS: _purge(
            transaction, workspace, RetentionKind.SESSIONS, "sessions", "expires_at"
        ),
        RetentionKind.REQUESTS: _purge(
            transaction, workspace, RetentionKind.REQUESTS, "idempotency", "created_at"
        ),
    }
    if any(gone.values()):
        details = {kind.value: number for kind, number in gone.items()}
        log.append(transaction, workspace, actor, Event("retention.purge", workspace, details=details))
    return gone


def _purge(transaction: Transaction, workspace: str, kind: RetentionKind, name: str, column: str) -> int:
    before = _before(transaction, workspace, kind)
    if before is None:
        return 0
    table = transaction.table(name)
    return transaction.run(table.delete().where(table.c.workspace == workspace, table.c[column] < before))


def _purge_jobs(transaction: Transaction, workspace: str) -> int:
    before = _before(transaction, workspace, RetentionKind.JOBS)
    if before is None:
        return 0
    jobs, steps = transaction.table("jobs"), transaction.table("job_steps")
    old = (jobs.c.workspace == workspace, jobs.c.ended_at < before)
    theirs = steps.c.job.in_(jobs.select().with_only_columns(jobs.c.id).where(*old))
    transaction.run(steps.delete().where(steps.c.workspace == workspace, theirs))
    return transaction.run(jobs.delete().where(*old))


def _before(transaction: Transaction, workspace: str, kind: RetentionKind) -> str | None:
    """Return the moment before which a rule wants things gone, or None without a rule."""
    for rule in rules(transaction, workspace):
        if rule.kind is kind:
            return later(transaction.now, -rule.days * _DAY_S)
    return None
