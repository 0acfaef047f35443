"""Documents of a workspace: kept as they came, read when they are first needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from metier.errors import DocumentError
from metier.service import files
from metier.service.access import Caller
from metier.service.once import Once, run_once
from metier.service.reading import (
    ReadingState,
    details_of,
    failure_details,
    is_fresh,
    read_file,
    reading_state,
    rebuilt,
    stated_name,
)
from metier.service.service import Service
from metier.store.workspaces import documents as stored
from metier.store.workspaces import erasure, jobs, people
from metier.store.workspaces.documents import NewDocument, StoredDocument
from metier.store.workspaces.jobs import Job, NewJob
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page
from metier.store.workspaces.transaction import Transaction
from metier.types import Document, Role, YearMonth

__all__ = [
    "ERASE_INDEX",
    "AddedDocument",
    "ReadingState",
    "add",
    "add_erase_job",
    "attach",
    "content",
    "erase",
    "get",
    "page",
    "read",
    "reading_state",
]

ERASE_INDEX: Final = "erase-index"
ERASE_PRIORITY: Final = 50
_DOCUMENT: Final = "document"


@dataclass(frozen=True, slots=True)
class AddedDocument:
    """A document that was added, and whether it is new: the same bytes are one document."""

    document: StoredDocument
    new: bool


def add(  # noqa: PLR0913 - who adds what, and all that is known of it
    service: Service,
    caller: Caller,
    content: bytes,
    *,
    name: str,
    role: Role = Role.RESUME,
    person: str | None = None,
    once: Once | None = None,
) -> AddedDocument:
    """Keep a file; it is checked first, and not read yet.

    The same bytes again are the document that is there. A new resume of which nobody says whom it is about
    is about a new person, named after the file until the resume is read.

    Args:
        service: to keep it in.
        caller: a recruiter.
        content: the whole file.
        name: of the file.
        role: what it is in the hiring process.
        person: id of whom it is about, or None.
        once: makes it done once.

    Raises:
        Forbidden: the caller is no recruiter.
        DocumentError: `files.check_file` says why.
        NotFound: there is no such person.
        Conflict: the same bytes are there and about another person, or in another role.
    """
    caller.require(KeyRole.RECRUITER)
    files.check_file(content, name, service.options.limits)
    new = NewDocument(content, files.clean_name(name), role, person=person)
    with service.database.transaction() as transaction:
        made = run_once(transaction, caller, once, _DOCUMENT, lambda: _add(transaction, caller, new))
        return AddedDocument(stored.get(transaction, caller.workspace, made["document"]), made["new"])


def get(service: Service, caller: Caller, document: str) -> StoredDocument:
    """Return a document.

    Raises:
        NotFound: there is none of that id in the workspace, or it was erased.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.get(transaction, caller.workspace, document)


def several(service: Service, caller: Caller, documents: Sequence[str]) -> dict[str, StoredDocument]:
    """Return some documents by id; those that are unknown or were erased are left out.

    Raises:
        InvalidInput: more than 200 ids.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.several(transaction, caller.workspace, documents)


def page(
    service: Service,
    caller: Caller,
    *,
    role: Role | None = None,
    person: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[StoredDocument]:
    """Return documents, the latest first.

    Args:
        service: to look in.
        caller: whose workspace.
        role: only those of this role.
        person: only those about this person.
        after: `Page.after` of the page before.
        limit: how many at most, 1 to 200.

    Raises:
        NotFound: there is no such person.
        InvalidInput: `limit` or `after` is out of its range.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.page(transaction, caller.workspace, role=role, person=person, after=after, limit=limit)


