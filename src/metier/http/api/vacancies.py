"""Vacancies: what is asked for."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, Query, Response, UploadFile

from metier.http.api.admission import CallerHere, OnceHere, ServiceHere
from metier.http.api.declare import Declared, Gives, Routes, Takes
from metier.http.api.paging import PagingHere
from metier.http.schemas.answers import WantedSkill
from metier.http.schemas.requests import MAX_NAME_CHARS, VacancyChange, VacancyToAdd
from metier.service import vacancies
from metier.service.files import clean_name
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page
from metier.store.workspaces.vacancies import Vacancy, VacancyState

routes = Routes("vacancies")
_UPLOAD = Takes("multipart/form-data", {"file": "(the bytes of vacancy.md)", "title": "Data engineer"})
_TEXT = Gives("text/plain", "We look for a data engineer.\n", "The text in reading order.")
# The name of a vacancy that came as text; the ending tells the reader what it is.
_NAME = "vacancy.txt"


@routes.post("/vacancies", Declared(KeyRole.RECRUITER, status=201, refuses=(415,), takes=_UPLOAD))
def add_vacancy(
    service: ServiceHere,
    caller: CallerHere,
    once: OnceHere,
    file: Annotated[UploadFile, File(description="What is asked for, in any format that metier reads.")],
    title: Annotated[str, Form(max_length=MAX_NAME_CHARS, description="Else as the file states it.")] = "",
) -> Vacancy:
    """Add a vacancy from a file.

    It is read at once; one that asks for no skill of the taxonomy is refused.
    """
    name = clean_name(file.filename or "")
    return vacancies.add(service, caller, file.file.read(), name=name, title=title, once=once)


@routes.post("/vacancies/text", Declared(KeyRole.RECRUITER, status=201, refuses=(415,)))
def add_vacancy_text(service: ServiceHere, caller: CallerHere, once: OnceHere, body: VacancyToAdd) -> Vacancy:
    """Add a vacancy from text."""
    content = body.text.encode()
    return vacancies.add(service, caller, content, name=_NAME, title=body.title, once=once)


@routes.get("/vacancies", Declared(KeyRole.VIEWER))
def list_vacancies(
    service: ServiceHere,
    caller: CallerHere,
    paging: PagingHere,
    state: Annotated[VacancyState | None, Query(description="Only those in this state.")] = None,
) -> Page[Vacancy]:
    """List vacancies, the latest first."""
    return paging.answer(vacancies.page(service, caller, state=state, after=paging.after, limit=paging.limit))


@routes.get("/vacancies/{vacancy}", Declared(KeyRole.VIEWER))
def get_vacancy(service: ServiceHere, caller: CallerHere, vacancy: str) -> Vacancy:
    """Look up a vacancy."""
    return vacancies.get(service, caller, vacancy)


@routes.get("/vacancies/{vacancy}/wanted", Declared(KeyRole.VIEWER))
def list_wanted(service: ServiceHere, caller: CallerHere, vacancy: str) -> tuple[WantedSkill, ...]:
    """List what a vacancy asks for, with its words."""
    return tuple(
        WantedSkill(one.skills, one.names, one.importance.value, one.quotes)
        for one in vacancies.wanted(service, caller, vacancy)
    )


@routes.get("/vacancies/{vacancy}/text", Declared(KeyRole.VIEWER, gives=_TEXT))
def get_vacancy_text(service: ServiceHere, caller: CallerHere, vacancy: str) -> Response:
    """Read the text of a vacancy."""
    text = vacancies.text(service, caller, vacancy).text
    return Response(text.encode("utf-8", "replace"), media_type="text/plain; charset=utf-8")


@routes.patch("/vacancies/{vacancy}", Declared(KeyRole.RECRUITER))
def change_vacancy(service: ServiceHere, caller: CallerHere, vacancy: str, body: VacancyChange) -> Vacancy:
    """Change the title of a vacancy, close it or open it again."""
    found = vacancies.get(service, caller, vacancy)
    if body.title is not None:
        found = vacancies.rename(service, caller, vacancy, title=body.title)
    if body.state is not None:
        found = vacancies.set_state(service, caller, vacancy, state=body.state)
    return found
