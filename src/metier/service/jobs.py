"""Jobs as those who ask for them see them: begun, looked at, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from metier.errors import InvalidInput
from metier.service.access import Caller
from metier.service.once import Once, run_once
from metier.service.service import Service
from metier.service.work import assess, audit_models, index, train
from metier.service.work.train import TrainPlan
from metier.store.workspaces import documents as stored_documents
from metier.store.workspaces import job_work, vacancies
from metier.store.workspaces import jobs as stored_jobs
from metier.store.workspaces.documents import StoredDocument
from metier.store.workspaces.ids import is_id, missing
from metier.store.workspaces.jobs import Job, JobState, NewJob
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import MAX_LIMIT, Page, bad_cursor, check_limit
from metier.store.workspaces.transaction import Transaction

__all__ = [
    "MAX_DOCUMENTS",
    "JobFailure",
    "TrainPlan",
    "cancel",
    "failures",
    "get",
    "page",
    "start_assess",
    "start_audit_models",
    "start_index",
    "start_train",
    "steps",
]

MAX_DOCUMENTS: Final = 10_000
_KIND: Final = "job"
_LOST: Final = "Reading or assessing it ended the program again and again. Look at the file."
_GONE: Final = "It was erased before its turn came."
_FAILED: Final = "It could not be assessed. Look at the document for the reason."


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A document that a job could not assess.

    Attributes:
        document: its id.
        code: of the reason, as in `metier.errors`; `worker_lost` where the program ended each time.
        message: the reason in words.
    """

    document: str
    code: str
    message: str


def get(service: Service, caller: Caller, job: str) -> Job:
    """Return a job.

    Raises:
        NotFound: there is none of that id.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored_jobs.get(transaction, caller.workspace, job)


def page(
    service: Service,
    caller: Caller,
    *,
    state: JobState | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Job]:
    """Return jobs, the latest first.

    Raises:
        InvalidInput: `limit` or `after` is out of its range.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored_jobs.page(transaction, caller.workspace, state=state, after=after, limit=limit)


def cancel(service: Service, caller: Caller, job: str) -> Job:
    """Cancel a job: at once where nobody has begun it, else after the step that goes on.

    Erasing from the index cannot be cancelled: what was erased would stay there.

    Raises:
        Forbidden: the caller is a viewer, or the job is for administrators.
        NotFound: there is none of that id.
        InvalidInput: it is one that cannot be cancelled.
    """
    caller.require(KeyRole.RECRUITER)
    kind = get(service, caller, job).kind
    if kind in {train.KIND, audit_models.KIND}:
        caller.require(KeyRole.ADMIN)
    if kind not in {assess.KIND, index.KIND, train.KIND, audit_models.KIND}:
        raise InvalidInput(f"The job {job} erases what must not stay. It cannot be cancelled.")
    with service.database.transaction() as transaction:
        return stored_jobs.cancel(transaction, caller.workspace, caller.actor, job)


def start_assess(
    service: Service,
    caller: Caller,
    documents: Sequence[str],
    *,
    vacancy: str | None = None,
    once: Once | None = None,
) -> Job:
    """Begin to assess documents.

    Args:
        service: to do it with.
        caller: a recruiter.
        documents: ids of resumes, 1 to 10,000; one that comes twice is assessed once.
        vacancy: id of what to hold them against, or None.
        once: the request, where it may be sent twice.

    Raises:
        Forbidden: the caller is a viewer.
        NotFound: there is no document or vacancy of such an id.
        Conflict: the idempotency key was used for another request.
        InvalidInput: the number of documents is out of its range, or one is no resume.
    """
    caller.require(KeyRole.RECRUITER)
    ids = list(dict.fromkeys(documents))
    if not 1 <= len(ids) <= MAX_DOCUMENTS:
        raise InvalidInput(f"documents must be 1 to {MAX_DOCUMENTS:,}. Got {len(ids):,}.")

    def new(transaction: Transaction) -> NewJob:
        _check_live(transaction, caller.workspace, ids)
        if vacancy is not None:
            vacancies.get(transaction, caller.workspace, vacancy)
        person = _person_of(transaction, caller.workspace, ids)
        payload = {"documents": ids, "vacancy": vacancy}
        return NewJob(assess.KIND, payload, person=person, max_attempts=assess.MAX_ATTEMPTS)

    with service.database.transaction() as transaction:

        def make() -> dict[str, Any]:
            return _add(transaction, caller, new(transaction))

        made = run_once(transaction, caller, once, _KIND, make)
        return stored_jobs.get(transaction, caller.workspace, made[_KIND])


