"""People and their rights: what is kept on each, all of it to hand out, and erasing it."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from metier.errors import InvalidInput, NotFound
from metier.http.downloads import attachment
from metier.http.pages.forms import PostedBySignedIn
from metier.http.pages.tokens import new_once
from metier.http.pages.visit import SignedIn, Visit
from metier.http.problems import problem_of
from metier.service import documents, interviews, people, upkeep
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.people import Person

router = APIRouter()

_EVERYTHING: Final = 200


@router.get("/people")
def list_people(visit: SignedIn) -> Response:
    """Return the list of people, the latest first."""
    return _list(visit, after=visit.request.query_params.get("after"))


@router.post("/people")
def add_person(posted: PostedBySignedIn) -> Response:
    """Add a person."""
    visit = posted.visit
    try:
        made = people.add(
            visit.service,
            visit.caller,
            name=posted.text("name"),
            external_id=posted.text("external_id") or None,
            once=posted.once(),
        )
    except InvalidInput as error:
        given = {"name": posted.text("name"), "external_id": posted.text("external_id")}
        return _list(visit, error=str(error), given=given, status=problem_of(error).status)
    return visit.go(f"/people/{made.id}", done="person_added")


@router.post("/people/search")
def find_people(posted: PostedBySignedIn) -> Response:
    """Return those people whose name or id elsewhere is looked for: names stand in no address."""
    looked_for = {"text": posted.text("text"), "external_id": posted.text("find-id")}
    return _list(posted.visit, looked_for=looked_for, after=posted.text("after") or None)


@router.get("/people/search")
def find_again(visit: SignedIn) -> Response:
    """Return the way to the list: what was looked for is in no address."""
    return visit.go("/people")


@router.get("/people/{person}")
def show_person(person: str, visit: SignedIn) -> Response:
    """Return what is kept on a person."""
    return _person(visit, person)


@router.post("/people/{person}")
def change_person(person: str, posted: PostedBySignedIn) -> Response:
    """Give a person another name and external id."""
    visit = posted.visit
    try:
        people.change(
            visit.service,
            visit.caller,
            person,
            name=posted.text("name"),
            external_id=posted.text("external_id") or None,
        )
    except InvalidInput as error:
        return _person(visit, person, error=str(error), status=problem_of(error).status)
    return visit.go(f"/people/{person}", done="person_changed")


@router.post("/people/{person}/join")
def join(person: str, posted: PostedBySignedIn) -> Response:
    """Attach all documents of a person to another, who is named by either id."""
    visit = posted.visit
    visit.caller.require(KeyRole.RECRUITER)
    people.get(visit.service, visit.caller, person)
    other = _with_id(visit, posted.text("other"))
    if other is None or other.id == person:
        wrong = visit.words["person_join_same" if other else "person_join_nobody"]
        return _person(visit, person, join_error=wrong, status=422)
    while found := documents.page(visit.service, visit.caller, person=person, limit=_EVERYTHING).items:
        for document in found:
            documents.attach(visit.service, visit.caller, document.id, other.id)
    return visit.go(f"/people/{other.id}", done="person_joined")


@router.get("/people/{person}/export.json")
def export(person: str, visit: SignedIn) -> Response:
    """Return all that is kept on a person as one file."""
    kept = people.export(visit.service, visit.caller, person)
    return attachment(json.dumps(kept, indent=1).encode(), f"person-{person}.json", "application/json")


@router.post("/people/{person}/erase")
def erase(person: str, posted: PostedBySignedIn) -> Response:
    """Erase a person once the word is typed."""
    visit = posted.visit
    if posted.text("word").casefold() != visit.words["erase_word"].casefold():
        wrong = visit.words["erase_wrong"] % {"word": visit.words["erase_word"]}
        return _person(visit, person, erase_error=wrong, status=422)
    job = people.erase(visit.service, visit.caller, person)
    return visit.go(f"/jobs/{job.id}", done="person_erased")


def _with_id(visit: Visit, identifier: str) -> Person | None:
    """Return the person who has an id here or elsewhere, or None."""
    if not identifier:
        return None
    try:
        return people.get(visit.service, visit.caller, identifier)
    except NotFound:
        found = people.page(visit.service, visit.caller, external_id=identifier, limit=1).items
        return found[0] if found else None


def _list(
    visit: Visit,
    *,
    looked_for: dict[str, str] | None = None,
    after: str | None = None,
    error: str = "",
    given: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    asked = looked_for or {"text": "", "external_id": ""}
    page = people.page(
        visit.service,
        visit.caller,
        text=asked["text"],
        external_id=asked["external_id"] or None,
        after=after,
    )
    context: dict[str, Any] = {
        "page": page,
        "looked_for": asked,
        "is_found": any(asked.values()),
        "rules": upkeep.retention(visit.service, visit.caller),
        "error": error,
        "given": given or {},
        "once": new_once(),
        "look_back": "/people",
    }
    return visit.show("people.html.j2", context, status=status)


def _person(
    visit: Visit,
    person: str,
    *,
    error: str = "",
    join_error: str = "",
    erase_error: str = "",
    status: int = 200,
) -> Response:
    service, caller = visit.service, visit.caller
    context = {
        "person": people.get(service, caller, person),
        "documents": documents.page(service, caller, person=person, limit=_EVERYTHING).items,
        "interviews": interviews.page(service, caller, person=person, limit=_EVERYTHING).items,
        "rules": upkeep.retention(service, caller),
        "error": error,
        "join_error": join_error,
        "erase_error": erase_error,
        "look_back": f"/people/{person}",
    }
    return visit.show("person.html.j2", context, status=status)
