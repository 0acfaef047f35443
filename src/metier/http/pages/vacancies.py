"""Vacancies: the list of them, adding one, and what each asks for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from metier.errors import InvalidInput
from metier.http.pages.forms import Posted, PostedBySignedIn
from metier.http.pages.tokens import new_once
from metier.http.pages.visit import SignedIn, Visit
from metier.http.problems import problem_of
from metier.service import vacancies
from metier.service.vacancy_counts import vacancy_counts
from metier.store.workspaces.vacancies import VacancyState

router = APIRouter()

_PASTED_NAME = "vacancy.txt"


@router.get("/")
def list_vacancies(visit: SignedIn) -> Response:
    """Return the list of vacancies, the latest first."""
    return _list(visit)


@router.post("/vacancies")
def add_vacancy(posted: PostedBySignedIn) -> Response:
    """Add a vacancy from a file or from pasted words."""
    visit = posted.visit
    try:
        content, name = _content(posted)
        made = vacancies.add(
            visit.service,
            visit.caller,
            content,
            name=name,
            title=posted.text("title"),
            once=posted.once(content),
        )
    except InvalidInput as error:
        given = {"title": posted.text("title"), "text": posted.text("text")}
        return _list(visit, error=str(error), given=given, status=problem_of(error).status)
    return visit.go(f"/vacancies/{made.id}", done="vacancy_added")


@router.post("/vacancies/{vacancy}/state")
def set_state(vacancy: str, posted: PostedBySignedIn) -> Response:
    """Close a vacancy or open it again."""
    visit = posted.visit
    state = VacancyState.OPEN if posted.text("state") == VacancyState.OPEN else VacancyState.CLOSED
    vacancies.set_state(visit.service, visit.caller, vacancy, state=state)
    return visit.go(f"/vacancies/{vacancy}", done=f"vacancy_{state.value}")


@router.post("/vacancies/{vacancy}/title")
def rename(vacancy: str, posted: PostedBySignedIn) -> Response:
    """Give a vacancy another title."""
    visit = posted.visit
    vacancies.rename(visit.service, visit.caller, vacancy, title=posted.text("title"))
    return visit.go(f"/vacancies/{vacancy}", done="vacancy_renamed")


@router.get("/vacancies/{vacancy}/text")
def show_text(vacancy: str, visit: SignedIn) -> Response:
    """Return the words of a vacancy and what it asks for in them."""
    found = vacancies.get(visit.service, visit.caller, vacancy)
    context = {
        "vacancy": found,
        "wanted": vacancies.wanted(visit.service, visit.caller, vacancy),
        "text": vacancies.text(visit.service, visit.caller, vacancy),
    }
    return visit.show("vacancy-text.html.j2", context)


def _list(
    visit: Visit, *, error: str = "", given: dict[str, str] | None = None, status: int = 200
) -> Response:
    query = visit.request.query_params
    shown = query.get("state", VacancyState.OPEN.value)
    state = VacancyState(shown) if shown in set(VacancyState) else None
    found = vacancies.page(visit.service, visit.caller, state=state, after=query.get("after"))
    context: dict[str, Any] = {
        "page": found,
        "counts": vacancy_counts(visit.service, visit.caller, [one.id for one in found.items]),
        "shown": "all" if state is None else state.value,
        "error": error,
        "given": given or {},
        "once": new_once(),
        "look_back": "/",
    }
    return visit.show("vacancies.html.j2", context, status=status)


def _content(posted: Posted) -> tuple[bytes, str]:
    """Return the bytes of a vacancy and a name for them."""
    for file in posted.files("file"):
        return file.file.read(), file.filename or _PASTED_NAME
    text = posted.text("text")
    if not text:
        raise InvalidInput(posted.visit.words["vacancy_nothing"])
    return text.encode("utf-8", "replace"), _PASTED_NAME
