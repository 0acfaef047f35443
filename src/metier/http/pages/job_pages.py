"""Jobs: how far each has come, what failed and why, and cancelling it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from metier.errors import NotFound
from metier.http.pages.forms import PostedBySignedIn
from metier.http.pages.visit import SignedIn, Visit
from metier.service import documents, jobs, vacancies
from metier.store.workspaces.jobs import Job

router = APIRouter()
# The API lists all of them.
_MOST_FAILURES: Final = 100


@router.get("/jobs")
def list_jobs(visit: SignedIn) -> Response:
    """Return the list of jobs, the latest first."""
    page = jobs.page(visit.service, visit.caller, after=visit.request.query_params.get("after"))
    return visit.show("jobs.html.j2", {"page": page})


@router.post("/jobs/index")
def start_index(posted: PostedBySignedIn) -> Response:
    """Start a job that puts all documents into the search index."""
    job = jobs.start_index(posted.visit.service, posted.visit.caller)
    return posted.visit.go(f"/jobs/{job.id}")


@router.get("/jobs/{job}")
def show_job(job: str, visit: SignedIn) -> Response:
    """Return a job with live progress."""
    return visit.show("job.html.j2", _context(visit, job))


@router.get("/jobs/{job}/state")
def show_state(job: str, visit: SignedIn) -> Response:
    """Return the part of the page that changes."""
    return visit.show("job-state.html.j2", _context(visit, job))


@router.post("/jobs/{job}/cancel")
def cancel(job: str, posted: PostedBySignedIn) -> Response:
    """Cancel a job; what it has done stays."""
    jobs.cancel(posted.visit.service, posted.visit.caller, job)
    return posted.visit.go(f"/jobs/{job}", done="job_cancelled")


def _context(visit: Visit, identifier: str) -> dict[str, Any]:
    job = jobs.get(visit.service, visit.caller, identifier)
    failures = jobs.failures(visit.service, visit.caller, identifier, limit=_MOST_FAILURES)
    named = documents.several(visit.service, visit.caller, [one.document for one in failures.items])
    names = {identifier: document.name for identifier, document in named.items()}
    return {
        "job": job,
        "vacancy": _vacancy(visit, job),
        "failures": [(one, names.get(one.document, "")) for one in failures.items],
        "more_failures": failures.after is not None,
    }


def _vacancy(visit: Visit, job: Job) -> Any:
    identifier = job.payload.get("vacancy")
    if not isinstance(identifier, str):
        return None
    try:
        return vacancies.get(visit.service, visit.caller, identifier)
    except NotFound:
        return None
