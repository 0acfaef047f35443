"""Interviews as the hiring team sees them: made, sent as a link, read as a report."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from metier.errors import InvalidInput
from metier.http.pages.forms import Posted, PostedBySignedIn, number_of
from metier.http.pages.tokens import new_once
from metier.http.pages.visit import SignedIn, Visit
from metier.http.problems import problem_of
from metier.report.interview import render_interview_part
from metier.service import interviews, people, vacancies
from metier.service.interview_banks import VACANCY, NewInterviewPlan
from metier.store.workspaces.interviews import StoredInterview
from metier.store.workspaces.vacancies import VacancyState

router = APIRouter()

_DAY_S: Final = 24 * 3600.0
_FIELDS: Final = ("bank", "language", "person", "vacancy", "max_questions", "minutes")


@router.get("/interviews")
def list_interviews(visit: SignedIn) -> Response:
    """Return the list of interviews, the latest first."""
    page = interviews.page(visit.service, visit.caller, after=visit.request.query_params.get("after"))
    names = {one.id: _about(visit, one) for one in page.items}
    return visit.show("interviews.html.j2", {"page": page, "names": names})


@router.get("/interviews/new")
def plan(visit: SignedIn) -> Response:
    """Return the form that plans an interview."""
    params = visit.request.query_params
    given = {name: params.get(name, "") for name in _FIELDS}
    return _plan(visit, given)


@router.post("/interviews")
def create(posted: PostedBySignedIn) -> Response:
    """Make an interview and its link, which is shown this once."""
    visit = posted.visit
    given = {name: posted.text(name) for name in _FIELDS}
    try:
        wanted = _wanted(given)
        made = interviews.create(visit.service, visit.caller, wanted, once=posted.once())
        lasts_s = _lasts_s(posted)
    except InvalidInput as error:
        return _plan(visit, given, error=str(error), status=problem_of(error).status)
    return _with_link(visit, made, lasts_s)


@router.post("/interviews/{interview}/link")
def renew_link(interview: str, posted: PostedBySignedIn) -> Response:
    """Make a new link; one made before no longer works."""
    visit = posted.visit
    found = interviews.get(visit.service, visit.caller, interview)
    return _with_link(visit, found, _lasts_s(posted))


@router.get("/interviews/{interview}")
def show_interview(interview: str, visit: SignedIn) -> Response:
    """Return an interview: how far it has come, and its report once there is something to report."""
    found = interviews.get(visit.service, visit.caller, interview)
    report = interviews.report(visit.service, visit.caller, interview) if found.version else None
    part = render_interview_part(report, language=visit.look.language) if report else ""
    context = {"interview": found, "about": _about(visit, found), "part": part}
    return visit.show("interview.html.j2", context)


@router.post("/interviews/{interview}/erase")
def erase(interview: str, posted: PostedBySignedIn) -> Response:
    """Erase an interview once the word is typed."""
    visit = posted.visit
    if posted.text("word").casefold() != visit.words["erase_word"].casefold():
        return visit.go(f"/interviews/{interview}", done="erase_not")
    interviews.erase(visit.service, visit.caller, interview)
    return visit.go("/interviews", done="interview_erased")


def _plan(visit: Visit, given: dict[str, str], *, error: str = "", status: int = 200) -> Response:
    known = vacancies.page(visit.service, visit.caller, state=VacancyState.OPEN, limit=200).items
    everybody = people.page(visit.service, visit.caller, limit=200).items
    if given["person"] and given["person"] not in {person.id for person in everybody}:
        everybody = (people.get(visit.service, visit.caller, given["person"]), *everybody)
    context: dict[str, Any] = {
        "banks": interviews.banks(visit.service, visit.caller),
        "made": VACANCY,
        "vacancies": known,
        "people": everybody,
        "given": given,
        "error": error,
        "once": new_once(),
        "look_back": "/interviews/new",
    }
    return visit.show("interview-new.html.j2", context, status=status)


def _wanted(given: dict[str, str]) -> NewInterviewPlan:
    bank, _, language = given["bank"].partition(":")
    most = number_of(given, "max_questions", least=1, most=100)
    minutes = number_of(given, "minutes", least=1, most=600)
    return NewInterviewPlan(
        bank=bank,
        language=language or given["language"],
        person=given["person"] or None,
        vacancy=given["vacancy"] or None,
        max_questions=None if most is None else round(most),
        minutes=None if minutes is None else round(minutes),
    )


def _lasts_s(posted: Posted) -> float:
    return (number_of({"days": posted.text("days")}, "days", least=1, most=60) or 7) * _DAY_S


def _with_link(visit: Visit, interview: StoredInterview, lasts_s: float) -> Response:
    secret = interviews.make_link(visit.service, visit.caller, interview.id, lasts_s=lasts_s)
    base = visit.site.options.public_url.rstrip("/") or str(visit.request.base_url).rstrip("/")
    context = {
        "interview": interviews.get(visit.service, visit.caller, interview.id),
        "about": _about(visit, interview),
        "link": f"{base}/room/{secret}",
        "look_back": f"/interviews/{interview.id}",
    }
    return visit.show("interview-link.html.j2", context)


def _about(visit: Visit, interview: StoredInterview) -> dict[str, str]:
    """Return the names of whom and what an interview is about; nothing for what there is none of."""
    person = people.get(visit.service, visit.caller, interview.person).name if interview.person else ""
    vacancy = vacancies.get(visit.service, visit.caller, interview.vacancy).title if interview.vacancy else ""
    return {"person": person, "vacancy": vacancy}
