"""Jobs: long work, begun here and done by workers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse

from metier.http.api.admission import CallerHere, OnceHere, ServiceHere, StreamsHere
from metier.http.api.declare import Declared, Gives, Routes
from metier.http.api.paging import PagingHere
from metier.http.events import job_events
from metier.http.schemas.requests import AssessmentsToMake, TrainingToStart
from metier.service import access, jobs
from metier.service.jobs import JobFailure
from metier.store.workspaces.jobs import Job, JobState
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page

routes = Routes("jobs")
_EVENTS = Gives(
    "text/event-stream",
    'id: 1\nevent: progress\ndata: {"id": "01kakq0v9x8m4t2c6r5n7p3wjd", "state": "running", "done": 3}\n\n',
    "Progress, whenever it changes, until the job has ended.",
)


@routes.post("/jobs/assess", Declared(KeyRole.RECRUITER, status=202, refuses=(404,)))
def start_assess(service: ServiceHere, caller: CallerHere, body: AssessmentsToMake, once: OnceHere) -> Job:
    """Begin to assess many documents, against a vacancy or none.

    A document that cannot be read fails alone: `/jobs/{job}/failures` lists it.
    """
    return jobs.start_assess(service, caller, body.documents, vacancy=body.vacancy, once=once)


@routes.post("/jobs/index", Declared(KeyRole.RECRUITER, status=202))
def start_index(service: ServiceHere, caller: CallerHere) -> Job:
    """Begin to put all documents of the workspace into its search index."""
    return jobs.start_index(service, caller)


@routes.post("/jobs/train", Declared(KeyRole.ADMIN, status=202, refuses=(404,)))
def start_train(service: ServiceHere, caller: CallerHere, body: TrainingToStart, once: OnceHere) -> Job:
    """Begin to train a model on a file in the workspace's folder on the server.

    The model is for the whole server: no other one may have its name, and every workspace sees its card.
    """
    return jobs.start_train(service, caller, body.plan(), once=once)


@routes.get("/jobs", Declared(KeyRole.VIEWER))
def list_jobs(
    service: ServiceHere,
    caller: CallerHere,
    paging: PagingHere,
    state: Annotated[JobState | None, Query(description="Only those in this state.")] = None,
) -> Page[Job]:
    """List jobs, the latest first."""
    return paging.answer(jobs.page(service, caller, state=state, after=paging.after, limit=paging.limit))


@routes.get("/jobs/{job}", Declared(KeyRole.VIEWER))
def get_job(service: ServiceHere, caller: CallerHere, job: str) -> Job:
    """Look up a job."""
    return jobs.get(service, caller, job)


@routes.delete("/jobs/{job}", Declared(KeyRole.RECRUITER))
def cancel_job(service: ServiceHere, caller: CallerHere, job: str) -> Job:
    """Cancel a job: at once where nobody has begun it, else after the step that goes on."""
    return jobs.cancel(service, caller, job)


@routes.get("/jobs/{job}/steps", Declared(KeyRole.VIEWER))
def list_steps(service: ServiceHere, caller: CallerHere, job: str) -> dict[str, dict[str, Any]]:
    """List the steps of a job that are done, each with its result."""
    return jobs.steps(service, caller, job)


@routes.get("/jobs/{job}/failures", Declared(KeyRole.VIEWER))
def list_failures(service: ServiceHere, caller: CallerHere, job: str, paging: PagingHere) -> Page[JobFailure]:
    """List the documents that a job could not assess, with the reasons."""
    return paging.answer(jobs.failures(service, caller, job, after=paging.after, limit=paging.limit))


@routes.get("/jobs/{job}/events", Declared(KeyRole.VIEWER, gives=_EVENTS))
def watch_job(service: ServiceHere, caller: CallerHere, streams: StreamsHere, job: str) -> StreamingResponse:
    """Watch a job: server-sent events until it has ended.

    `progress` carries the job whenever it has changed, the first at once; `end` is the last. The state at the
    moment is always sent anew, so a client that comes back misses nothing. A key may have 20 streams open at
    once in each process of the server; one more is refused (429).
    """
    jobs.get(service, caller, job)

    def look() -> Job:
        access.check_key(service, caller)
        return jobs.get(service, caller, job)

    return job_events(look, streams=streams, key=caller.key)