def content(service: Service, caller: Caller, document: str) -> bytes:
    """Return the bytes of a document as they came.

    Raises:
        NotFound: there is none of that id in the workspace, or it was erased.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.content(transaction, caller.workspace, document)


def attach(service: Service, caller: Caller, document: str, person: str) -> StoredDocument:
    """Say whom a document is about, also in place of another.

    Raises:
        Forbidden: the caller is no recruiter.
        NotFound: there is no such document or person in the workspace.
    """
    caller.require(KeyRole.RECRUITER)
    with service.database.transaction() as transaction:
        return stored.attach(transaction, caller.workspace, caller.actor, document, person)


def erase(service: Service, caller: Caller, document: str) -> Job:
    """Erase a document with its assessments; return the job that takes it out of the search index.

    No search shows it from now on.

    Raises:
        Forbidden: the caller is no administrator.
        NotFound: there is none of that id in the workspace, or it was erased.
        Conflict: it says what an open vacancy asks for.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.transaction() as transaction:
        erased = erasure.erase_document(transaction, caller.workspace, caller.actor, document)
        return add_erase_job(transaction, caller, erased.documents, key=f"document:{document}")


def add_erase_job(transaction: Transaction, caller: Caller, documents: tuple[str, ...], *, key: str) -> Job:
    """Return the job that takes documents out of the search index, in the transaction that erases them."""
    new = NewJob(
        ERASE_INDEX,
        {"documents": list(documents)},
        key=key,
        priority=ERASE_PRIORITY,
        max_attempts=jobs.MAX_ATTEMPTS,
    )
    return jobs.add(transaction, caller.workspace, caller.actor, new)[0]


def read(
    service: Service, caller: Caller, document: str, *, as_of: YearMonth | None = None, again: bool = False
) -> Document:
    """Return what a document says; the file is read where that was not done yet.

    What was read is kept, with the month that "present" stood for, the version of metier and how pictures
    are read; where one of these is another now, the file is read again. Reading it twice at a time is
    harmless.

    Args:
        service: to look in.
        caller: whose workspace.
        document: id of the document.
        as_of: the month that "present" stands for; None for this one. What is read for another is not kept.
        again: read the file anew even so, as after a failure that has passed.

    Raises:
        NotFound: there is none of that id in the workspace, or it was erased.
        DocumentError: it cannot be read; the class says why.
        Overloaded: too many wait for the reading of files.
    """
    caller.require(KeyRole.VIEWER)
    month = as_of or service.this_month()
    with service.database.reading() as transaction:
        found = stored.get(transaction, caller.workspace, document)
        text = stored.text(transaction, caller.workspace, document)
        fresh = is_fresh(found, service.options, month) and not again
        file = b"" if fresh else stored.content(transaction, caller.workspace, document)
    if fresh:
        return rebuilt(found, text)
    return _read_file(service, caller, found, file, month)


def _add(transaction: Transaction, caller: Caller, new: NewDocument) -> dict[str, Any]:
    found, is_new = stored.add(transaction, caller.workspace, caller.actor, new)
    if is_new and new.person is None and new.role is Role.RESUME:
        person = people.add(transaction, caller.workspace, caller.actor, name=files.stem(new.name))
        stored.attach(transaction, caller.workspace, caller.actor, found.id, person.id)
    return {_DOCUMENT: found.id, "new": is_new}


def _read_file(
    service: Service, caller: Caller, found: StoredDocument, file: bytes, as_of: YearMonth
) -> Document:
    """Read a file and keep what came of it, a failure too."""
    kept = as_of == service.this_month()
    try:
        document = read_file(service, file, name=found.name, role=found.role, as_of=as_of)
    except DocumentError as error:
        if kept:
            _keep(service, caller, found, "", failure_details(error, service.options, as_of))
        raise
    if kept:
        details = details_of(document, service.options, as_of)
        _keep(service, caller, found, document.text, details, name=stated_name(document))
    return document


def _keep(
    service: Service,
    caller: Caller,
    found: StoredDocument,
    text: str,
    details: dict[str, Any],
    *,
    name: str = "",
) -> None:
    with service.database.transaction() as transaction:
        now = stored.get(transaction, caller.workspace, found.id)
        if now.details != details:
            stored.replace_reading(transaction, caller.workspace, caller.actor, found.id, text, details)
        if name and now.person is not None:
            _name_person(transaction, caller, now.person, name, in_place_of=files.stem(found.name))


def _name_person(
    transaction: Transaction, caller: Caller, person: str, name: str, *, in_place_of: str
) -> None:
    known = people.get(transaction, caller.workspace, person)
    if known.name == in_place_of != name:
        people.change(
            transaction, caller.workspace, caller.actor, person, name=name, external_id=known.external_id
        )
