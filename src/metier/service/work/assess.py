"""The job that assesses documents: one step reads one, assesses it, keeps that and puts it into the index."""

from __future__ import annotations

from typing import Any, Final

from metier.errors import DocumentError, MetierError, NotFound
from metier.service import assessing
from metier.service.work.index import NO_MODEL, put
from metier.service.work.work import Work
from metier.types import Role

KIND: Final = "assess"
MAX_ATTEMPTS: Final = 30
WORKER_LOST: Final = "worker_lost"
_DEADLY_ATTEMPTS: Final = 15


def assess_documents(work: Work) -> dict[str, Any]:
    """Assess each document of the payload; one that cannot be assessed fails its step, not the job.

    A step's result is the id of the assessment, or the code of why there is none. The assessment and that the
    step is done are kept together.
    """
    documents, vacancy = work.job.payload["documents"], work.job.payload["vacancy"]
    done = work.steps_done()
    deadly = _kills_workers(work)
    work.tell(total=len(documents))
    for document in documents:
        if document in done:
            continue
        work.check()
        if deadly:
            done[document] = {"failed": WORKER_LOST}
            work.finish_step(document, result=done[document])
            deadly = False
            continue
        done[document] = _assess(work, document, vacancy)
    n_failed = sum("failed" in result for result in done.values())
    return {"assessed": len(done) - n_failed, "failed": n_failed}


def _kills_workers(work: Work) -> bool:
    """Tell whether worker after worker ended without a word at the step that is next.

    One that could say why left a message. So one document that takes the process down with it does not hold
    up the rest.
    """
    return work.job.attempts > _DEADLY_ATTEMPTS and not work.job.message


def _assess(work: Work, document: str, vacancy: str | None) -> dict[str, Any]:
    """Do one step; return its result."""
    service, caller = work.service, work.caller
    try:
        made = assessing.compute(service, caller, document, vacancy=vacancy)
    except (DocumentError, NotFound) as error:
        return _failed(work, document, error)
    result: dict[str, Any] = {"index": _indexed(work, document)}
    work.check()
    try:
        with work.step(document, result=result) as transaction:
            result["assessment"] = assessing.keep(transaction, caller, made).id
    except NotFound as error:  # it was erased meanwhile
        return _failed(work, document, error)
    return result


def _failed(work: Work, document: str, error: MetierError) -> dict[str, Any]:
    result: dict[str, Any] = {"failed": error.code}
    if isinstance(error, NotFound):
        _indexed(work, document)  # takes it out
    work.finish_step(document, result=result)
    return result


def _indexed(work: Work, document: str) -> str:
    """Put a document into the index; return what came of it.

    That the index fails is no reason to hold up assessments: the job `index` makes it good.
    """
    if work.service.options.search_model == NO_MODEL:
        return NO_MODEL
    try:
        return put(work.service, work.job.workspace, document, Role.RESUME)
    except MetierError as error:
        return error.code
