"""Vacancies: positions to fill, each with the document that says what is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from metier.store.workspaces import documents, log
from metier.store.workspaces.ids import missing
from metier.store.workspaces.log import Actor, Event
from metier.store.workspaces.rows import Page, check_workspace, find_by_id, page_of
from metier.store.workspaces.texts import check_text
from metier.store.workspaces.transaction import Transaction


class VacancyState(StrEnum):
    """Whether people are still sought."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A vacancy.

    Attributes:
        workspace: that it belongs to.
        id: of the vacancy.
        title: for people.
        document: id of the document that says what is asked for.
        state: whether people are still sought.
        created_at: when it was added.
        closed_at: when it was closed; None while it is open.
    """

    workspace: str
    id: str
    title: str
    document: str
    state: VacancyState
    created_at: str
    closed_at: str | None


def add(transaction: Transaction, workspace: str, actor: Actor, *, title: str, document: str) -> Vacancy:
    """Add a vacancy; it is open.

    Raises:
        NotFound: there is no such workspace or document.
        InvalidInput: a title that cannot be kept.
    """
    transaction.hold(workspace)
    documents.get(transaction, workspace, document)
    values = {
        "workspace": workspace,
        "id": transaction.new_id(),
        "title": check_text("title", title),
        "document": document,
        "state": VacancyState.OPEN.value,
        "created_at": transaction.at,
    }
    transaction.add(transaction.table("vacancies"), values)
    event = Event("vacancy.add", values["id"], details={"document": document})
    log.append(transaction, workspace, actor, event)
    return get(transaction, workspace, values["id"])


def get(transaction: Transaction, workspace: str, vacancy: str) -> Vacancy:
    """Return a vacancy.

    Raises:
        NotFound: there is none of that id.
    """
    found = find_by_id(transaction, Vacancy, transaction.table("vacancies"), ids=(workspace, vacancy))
    if found is None:
        raise missing("vacancy", vacancy)
    return found


def rename(transaction: Transaction, workspace: str, actor: Actor, vacancy: str, *, title: str) -> Vacancy:
    """Give a vacancy another title.

    Raises:
        NotFound: there is none of that id.
        InvalidInput: a title that cannot be kept.
    """
    transaction.hold(workspace)
    get(transaction, workspace, vacancy)
    _update(transaction, workspace, vacancy, {"title": check_text("title", title)})
    log.append(transaction, workspace, actor, Event("vacancy.rename", vacancy))
    return get(transaction, workspace, vacancy)


def set_state(
    transaction: Transaction, workspace: str, actor: Actor, vacancy: str, *, state: VacancyState
) -> Vacancy:
    """Close a vacancy or open it again; nothing is done where it is so already.

    Raises:
        NotFound: there is none of that id.
    """
    transaction.hold(workspace)
    if get(transaction, workspace, vacancy).state is not state:
        closed_at = transaction.at if state is VacancyState.CLOSED else None
        _update(transaction, workspace, vacancy, {"state": state.value, "closed_at": closed_at})
        log.append(transaction, workspace, actor, Event("vacancy.set-state", vacancy, result=state.value))
    return get(transaction, workspace, vacancy)


def page(
    transaction: Transaction,
    workspace: str,
    *,
    state: VacancyState | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Vacancy]:
    """Return vacancies, the latest first.

    Args:
        transaction: to read in.
        workspace: whose.
        state: only those in this state.
        after: `Page.after` of the page before.
        limit: how many at most, 1 to 200.

    Raises:
        InvalidInput: `limit` or `after` is out of its range.
    """
    table = transaction.table("vacancies")
    conditions = [table.c.workspace == check_workspace(workspace)]
    if state is not None:
        conditions.append(table.c.state == state.value)
    return page_of(transaction, Vacancy, table, *conditions, after=after, limit=limit)


def _update(transaction: Transaction, workspace: str, vacancy: str, values: dict[str, str | None]) -> None:
    table = transaction.table("vacancies")
    mine = (table.c.workspace == workspace, table.c.id == vacancy)
    transaction.run(table.update().where(*mine).values(**values))
