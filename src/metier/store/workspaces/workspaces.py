"""Workspaces: each is of one hiring team, and everything else belongs to exactly one."""

from __future__ import annotations

from dataclasses import dataclass

from metier.store.workspaces import log
from metier.store.workspaces.ids import is_id, missing
from metier.store.workspaces.log import Actor, Event
from metier.store.workspaces.rows import Page, find, page_of
from metier.store.workspaces.texts import check_text
from metier.store.workspaces.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace.

    Attributes:
        id: of the workspace.
        name: for people.
        created_at: when it was added.
        taxonomy: id of the taxonomy of its own that it uses; None for that of the installation.
    """

    id: str
    name: str
    created_at: str
    taxonomy: str | None


def add(transaction: Transaction, actor: Actor, *, name: str) -> Workspace:
    """Add a workspace.

    Raises:
        InvalidInput: a name that cannot be kept.
    """
    workspace = Workspace(transaction.new_id(), check_text("name", name), transaction.at, None)
    values = {"id": workspace.id, "name": workspace.name, "created_at": workspace.created_at}
    transaction.add(transaction.table("workspaces"), values)
    log.append(transaction, workspace.id, actor, Event("workspace.add", workspace.id))
    return workspace


def get(transaction: Transaction, workspace: str) -> Workspace:
    """Return a workspace.

    Raises:
        NotFound: there is none of that id.
    """
    table = transaction.table("workspaces")
    found = find(transaction, Workspace, table, table.c.id == workspace) if is_id(workspace) else None
    if found is None:
        raise missing("workspace", workspace)
    return found


def rename(transaction: Transaction, workspace: str, actor: Actor, *, name: str) -> Workspace:
    """Give a workspace another name.

    Raises:
        NotFound: there is none of that id.
        InvalidInput: a name that cannot be kept.
    """
    transaction.hold(workspace)
    table = transaction.table("workspaces")
    transaction.run(table.update().where(table.c.id == workspace).values(name=check_text("name", name)))
    log.append(transaction, workspace, actor, Event("workspace.rename", workspace))
    return get(transaction, workspace)


def page(transaction: Transaction, *, after: str | None = None, limit: int = 50) -> Page[Workspace]:
    """Return workspaces, the latest first: for the machine's operator and for jobs that visit all.

    Raises:
        InvalidInput: `limit` or `after` is out of its range.
    """
    return page_of(transaction, Workspace, transaction.table("workspaces"), after=after, limit=limit)
