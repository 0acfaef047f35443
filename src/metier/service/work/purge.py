"""The job that erases what the retention rules of a workspace no longer allow, once a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from metier.errors import Conflict, NotFound
from metier.service.documents import add_erase_job
from metier.service.work.work import Work
from metier.store.workspaces import erasure, retention
from metier.store.workspaces.jobs import NewJob
from metier.store.workspaces.retention import RetentionKind

KIND: Final = "purge"
_REMOVED: Final = "removed"
_MAX_ATTEMPTS: Final = 20


def purging(day: str) -> NewJob:
    """Return the job of a day, such as 2026-11-22; a workspace has one at most."""
    return NewJob(KIND, {}, key=day, max_attempts=_MAX_ATTEMPTS)


def purge_workspace(work: Work) -> dict[str, Any]:
    """Erase documents and interviews that are due, remove old jobs, sessions and requests, clear the disk."""
    _erase_due(work, RetentionKind.DOCUMENTS)
    _erase_due(work, RetentionKind.INTERVIEWS)
    if _REMOVED not in work.steps_done():
        removed: dict[str, Any] = {}
        with work.step(_REMOVED, result=removed) as transaction:
            gone = retention.purge(transaction, work.job.workspace, work.caller.actor)
            removed.update({kind.value: number for kind, number in gone.items()})
    work.check()
    scrubbed = work.service.database.scrub()
    done = work.steps_done()
    return {
        **done[_REMOVED],
        "documents": _number(done, RetentionKind.DOCUMENTS),
        "interviews": _number(done, RetentionKind.INTERVIEWS),
        "scrubbed": scrubbed,
    }


def _erase_due(work: Work, kind: RetentionKind) -> None:
    """Erase what is due, some at a time; what cannot be erased is left for the next day."""
    left: set[str] = set()
    while True:
        with work.service.database.reading() as transaction:
            found = retention.due(transaction, work.job.workspace, kind=kind)
        due = [identifier for identifier in found if identifier not in left]
        if not due:
            return
        work.check()
        left.update(_erase(work, kind, due))


def _erase(work: Work, kind: RetentionKind, due: Sequence[str]) -> list[str]:
    """Erase things in one step, or one by one where that cannot be; return those that stay."""
    workspace, actor = work.job.workspace, work.caller.actor
    try:
        with work.step(f"{kind}-{due[0]}-{len(due)}", result={"number": len(due)}) as transaction:
            if kind is RetentionKind.INTERVIEWS:
                for identifier in due:
                    erasure.erase_interview(transaction, workspace, actor, identifier)
                return []
            for identifier in due:
                erasure.erase_document(transaction, workspace, actor, identifier)
            add_erase_job(transaction, work.caller, tuple(due), key=f"{work.job.id}-{due[0]}-{len(due)}")
    except (Conflict, NotFound):
        # A vacancy was opened again, or somebody else was first.
        work.check()
        if len(due) == 1:
            return list(due)
        return [stays for identifier in due for stays in _erase(work, kind, [identifier])]
    return []


def _number(done: Mapping[str, Mapping[str, Any]], kind: RetentionKind) -> int:
    return sum(result["number"] for step, result in done.items() if step.startswith(kind))
