"""How workers do jobs so that a kill at any moment loses nothing and does nothing twice.

A worker claims a job for a time, its lease, and prolongs it as long as it lives. If it dies, the lease runs
out and the job is claimed anew. What a step gives and that it is done are committed in one transaction. A
worker whose job was claimed by another meanwhile is refused whatever it writes.

Locks are taken in one order: the workspace, then the job. `claim` waits for no job that another has locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from metier.errors import Conflict, InvalidInput
from metier.store.workspaces import jobs, log
from metier.store.workspaces.clock import later
from metier.store.workspaces.jobs import Job, JobState
from metier.store.workspaces.log import Actor, ActorKind, Event
from metier.store.workspaces.rows import columns_of, record_of
from metier.store.workspaces.texts import MAX_NOTE_CHARS, check_plain, check_text, to_json
from metier.store.workspaces.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

MAX_LEASE_S: Final = 24 * 3600
LOST: Final = "Its workers ended without finishing a step, too often."
_BACKOFF_S: Final = 5.0
_MAX_BACKOFF_S: Final = 3600.0
_CHUNK: Final = 20


@dataclass(frozen=True, slots=True)
class _Step:
    step: str
    result: dict[str, Any]


def waiting(transaction: Transaction, kinds: Sequence[str] = ()) -> bool:
    """Tell whether `claim` would find a job; it costs no lock, so ask this first.

    Args:
        transaction: to read in.
        kinds: of the jobs that the worker can do; all where empty.
    """
    table = transaction.table("jobs")
    statement = table.select().with_only_columns(table.c.id).where(*_claimable(transaction, kinds)).limit(1)
    return transaction.first(statement) is not None


def claim(transaction: Transaction, worker: str, *, lease_s: float, kinds: Sequence[str] = ()) -> Job | None:
    """Return the job that is next, now this worker's, or None where there is none.

    A job whose lease has run out is claimed like one that waits; if it was to be cancelled, or was begun too
    often, it ends instead. The one write without a workspace: workers serve all.

    Args:
        transaction: to write in; nothing else should be done in it.
        worker: name of the worker, different for each process.
        lease_s: for how long it is this worker's, above 0 and at most a day.
        kinds: of the jobs that the worker can do; all where empty.

    Raises:
        InvalidInput: `lease_s` or `worker` is out of its range.
    """
    _check_lease(lease_s)
    check_plain("worker", check_text("worker", worker))
    transaction.check_writes()
    _end_lost(transaction)
    table = transaction.table("jobs")
    c = table.c
    row = transaction.first(
        table.select()
        .with_only_columns(*columns_of(Job, table))
        .where(*_claimable(transaction, kinds), c.cancel_requested.is_(False), c.attempts < c.max_attempts)
        .order_by(c.priority.desc(), c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    job = record_of(Job, row)
    values = {
        "state": JobState.RUNNING.value,
        "worker": worker,
        "attempts": job.attempts + 1,
        "claims": job.claims + 1,
        "heartbeat_at": transaction.at,
        "lease_until": later(transaction.now, lease_s),
        "started_at": job.started_at or transaction.at,
    }
    return _update(transaction, job, values)


def beat(transaction: Transaction, job: Job, *, lease_s: float) -> Job:
    """Prolong the lease of a job; return it as it is now: `cancel_requested` says whether to stop.

    Do so every third of the lease or more often.

    Args:
        transaction: to write in; nothing else should be done in it.
        job: as `claim` gave it.
        lease_s: for how long from now, above 0 and at most a day.

    Raises:
        Conflict: the job is no longer this worker's: stop at once.
        InvalidInput: `lease_s` is out of its range.
    """
    _check_lease(lease_s)
    _lock(transaction, job)
    values = {"heartbeat_at": transaction.at, "lease_until": later(transaction.now, lease_s)}
    return _update(transaction, job, values)


def steps_done(transaction: Transaction, job: Job) -> dict[str, dict[str, Any]]:
    """Return the steps of a job that are done, with their results; a worker passes over them."""
    table = transaction.table("job_steps")
    mine = (table.c.workspace == job.workspace, table.c.job == job.id)
    steps = [record_of(_Step, row) for row in transaction.all(table.select().where(*mine))]
    return {done.step: done.result for done in steps}


def finish_step(
    transaction: Transaction, job: Job, step: str, *, result: dict[str, Any] | None = None
) -> Job:
    """Keep that a step is done, along with what else is written in the transaction; return the job.

    Args:
        transaction: to write in, the one in which the work of the step is kept.
        job: as `claim` gave it.
        step: name of the step within the job; ids and slugs.
        result: what it gave, as JSON has it: ids, slugs and counts.

    Raises:
        Conflict: the job is no longer this worker's, or the step is done already; let the transaction end
            with this error, so that nothing is kept twice.
        InvalidInput: a name or a result that cannot be kept.
    """
    check_plain("step", check_text("step", step))
    current = _hold(transaction, job)
    table = transaction.table("job_steps")
    mine = (table.c.workspace == job.workspace, table.c.job == job.id, table.c.step == step)
    if transaction.first(table.select().where(*mine)) is not None:
        raise Conflict(f"The step {step} of the job {job.id} is done already.")
    row = {
        "workspace": job.workspace,
        "job": job.id,
        "step": step,
        "done_at": transaction.at,
        "result": to_json("result", result or {}),
    }
    transaction.add(table, row)
    # Whoever gets ahead is not given up: what counts is how often it was begun in vain.
    return _update(transaction, job, {"done": current.done + 1, "attempts": 0})


def tell(transaction: Transaction, job: Job, *, total: int | None = None, message: str = "") -> Job:
    """Say how many steps there are, and what goes on.

    Raises:
        Conflict: the job is no longer this worker's.
        InvalidInput: `total` is below 0, or a message that cannot be kept.
    """
    if total is not None and not 0 <= total < 2**31:
        raise InvalidInput(f"total must be at least 0. Got {total}.")
    check_text("message", message, max_chars=MAX_NOTE_CHARS, may_be_empty=True)
    _lock(transaction, job)
    return _update(transaction, job, {"total": total, "message": message})


def finish(transaction: Transaction, job: Job, *, result: dict[str, Any] | None = None) -> Job:
    """End a job that is done.

    Raises:
        Conflict: the job is no longer this worker's.
        InvalidInput: a result that cannot be kept.
    """
    text = to_json("result", result or {})
    _hold(transaction, job)
    return _end(transaction, job, JobState.DONE, {"result": text, "message": ""})


def fail(transaction: Transaction, job: Job, *, message: str, retry: bool = True) -> Job:
    """End a job that failed, or put it back to be begun again later: after 5 s, 10 s, 20 s, … up to an hour.

    Args:
        transaction: to write in.
        job: as `claim` gave it.
        message: why, without words of a document.
        retry: whether another try may help; there is none after the last.

    Raises:
        Conflict: the job is no longer this worker's.
        InvalidInput: a message that cannot be kept.
    """
    check_text("message", message, max_chars=MAX_NOTE_CHARS, may_be_empty=True)
    current = _hold(transaction, job)
    if current.cancel_requested:
        return _end(transaction, job, JobState.CANCELLED, {"message": message})
    if not retry or current.attempts >= current.max_attempts:
        return _end(transaction, job, JobState.FAILED, {"message": message})
    delay_s = min(_MAX_BACKOFF_S, _BACKOFF_S * 2.0 ** max(0, current.attempts - 1))
    values = {"not_before": later(transaction.now, delay_s), "message": message}
    return _put_back(transaction, job, values)


def stop(transaction: Transaction, job: Job) -> Job:
    """End a job that was to be cancelled; the steps that are done stay so.

    Raises:
        Conflict: the job is no longer this worker's, or nobody asked to cancel it.
    """
    if not _hold(transaction, job).cancel_requested:
        raise Conflict(f"Nobody asked to cancel the job {job.id}. Finish, fail or release it.")
    return _end(transaction, job, JobState.CANCELLED, {})


def release(transaction: Transaction, job: Job) -> Job:
    """Put a job back for another worker to go on with, as one does that is told to end.

    Raises:
        Conflict: the job is no longer this worker's.
    """
    current = _hold(transaction, job)
    if current.cancel_requested:
        return _end(transaction, job, JobState.CANCELLED, {})
    return _put_back(transaction, job, {"attempts": max(0, current.attempts - 1)})


def _claimable(transaction: Transaction, kinds: Sequence[str]) -> list[ColumnElement[bool]]:
    c = transaction.table("jobs").c
    waits = (c.state == JobState.QUEUED.value) & (c.not_before <= transaction.at)
    conditions = [waits | _is_lost(transaction)]
    if kinds:
        for kind in kinds:
            check_plain("kinds", kind)
        conditions.append(c.kind.in_(list(kinds)))
    return conditions


def _is_lost(transaction: Transaction) -> Any:
    c = transaction.table("jobs").c
    return (c.state == JobState.RUNNING.value) & (c.lease_until <= transaction.at)


def _end_lost(transaction: Transaction) -> None:
    """End jobs without a worker that are not to be begun again."""
    table = transaction.table("jobs")
    c = table.c
    statement = (
        table.select()
        .with_only_columns(*columns_of(Job, table))
        .where(_is_lost(transaction), c.cancel_requested | (c.attempts >= c.max_attempts))
        .limit(_CHUNK)
    )
    for row in transaction.all(statement):
        lost = record_of(Job, row)
        transaction.hold(lost.workspace)
        try:
            current = _lock(transaction, lost)
        except Conflict:
            continue  # another has ended it, just now
        if current.cancel_requested:
            _end(transaction, lost, JobState.CANCELLED, {})
        elif current.attempts >= current.max_attempts and (current.lease_until or "") <= transaction.at:
            _end(transaction, lost, JobState.FAILED, {"message": LOST})


def _hold(transaction: Transaction, job: Job) -> Job:
    """Take the workspace and the job, in this order; return the job as it is now."""
    transaction.hold(job.workspace)
    return _lock(transaction, job)


def _lock(transaction: Transaction, job: Job) -> Job:
    """Keep others from a job until the transaction ends; return it as it is now."""
    transaction.check_writes()
    table = transaction.table("jobs")
    mine = (table.c.workspace == job.workspace, table.c.id == job.id)
    statement = table.select().with_only_columns(*columns_of(Job, table)).where(*mine)
    row = transaction.first(statement.with_for_update())
    current = record_of(Job, row) if row else None
    if (
        current is None
        or current.state is not JobState.RUNNING
        or (current.worker, current.claims) != (job.worker, job.claims)
    ):
        raise Conflict(f"The job {job.id} is no longer held by {job.worker}. Stop working on it.")
    return current


def _put_back(transaction: Transaction, job: Job, values: dict[str, Any]) -> Job:
    idle = {"state": JobState.QUEUED.value, "worker": None, "lease_until": None}
    return _update(transaction, job, {**idle, **values})


def _end(transaction: Transaction, job: Job, state: JobState, values: dict[str, Any]) -> Job:
    ended = {"state": state.value, "ended_at": transaction.at, "lease_until": None}
    made = _update(transaction, job, {**ended, **values})
    actor = Actor(ActorKind.PROGRAM, job.worker or "")
    details = {"kind": job.kind, "done": made.done}
    log.append(transaction, job.workspace, actor, Event("job.end", job.id, result=state, details=details))
    return made


def _update(transaction: Transaction, job: Job, values: dict[str, Any]) -> Job:
    table = transaction.table("jobs")
    mine = (table.c.workspace == job.workspace, table.c.id == job.id)
    transaction.run(table.update().where(*mine).values(**values))
    return jobs.get(transaction, job.workspace, job.id)


def _check_lease(lease_s: float) -> None:
    if not 0 < lease_s <= MAX_LEASE_S:
        raise InvalidInput(f"lease_s must be above 0 and at most {MAX_LEASE_S:,}. Got {lease_s}.")
