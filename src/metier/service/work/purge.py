"""The job that erases what the retention rules of a workspace no longer allow, once a day.

Whoever loses the last document and the last interview by it is erased along with them: a name without
anything that it is kept for is kept for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from metier.errors import Conflict, NotFound
from metier.service.documents import add_erase_job
from metier.service.work.train import remove_old_runs
from metier.service.work.work import Work
from metier.store.workspaces import documents, erasure, interviews, retention
from metier.store.workspaces.jobs import NewJob
from metier.store.workspaces.retention import RetentionKind
from metier.store.workspaces.transaction import Transaction

KIND: Final = "purge"
_REMOVED: Final = "removed"
_PEOPLE: Final = "people"
_MAX_ATTEMPTS: Final = 20


def purging(day: str) -> NewJob:
    """Return the job of a day, such as 2026-11-22; a workspace has one at most."""
    return NewJob(KIND, {}, key=day, max_attempts=_MAX_ATTEMPTS)


def purge_workspace(work: Work) -> dict[str, Any]:
    """Erase documents and interviews that are due, and people of whom nothing is left; clear the disk.

    Old jobs, sessions, requests and what trainings left are removed.
    """
    _erase_due(work, RetentionKind.DOCUMENTS)
    _erase_due(work, RetentionKind.INTERVIEWS)
    if _REMOVED not in work.steps_done():
        removed: dict[str, Any] = {}
        with work.step(_REMOVED, result=removed) as transaction:
            gone = retention.purge(transaction, work.job.workspace, work.caller.actor)
            removed.update({kind.value: number for kind, number in gone.items()})
    work.check()
    n_runs = remove_old_runs(work.service, work.job.workspace)
    scrubbed = work.service.database.scrub()
    done = work.steps_done()
    return {
        **done[_REMOVED],
        "documents": _number(done, RetentionKind.DOCUMENTS),
        "interviews": _number(done, RetentionKind.INTERVIEWS),
        _PEOPLE: sum(result.get(_PEOPLE, 0) for result in done.values()),
        "runs": n_runs,
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
    result: dict[str, Any] = {"number": len(due)}
    erase = erasure.erase_interview if kind is RetentionKind.INTERVIEWS else erasure.erase_document
    try:
        with work.step(f"{kind}-{due[0]}-{len(due)}", result=result) as transaction:
            transaction.hold(workspace)
            concerned = _people_of(transaction, workspace, kind, due)
            for identifier in due:
                erase(transaction, workspace, actor, identifier)
            bare = [person for person in concerned if _is_bare(transaction, workspace, person)]
            for person in bare:
                erasure.erase_person(transaction, workspace, actor, person)
            result[_PEOPLE] = len(bare)
            if kind is RetentionKind.DOCUMENTS:
                add_erase_job(transaction, work.caller, tuple(due), key=f"{work.job.id}-{due[0]}-{len(due)}")
    except (Conflict, NotFound):
        # A vacancy was opened again, or somebody else was first.
        work.check()
        if len(due) == 1:
            return list(due)
        return [stays for identifier in due for stays in _erase(work, kind, [identifier])]
    return []


def _people_of(
    transaction: Transaction, workspace: str, kind: RetentionKind, due: Sequence[str]
) -> list[str]:
    """Return whom documents or interviews are about, each once."""
    get = interviews.get if kind is RetentionKind.INTERVIEWS else documents.get
    found = (get(transaction, workspace, identifier).person for identifier in due)
    return list(dict.fromkeys(person for person in found if person is not None))


def _is_bare(transaction: Transaction, workspace: str, person: str) -> bool:
    """Tell whether no document of a person is left, and no interview."""
    return not any(
        kept.page(transaction, workspace, person=person, limit=1).items for kept in (documents, interviews)
    )


def _number(done: Mapping[str, Mapping[str, Any]], kind: RetentionKind) -> int:
    return sum(result["number"] for step, result in done.items() if step.startswith(kind))
