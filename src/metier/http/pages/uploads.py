"""Resumes that are dropped for a vacancy: each file is checked, then a job reads and assesses all of them."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response

from metier.errors import InvalidInput
from metier.http.pages.forms import PostedBySignedIn
from metier.http.pages.visit import Visit
from metier.service import documents, jobs, vacancies
from metier.service.files import clean_name
from metier.types import Failure

router = APIRouter()


@router.post("/vacancies/{vacancy}/resumes")
def upload(vacancy: str, posted: PostedBySignedIn) -> Response:
    """Keep the files and start the job; files that cannot be kept are told of, the others go on."""
    visit = posted.visit
    found = vacancies.get(visit.service, visit.caller, vacancy)
    kept: list[str] = []
    failures: list[Failure] = []
    n_known = 0
    for file in posted.files("files"):
        try:
            identifier, is_new = _keep(visit, file)
        except InvalidInput as error:
            failures.append(Failure(clean_name(file.filename or ""), error.code, str(error)))
        else:
            n_known += not is_new
            kept.append(identifier)
    if not kept and not failures:
        return visit.show("upload-nothing.html.j2", {"vacancy": found}, status=422)
    chosen = list(dict.fromkeys(kept))
    job = (
        jobs.start_assess(
            visit.service, visit.caller, chosen, vacancy=vacancy, once=posted.once("".join(chosen).encode())
        )
        if chosen
        else None
    )
    if job is not None and not failures and not n_known:
        return visit.go(f"/jobs/{job.id}")
    context = {"vacancy": found, "failures": failures, "job": job, "n_kept": len(chosen), "n_known": n_known}
    return visit.show("uploaded.html.j2", context, status=200 if job else 422)


def _keep(visit: Visit, file: UploadFile) -> tuple[str, bool]:
    added = documents.add(visit.service, visit.caller, file.file.read(), name=file.filename or "")
    return added.document.id, added.new
