"""People: whom documents are about."""

from __future__ import annotations

from typing import Any

from metier.http.api.admission import CallerHere, OnceHere, ServiceHere
from metier.http.api.declare import Declared, Gives, Routes
from metier.http.api.paging import PagingHere
from metier.http.schemas.requests import PeopleQuery, PersonChange, PersonToAdd
from metier.service import people
from metier.store.workspaces.jobs import Job
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.people import Person
from metier.store.workspaces.rows import Page

routes = Routes("people")
_EXPORT = Gives(
    "application/json",
    {"person": {"id": "01kakq0v9x8m4t2c6r5n7p3wjd", "name": "Anna Berg"}, "documents": [], "log": []},
    "Everything that is kept of the person.",
)


@routes.post("/people", Declared(KeyRole.RECRUITER, status=201, refuses=(409,)))
def add_person(service: ServiceHere, caller: CallerHere, body: PersonToAdd, once: OnceHere) -> Person:
    """Add a person."""
    return people.add(service, caller, name=body.name, external_id=body.external_id, once=once)


@routes.get("/people", Declared(KeyRole.VIEWER))
def list_people(service: ServiceHere, caller: CallerHere, paging: PagingHere) -> Page[Person]:
    """List people, the latest first."""
    return paging.answer(people.page(service, caller, after=paging.after, limit=paging.limit))


@routes.post("/people/search", Declared(KeyRole.VIEWER))
def search_people(service: ServiceHere, caller: CallerHere, body: PeopleQuery) -> Page[Person]:
    """Find people by a part of the name or by the external id, the latest first.

    A name goes in the body: an address stands in logs and histories. Ask the next page with the `after` of
    the page before.
    """
    return people.page(
        service, caller, text=body.text, external_id=body.external_id, after=body.after, limit=body.limit
    )


@routes.get("/people/{person}", Declared(KeyRole.VIEWER))
def get_person(service: ServiceHere, caller: CallerHere, person: str) -> Person:
    """Look up a person."""
    return people.get(service, caller, person)


@routes.patch("/people/{person}", Declared(KeyRole.RECRUITER))
def change_person(service: ServiceHere, caller: CallerHere, person: str, body: PersonChange) -> Person:
    """Change the name or the external id of a person.

    A field that is left out stays; `external_id` null takes it away.
    """
    before = people.get(service, caller, person)
    has_id = "external_id" in body.model_fields_set
    return people.change(
        service,
        caller,
        person,
        name=before.name if body.name is None else body.name,
        external_id=body.external_id if has_id else before.external_id,
    )


@routes.get("/people/{person}/export", Declared(KeyRole.ADMIN, gives=_EXPORT))
def export_person(service: ServiceHere, caller: CallerHere, person: str) -> dict[str, Any]:
    """Export everything that is kept of a person.

    Originals are in it as base64. It answers a person who asks what is known of them.
    """
    return people.export(service, caller, person)


@routes.delete("/people/{person}", Declared(KeyRole.ADMIN, status=202, refuses=(409,)))
def erase_person(service: ServiceHere, caller: CallerHere, person: str) -> Job:
    """Erase a person for good.

    Originals, texts, reports and notes are gone when this answers; the job takes the person out of the search
    index and scrubs the files of the database. The log keeps that someone was there, by ids.
    """
    return people.erase(service, caller, person)