def start_index(service: Service, caller: Caller) -> Job:
    """Begin to put all documents of the workspace into its search index; what it holds already stays.

    Raises:
        Forbidden: the caller is a viewer.
    """
    caller.require(KeyRole.RECRUITER)
    return _start(service, caller, NewJob(index.KIND, max_attempts=index.MAX_ATTEMPTS))


def start_train(service: Service, caller: Caller, plan: TrainPlan, *, once: Once | None = None) -> Job:
    """Begin to train a model on a file of the workspace's folder on the server.

    The model is for the whole server: every workspace sees its name and its card.

    Raises:
        Forbidden: the caller is no administrator.
        NotFound: there is no such file to train on.
        Conflict: the idempotency key was used for another request, or another training is to make a model of
            that name.
        InvalidInput: a model of that name is there already.
    """
    caller.require(KeyRole.ADMIN)
    train.check_plan(service, caller.workspace, plan)
    new = NewJob(train.KIND, train.payload_of(plan), max_attempts=train.MAX_ATTEMPTS)
    with service.database.transaction() as transaction:

        def make() -> dict[str, Any]:
            transaction.hold(caller.workspace)
            train.check_free(transaction, plan)
            return _add(transaction, caller, new)

        made = run_once(transaction, caller, once, _KIND, make)
        return stored_jobs.get(transaction, caller.workspace, made[_KIND])


def start_audit_models(service: Service, caller: Caller) -> Job:
    """Begin to look at every file of the models that are installed.

    Raises:
        Forbidden: the caller is no administrator.
    """
    caller.require(KeyRole.ADMIN)
    return _start(service, caller, NewJob(audit_models.KIND, max_attempts=audit_models.MAX_ATTEMPTS))


def steps(service: Service, caller: Caller, job: str) -> dict[str, dict[str, Any]]:
    """Return the steps of a job that are done, each with its result.

    Raises:
        NotFound: there is no job of that id.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        found = stored_jobs.get(transaction, caller.workspace, job)
        return job_work.steps_done(transaction, found)


def failures(
    service: Service, caller: Caller, job: str, *, after: str | None = None, limit: int = 50
) -> Page[JobFailure]:
    """Return the documents that a job could not assess so far, with the reasons, by their ids.

    Raises:
        NotFound: there is no job of that id.
        InvalidInput: `limit` or `after` is out of its range.
    """
    check_limit(limit)
    if after is not None and not is_id(after):
        raise bad_cursor()
    found = steps(service, caller, job)
    failed = {step: result["failed"] for step, result in found.items() if "failed" in result}
    ids = sorted(document for document in failed if after is None or document > after)
    shown = ids[:limit]
    with service.database.reading() as transaction:
        there = stored_documents.several(transaction, caller.workspace, shown)
    items = tuple(
        JobFailure(document, failed[document], _reason(there.get(document), failed[document]))
        for document in shown
    )
    return Page(items, shown[-1] if len(ids) > limit else None)


def _reason(document: StoredDocument | None, code: str) -> str:
    """Return why a document could not be assessed, as reading it has told; None for one that was erased."""
    if code == assess.WORKER_LOST:
        return _LOST
    if document is None:
        return _GONE
    failure = document.details.get("failure") or {}
    return str(failure["message"]) if failure.get("code") == code else _FAILED


def _start(service: Service, caller: Caller, new: NewJob) -> Job:
    with service.database.transaction() as transaction:
        return stored_jobs.get(transaction, caller.workspace, _add(transaction, caller, new)[_KIND])


def _add(transaction: Transaction, caller: Caller, new: NewJob) -> dict[str, Any]:
    job, _ = stored_jobs.add(transaction, caller.workspace, caller.actor, new)
    return {_KIND: job.id}


def _check_live(transaction: Transaction, workspace: str, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), MAX_LIMIT):
        some = ids[start : start + MAX_LIMIT]
        live = stored_documents.live(transaction, workspace, some)
        for document in some:
            if document not in live:
                raise missing("document", document)


def _person_of(transaction: Transaction, workspace: str, ids: Sequence[str]) -> str | None:
    """Return whom a job is about, where that is one alone."""
    if len(ids) > 1:
        return None
    return stored_documents.get(transaction, workspace, ids[0]).person
