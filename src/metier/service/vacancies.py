"""Vacancies of a workspace, and what they ask for."""

from __future__ import annotations

from typing import Any, Final

from metier.documents.view import scoring_view
from metier.engine import Vacancy as PreparedVacancy
from metier.search.fields import find_title
from metier.search.requirements import Wanted
from metier.service import documents, files, taxonomies
from metier.service.access import Caller
from metier.service.once import Once, found_before, run_once
from metier.service.reading import details_of, read_file
from metier.service.service import Service
from metier.store.workspaces import documents as stored_documents
from metier.store.workspaces import vacancies as stored
from metier.store.workspaces.documents import NewDocument
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page
from metier.store.workspaces.transaction import Transaction
from metier.store.workspaces.vacancies import Vacancy, VacancyState
from metier.types import Document, Role

_VACANCY: Final = "vacancy"
_MOST_TITLE_CHARS: Final = 200


def add(
    service: Service, caller: Caller, content: bytes, *, name: str, title: str = "", once: Once | None = None
) -> Vacancy:
    """Read a vacancy and keep it; it is open.

    Args:
        service: to keep it in.
        caller: a recruiter.
        content: the whole file.
        name: of the file.
        title: for people; where it is empty, that which the text states, or else the name of the file.
        once: makes it done once.

    Raises:
        Forbidden: the caller is no recruiter.
        DocumentError: the file cannot be read; the class says why.
        InvalidInput: it asks for no skill, or a title that cannot be kept.
        Conflict: the same bytes are there in another role.
        Overloaded: too many wait for the models.
    """
    caller.require(KeyRole.RECRUITER)
    files.check_file(content, name, service.options.limits)
    made = found_before(service, caller, once, _VACANCY)
    if made is not None:
        return get(service, caller, made[_VACANCY])
    kept = files.clean_name(name)
    month = service.this_month()
    document = read_file(service, content, name=kept, role=Role.VACANCY, as_of=month)
    _prepare(service, caller, document)
    called = files.shown(title) or _stated_title(document) or files.stem(kept)
    details = details_of(document, service.options, month)
    new = NewDocument(content, kept, Role.VACANCY, document.text, details)
    with service.database.transaction() as transaction:
        made = run_once(transaction, caller, once, _VACANCY, lambda: _add(transaction, caller, new, called))
        return stored.get(transaction, caller.workspace, made[_VACANCY])


def get(service: Service, caller: Caller, vacancy: str) -> Vacancy:
    """Return a vacancy.

    Raises:
        NotFound: there is none of that id in the workspace.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.get(transaction, caller.workspace, vacancy)


def page(
    service: Service,
    caller: Caller,
    *,
    state: VacancyState | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Vacancy]:
    """Return vacancies, the latest first; those in a state, or all.

    Raises:
        InvalidInput: `limit` or `after` is out of its range.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.page(transaction, caller.workspace, state=state, after=after, limit=limit)


def rename(service: Service, caller: Caller, vacancy: str, *, title: str) -> Vacancy:
    """Give a vacancy another title.

    Raises:
        Forbidden: the caller is no recruiter.
        NotFound: there is none of that id in the workspace.
        InvalidInput: a title that cannot be kept.
    """
    caller.require(KeyRole.RECRUITER)
    with service.database.transaction() as transaction:
        return stored.rename(transaction, caller.workspace, caller.actor, vacancy, title=files.shown(title))


def set_state(service: Service, caller: Caller, vacancy: str, *, state: VacancyState) -> Vacancy:
    """Close a vacancy or open it again; nothing is done where it is so already.

    Raises:
        Forbidden: the caller is no recruiter.
        NotFound: there is none of that id in the workspace.
    """
    caller.require(KeyRole.RECRUITER)
    with service.database.transaction() as transaction:
        return stored.set_state(transaction, caller.workspace, caller.actor, vacancy, state=state)


def text(service: Service, caller: Caller, vacancy: str) -> Document:
    """Return the document that says what a vacancy asks for.

    Raises:
        NotFound: there is none of that id in the workspace, or its document was erased.
    """
    return documents.read(service, caller, get(service, caller, vacancy).document)


def wanted(service: Service, caller: Caller, vacancy: str) -> tuple[Wanted, ...]:
    """Return what a vacancy asks for, required before preferred.

    Raises:
        NotFound: there is none of that id in the workspace, or its document was erased.
        InvalidInput: it asks for no skill of the taxonomy in use.
        Overloaded: too many wait for the models.
    """
    return _prepare(service, caller, text(service, caller, vacancy)).wanted


def _prepare(service: Service, caller: Caller, document: Document) -> PreparedVacancy:
    taxonomy = taxonomies.in_use(service, caller.workspace)
    with service.engines.engine(taxonomy, service.this_month()) as engine:
        return service.engines.prepared(engine, document)


def _stated_title(document: Document) -> str:
    view = scoring_view(document)
    found = find_title(document, view.text, view.sections)
    stated = files.shown(view.text[found.start : found.end].lstrip("# ")) if found else ""
    return stated if len(stated) <= _MOST_TITLE_CHARS else ""


def _add(transaction: Transaction, caller: Caller, new: NewDocument, title: str) -> dict[str, Any]:
    document, _ = stored_documents.add(transaction, caller.workspace, caller.actor, new)
    made = stored.add(transaction, caller.workspace, caller.actor, title=title, document=document.id)
    return {_VACANCY: made.id}
