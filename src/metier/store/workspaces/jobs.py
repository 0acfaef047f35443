"""Jobs: work that outlives the process that does it, as those who ask for it see it.

`job_work` has what workers call. Payload, results and messages hold ids, slugs and counts. What is about one
person alone goes into a job of that person, which is blanked when the person is erased.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from metier._extras import require
from metier.errors import Conflict, InvalidInput
from metier.store.workspaces import log, people
from metier.store.workspaces.ids import missing
from metier.store.workspaces.log import Actor, Event
from metier.store.workspaces.rows import Page, check_workspace, find, find_by_id, page_of
from metier.store.workspaces.texts import check_plain, check_text, to_json
from metier.store.workspaces.transaction import Transaction

MAX_PRIORITY: Final = 100
MAX_ATTEMPTS: Final = 100


class JobState(StrEnum):
    """How far a job has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Tell whether nothing more will be done."""
        return self not in {JobState.QUEUED, JobState.RUNNING}


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to add.

    Attributes:
        kind: what is to be done, a slug.
        payload: with what, as JSON has it.
        key: so that the same is not asked for twice: one job of a kind and a key in a workspace; None for
            any number.
        person: id of whom it is about, if that is one alone.
        priority: -100 to 100; higher ones come first.
        max_attempts: 1 to 100: how often it is begun, at most, without a step being done.
    """

    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    person: str | None = None
    priority: int = 0
    max_attempts: int = 3

    def __post_init__(self) -> None:
        check_text("kind", self.kind)
        check_plain("kind", self.kind)
        if self.key is not None:
            check_text("key", self.key)
        if not -MAX_PRIORITY <= self.priority <= MAX_PRIORITY:
            raise InvalidInput(
                f"priority must be from -{MAX_PRIORITY} to {MAX_PRIORITY}. Got {self.priority}."
            )
        if not 1 <= self.max_attempts <= MAX_ATTEMPTS:
            raise InvalidInput(f"max_attempts must be from 1 to {MAX_ATTEMPTS}. Got {self.max_attempts}.")


@dataclass(frozen=True, slots=True)
class Job:
    """A job.

    Attributes:
        workspace: that it belongs to.
        id: of the job.
        kind: what is to be done.
        key: `NewJob.key`.
        person: id of whom it is about, or None.
        state: how far it has come.
        priority: higher ones come first.
        attempts: how often it was begun since a step was done last.
        max_attempts: how often at most.
        claims: how often it was claimed in all; it tells two claims by one worker apart.
        not_before: when it is begun at the earliest.
        worker: who has it, or had it last.
        heartbeat_at: when the worker last said that it lives.
        lease_until: when it may be claimed by another.
        cancel_requested: whether its worker should stop.
        done: how many steps are.
        total: how many there are, or None where nobody knows yet.
        message: what goes on, or why it failed.
        created_at: when it was added.
        started_at: when it was first claimed.
        ended_at: when it was done, failed or cancelled.
        payload: with what.
        result: what it gave; empty until it is done.
    """

    workspace: str
    id: str
    kind: str
    key: str | None
    person: str | None
    state: JobState
    priority: int
    attempts: int
    max_attempts: int
    claims: int
    not_before: str
    worker: str | None
    heartbeat_at: str | None
    lease_until: str | None
    cancel_requested: bool
    done: int
    total: int | None
    message: str
    created_at: str
    started_at: str | None
    ended_at: str | None
    payload: dict[str, Any]
    result: dict[str, Any]


def add(transaction: Transaction, workspace: str, actor: Actor, new: NewJob) -> tuple[Job, bool]:
    """Add a job; return it, and whether it is new: one of the same kind and key is returned instead.

    Raises:
        NotFound: there is no such workspace or person.
        Conflict: the job of that kind and key has another payload.
        InvalidInput: a payload that cannot be kept.
    """
    transaction.hold(workspace)
    if new.person is not None:
        people.get(transaction, workspace, new.person)
    payload = to_json("payload", new.payload)
    there = _with_key(transaction, workspace, new)
    if there is not None:
        if there.payload != new.payload:
            raise Conflict(f"The job {there.id} has the same key and another payload. Choose another key.")
        return there, False
    identifier = transaction.new_id()
    values = {
        "workspace": workspace,
        "id": identifier,
        **{name: getattr(new, name) for name in ("kind", "key", "person", "priority", "max_attempts")},
        "state": JobState.QUEUED.value,
        "attempts": 0,
        "claims": 0,
        "not_before": transaction.at,
        "cancel_requested": False,
        "done": 0,
        "message": "",
        "created_at": transaction.at,
        "payload": payload,
        "result": "{}",
    }
    transaction.add(transaction.table("jobs"), values)
    log.append(transaction, workspace, actor, Event("job.add", identifier, details={"kind": new.kind}))
    return get(transaction, workspace, identifier), True


def get(transaction: Transaction, workspace: str, job: str) -> Job:
    """Return a job.

    Raises:
        NotFound: there is none of that id.
    """
    found = find_by_id(transaction, Job, transaction.table("jobs"), ids=(workspace, job))
    if found is None:
        raise missing("job", job)
    return found


def cancel(transaction: Transaction, workspace: str, actor: Actor, job: str) -> Job:
    """Cancel a job: at once where nobody has begun it, else its worker is asked to stop at the next step.

    Nothing is done where it has ended or was cancelled already.

    Raises:
        NotFound: there is none of that id.
    """
    transaction.hold(workspace)
    get(transaction, workspace, job)
    table = transaction.table("jobs")
    mine = (table.c.workspace == workspace, table.c.id == job)
    transaction.first(table.select().with_only_columns(table.c.id).where(*mine).with_for_update())
    found = get(transaction, workspace, job)
    if found.state.ended or found.cancel_requested:
        return found
    values: dict[str, Any] = {"cancel_requested": True}
    if found.state is JobState.QUEUED:
        values |= {"state": JobState.CANCELLED.value, "ended_at": transaction.at}
    transaction.run(table.update().where(*mine).values(**values))
    log.append(transaction, workspace, actor, Event("job.cancel", job))
    return get(transaction, workspace, job)


def page(
    transaction: Transaction,
    workspace: str,
    *,
    state: JobState | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Job]:
    """Return jobs, the latest first.

    Args:
        transaction: to read in.
        workspace: whose.
        state: only those in this state.
        after: `Page.after` of the page before.
        limit: how many at most, 1 to 200.

    Raises:
        InvalidInput: `limit` or `after` is out of its range.
    """
    table = transaction.table("jobs")
    conditions = [table.c.workspace == check_workspace(workspace)]
    if state is not None:
        conditions.append(table.c.state == state.value)
    return page_of(transaction, Job, table, *conditions, after=after, limit=limit)


def counts(transaction: Transaction, workspace: str) -> dict[JobState, int]:
    """Return how many jobs are in each state."""
    table = transaction.table("jobs")
    number = require("sqlalchemy").func.count().label("number")
    rows = transaction.all(
        table.select()
        .with_only_columns(table.c.state, number)
        .where(table.c.workspace == check_workspace(workspace))
        .group_by(table.c.state)
    )
    return dict.fromkeys(JobState, 0) | {JobState(row["state"]): row["number"] for row in rows}


def _with_key(transaction: Transaction, workspace: str, new: NewJob) -> Job | None:
    if new.key is None:
        return None
    table = transaction.table("jobs")
    c = table.c
    return find(transaction, Job, table, c.workspace == workspace, c.kind == new.kind, c.key == new.key)
