"""The pages that a hiring team and its candidates work in: rendered by the server, whole without scripts."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI

from metier.http.limits import Buckets
from metier.http.options import HttpOptions
from metier.http.pages import (
    auditing_pages,
    deciding,
    interviewing,
    job_pages,
    model_pages,
    people_pages,
    report_page,
    room,
    searching,
    settings_pages,
    shortlist,
    signing,
    static_files,
    uploads,
    vacancies,
)
from metier.http.pages.phrasing import CATALOGUES, PageWords
from metier.http.pages.problem_page import problem_page
from metier.http.pages.visit import Site
from metier.service.service import Service

_PARTS: Final = (
    auditing_pages,
    deciding,
    interviewing,
    job_pages,
    model_pages,
    people_pages,
    report_page,
    room,
    searching,
    settings_pages,
    shortlist,
    signing,
    static_files,
    uploads,
    vacancies,
)
# A page asks for its parts while a job runs, so a session may ask more at once than a program.
_AT_ONCE: Final = 300
_FAILED_SIGN_INS: Final = 10
_OF_A_SEAT: Final = 60


def add_pages(app: FastAPI, service: Service, options: HttpOptions) -> None:
    """Add the pages to an application, and make its errors pages where they are not for programs.

    Args:
        app: to add them to; they stand beside the API and in no description of it.
        service: what answers.
        options: how the application answers.
    """
    app.state.site = Site(
        service,
        options,
        requests=Buckets(options.requests_per_minute, burst=max(_AT_ONCE, options.requests_per_minute // 10)),
        attempts=Buckets(_FAILED_SIGN_INS, burst=_FAILED_SIGN_INS),
        rooms=Buckets(_OF_A_SEAT, burst=_OF_A_SEAT),
        words={code: PageWords(code) for code in CATALOGUES},
    )
    app.state.problem_page = problem_page
    for part in _PARTS:
        app.include_router(part.router, include_in_schema=False)
