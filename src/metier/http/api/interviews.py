"""Interviews: made, opened to the candidate by a link, held and told of."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from metier.dialogue import Interview, InterviewReport
from metier.http.api.admission import CallerHere, OnceHere, OptionsHere, ServiceHere
from metier.http.api.assessments import LanguageHere
from metier.http.api.declare import Declared, Gives, Routes
from metier.http.api.paging import PagingHere
from metier.http.exports import policy_of
from metier.http.schemas.answers import InterviewLink
from metier.http.schemas.requests import Answer, InterviewToMake, LinkToMake
from metier.report.html import ReportLanguage
from metier.report.interview import render_interview_html
from metier.service import interviews
from metier.service.interviews import Asked, BankFacts
from metier.store.workspaces.interviews import StoredInterview
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page

routes = Routes("interviews")
_HTML = Gives("text/html", '<!doctype html>\n<html lang="en">…</html>\n', "The report as one page.")


@routes.get("/interviews/banks", Declared(KeyRole.VIEWER))
def list_banks(service: ServiceHere, caller: CallerHere) -> tuple[BankFacts, ...]:
    """List the banks of questions that interviews can be held with."""
    return interviews.banks(service, caller)


@routes.post("/interviews", Declared(KeyRole.RECRUITER, status=201, refuses=(404,)))
def create_interview(
    service: ServiceHere, caller: CallerHere, body: InterviewToMake, once: OnceHere
) -> StoredInterview:
    """Make an interview that is yet to be held.

    The bank `vacancy` asks for what the vacancy wants and the person's resume does not show.
    """
    return interviews.create(service, caller, body.plan(), once=once)


@routes.get("/interviews", Declared(KeyRole.VIEWER, refuses=(404,)))
def list_interviews(
    service: ServiceHere,
    caller: CallerHere,
    paging: PagingHere,
    person: Annotated[str | None, Query(description="Only those with this person.")] = None,
) -> Page[StoredInterview]:
    """List interviews, the latest first."""
    return paging.answer(
        interviews.page(service, caller, person=person, after=paging.after, limit=paging.limit)
    )


@routes.get("/interviews/{interview}", Declared(KeyRole.VIEWER))
def get_interview(service: ServiceHere, caller: CallerHere, interview: str) -> StoredInterview:
    """Look up an interview."""
    return interviews.get(service, caller, interview)


@routes.post("/interviews/{interview}/link", Declared(KeyRole.RECRUITER, status=201))
def make_link(
    service: ServiceHere,
    caller: CallerHere,
    request: Request,
    options: OptionsHere,
    interview: str,
    body: LinkToMake,
) -> InterviewLink:
    """Make the link that a candidate opens the interview with; it works once, and the one before no more.

    It is shown this once.
    """
    secret = interviews.make_link(service, caller, interview, lasts_s=body.lasts_s)
    base = (options.public_url or str(request.base_url)).rstrip("/")
    return InterviewLink(interviews.get(service, caller, interview), f"{base}/room/{secret}")


@routes.post("/interviews/{interview}/question", Declared(KeyRole.RECRUITER))
def ask_question(service: ServiceHere, caller: CallerHere, interview: str) -> Asked:
    """Ask the next question; the open one again where it is not answered yet."""
    return interviews.question(service, caller, interview)


@routes.post("/interviews/{interview}/answer", Declared(KeyRole.RECRUITER))
def answer_question(service: ServiceHere, caller: CallerHere, interview: str, body: Answer) -> Asked:
    """Answer the open question on behalf of the candidate; return the next.

    With `turn`, an answer that is sent twice is refused the second time and counts once.
    """
    return interviews.answer(service, caller, interview, body.text, turn=body.turn)


@routes.post("/interviews/{interview}/end", Declared(KeyRole.RECRUITER))
def end_interview(service: ServiceHere, caller: CallerHere, interview: str) -> StoredInterview:
    """End an interview; an open question stays without an answer."""
    return interviews.end(service, caller, interview)


@routes.get("/interviews/{interview}/record", Declared(KeyRole.VIEWER))
def get_transcript(service: ServiceHere, caller: CallerHere, interview: str) -> Interview:
    """Look at the whole of an interview: what was asked and why, what was answered, each grade."""
    return interviews.record(service, caller, interview)


@routes.get("/interviews/{interview}/report", Declared(KeyRole.VIEWER))
def get_interview_report(service: ServiceHere, caller: CallerHere, interview: str) -> InterviewReport:
    """Look at what an interview came to, point by point."""
    return interviews.report(service, caller, interview)


@routes.get("/interviews/{interview}/report.html", Declared(KeyRole.VIEWER, gives=_HTML))
def get_interview_report_html(
    service: ServiceHere,
    caller: CallerHere,
    interview: str,
    language: LanguageHere = ReportLanguage.EN,
) -> Response:
    """Read the report of an interview as a page that needs nothing else."""
    report = interviews.report(service, caller, interview)
    page = render_interview_html(report, language=language.value)
    headers = {"Content-Security-Policy": policy_of(page)}
    return Response(page.encode("utf-8", "replace"), media_type="text/html; charset=utf-8", headers=headers)


@routes.delete("/interviews/{interview}", Declared(KeyRole.ADMIN, status=204))
def erase_interview(service: ServiceHere, caller: CallerHere, interview: str) -> None:
    """Erase an interview for good; the log keeps that it was there."""
    interviews.erase(service, caller, interview)
