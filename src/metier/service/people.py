"""People of a workspace: whom documents are about, all that is kept of them, and its erasure."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from metier import __version__
from metier.records import to_mapping
from metier.service.access import Caller
from metier.service.documents import add_erase_job
from metier.service.once import Once, run_once
from metier.service.service import Service
from metier.store.workspaces import erasure, log
from metier.store.workspaces import people as stored
from metier.store.workspaces.erasure import PersonRecords
from metier.store.workspaces.jobs import Job
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.log import Event
from metier.store.workspaces.people import Person
from metier.store.workspaces.rows import Page

_PERSON: Final = "person"


def add(
    service: Service,
    caller: Caller,
    *,
    name: str,
    external_id: str | None = None,
    once: Once | None = None,
) -> Person:
    """Add a person.

    Raises:
        Forbidden: the caller is no recruiter.
        InvalidInput: a name or an external id that cannot be kept.
        Conflict: another person has the external id.
    """
    caller.require(KeyRole.RECRUITER)
    with service.database.transaction() as transaction:
        made = run_once(
            transaction,
            caller,
            once,
            _PERSON,
            lambda: {
                _PERSON: stored.add(
                    transaction, caller.workspace, caller.actor, name=name, external_id=external_id
                ).id
            },
        )
        return stored.get(transaction, caller.workspace, made[_PERSON])


def get(service: Service, caller: Caller, person: str) -> Person:
    """Return a person.

    Raises:
        NotFound: there is none of that id in the workspace, or the person was erased.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.get(transaction, caller.workspace, person)


def page(
    service: Service,
    caller: Caller,
    *,
    text: str = "",
    external_id: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Person]:
    """Return people, the latest first.

    Args:
        service: where they are kept.
        caller: who asks.
        text: only those whose name contains it, in upper or lower case of any script; blank for all.
        external_id: only the one who has it; None for all.
        after: `Page.after` of the page before; None for the first.
        limit: how many at most, 1 to 200.

    Raises:
        InvalidInput: `limit` or `after` is out of its range, or an external id that nobody can have.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.page(
            transaction, caller.workspace, text=text, external_id=external_id, after=after, limit=limit
        )


def change(service: Service, caller: Caller, person: str, *, name: str, external_id: str | None) -> Person:
    """Give a person another name and external id.

    Raises:
        Forbidden: the caller is no recruiter.
        NotFound: there is none of that id in the workspace, or the person was erased.
        InvalidInput: a name or an external id that cannot be kept.
        Conflict: another person has the external id.
    """
    caller.require(KeyRole.RECRUITER)
    with service.database.transaction() as transaction:
        return stored.change(
            transaction, caller.workspace, caller.actor, person, name=name, external_id=external_id
        )


def export(service: Service, caller: Caller, person: str) -> dict[str, Any]:
    """Return all that is kept of a person, as any JSON holds it; that it was handed out is logged.

    Originals are in base64. Halves of surrogate pairs, which no UTF-8 holds, stand as U+FFFD.

    Raises:
        Forbidden: the caller is no administrator.
        NotFound: there is none of that id in the workspace, or the person was erased.
        StoreDamaged: something kept cannot be read.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.reading() as transaction:
        found = erasure.export_person(transaction, caller.workspace, person)
        at = transaction.at
    with service.database.transaction() as transaction:
        log.append(transaction, caller.workspace, caller.actor, Event("person.export", person))
    exported: dict[str, Any] = _in_utf8({"exported_at": at, "metier_version": __version__, **_mapped(found)})
    return exported


def erase(service: Service, caller: Caller, person: str) -> Job:
    """Erase a person with all documents, assessments, interviews and jobs about them.

    No search shows them from now on. The job that is returned takes the documents out of the search index and
    clears what was erased from the files of the database.

    Raises:
        Forbidden: the caller is no administrator.
        NotFound: there is none of that id in the workspace, or the person was erased.
        Conflict: a document of theirs says what an open vacancy asks for.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.transaction() as transaction:
        erased = erasure.erase_person(transaction, caller.workspace, caller.actor, person)
        return add_erase_job(transaction, caller, erased.documents, key=f"person:{person}")


def _mapped(found: PersonRecords) -> dict[str, Any]:
    return {
        "person": to_mapping(found.person),
        "documents": [
            {**to_mapping(document), "text": text, "content": b64encode(content).decode("ascii")}
            for document, content, text in found.documents
        ],
        "assessments": [
            {**to_mapping(one), "record": to_mapping(record)} for one, record in found.assessments
        ],
        "interviews": [
            {**to_mapping(one), "record": None if said is None else to_mapping(said)}
            for one, said in found.interviews
        ],
        "decisions": [to_mapping(decision) for decision in found.decisions],
        "jobs": [to_mapping(job) for job in found.jobs],
        "log": [to_mapping(entry) for entry in found.log],
    }


def _in_utf8(value: Any) -> Any:
    """Return a value whose texts any JSON holds."""
    if isinstance(value, dict):
        return {key: _in_utf8(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_in_utf8(inner) for inner in value]
    return (
        value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if isinstance(value, str)
        else value
    )
