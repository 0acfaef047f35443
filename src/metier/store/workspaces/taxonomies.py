"""Taxonomies of a workspace's own, and which of them it uses.

They are kept as they came and never changed or removed, so that an assessment can be worked out again with
the one that it was made with.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from metier.errors import InvalidInput
from metier.store.workspaces import log, workspaces
from metier.store.workspaces.ids import missing
from metier.store.workspaces.log import Actor, Event
from metier.store.workspaces.rows import Page, check_workspace, find, find_by_id, page_of
from metier.store.workspaces.texts import MAX_JSON_CHARS, check_text
from metier.store.workspaces.transaction import Transaction

MAX_SKILLS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class StoredTaxonomy:
    """A taxonomy, without its content.

    Attributes:
        workspace: that it belongs to.
        id: of the taxonomy.
        name: for people.
        sha256: of the content as UTF-8.
        n_skills: how many skills it has.
        created_at: when it was added.
    """

    workspace: str
    id: str
    name: str
    sha256: str
    n_skills: int
    created_at: str


def add(
    transaction: Transaction, workspace: str, actor: Actor, *, name: str, content: str, n_skills: int
) -> tuple[StoredTaxonomy, bool]:
    """Add a taxonomy; return it, and whether it is new. It is not used yet.

    The same content again gives the taxonomy that is there, under the name that it has.

    Args:
        transaction: to write in.
        workspace: whose.
        actor: who adds it.
        name: for people.
        content: as JSON; whether it is a taxonomy is for the caller to check.
        n_skills: how many skills it has, at most 1,000,000.

    Raises:
        NotFound: there is no such workspace.
        InvalidInput: a name or a content that cannot be kept, or `n_skills` is out of its range.
    """
    if not 0 <= n_skills <= MAX_SKILLS:
        raise InvalidInput(f"n_skills must be from 0 to {MAX_SKILLS:,}. Got {n_skills}.")
    check_text("name", name)
    check_text("content", content, max_chars=MAX_JSON_CHARS)
    transaction.hold(workspace)
    sha256 = hashlib.sha256(content.encode("utf-8")).hexdigest()
    table = transaction.table("taxonomies")
    there = find(transaction, StoredTaxonomy, table, table.c.workspace == workspace, table.c.sha256 == sha256)
    if there is not None:
        return there, False
    made = StoredTaxonomy(workspace, transaction.new_id(), name, sha256, n_skills, transaction.at)
    values = {field: getattr(made, field) for field in StoredTaxonomy.__slots__}
    transaction.add(table, {**values, "content": content})
    log.append(transaction, workspace, actor, Event("taxonomy.add", made.id, result=sha256))
    return made, True


def get(transaction: Transaction, workspace: str, taxonomy: str) -> StoredTaxonomy:
    """Return a taxonomy.

    Raises:
        NotFound: there is none of that id.
    """
    found = find_by_id(
        transaction, StoredTaxonomy, transaction.table("taxonomies"), ids=(workspace, taxonomy)
    )
    if found is None:
        raise missing("taxonomy", taxonomy)
    return found


def content(transaction: Transaction, workspace: str, taxonomy: str) -> str:
    """Return the content of a taxonomy, as it was added.

    Raises:
        NotFound: there is none of that id.
    """
    get(transaction, workspace, taxonomy)
    table = transaction.table("taxonomies")
    mine = (table.c.workspace == workspace, table.c.id == taxonomy)
    row = transaction.first(table.select().with_only_columns(table.c.content).where(*mine))
    return str(row["content"]) if row else ""


def page(
    transaction: Transaction, workspace: str, *, after: str | None = None, limit: int = 50
) -> Page[StoredTaxonomy]:
    """Return taxonomies, the latest first.

    Raises:
        InvalidInput: `limit` or `after` is out of its range.
    """
    table = transaction.table("taxonomies")
    mine = table.c.workspace == check_workspace(workspace)
    return page_of(transaction, StoredTaxonomy, table, mine, after=after, limit=limit)


def use(
    transaction: Transaction, workspace: str, actor: Actor, taxonomy: str | None
) -> StoredTaxonomy | None:
    """Use a taxonomy from now on, or with None that of the installation; return what is in use.

    Nothing is done where it is so already.

    Raises:
        NotFound: there is no such workspace or taxonomy.
    """
    transaction.hold(workspace)
    if taxonomy is not None:
        get(transaction, workspace, taxonomy)
    if workspaces.get(transaction, workspace).taxonomy != taxonomy:
        table = transaction.table("workspaces")
        transaction.run(table.update().where(table.c.id == workspace).values(taxonomy=taxonomy))
        event = Event("workspace.use-taxonomy", workspace, details={"taxonomy": taxonomy})
        log.append(transaction, workspace, actor, event)
    return in_use(transaction, workspace)


def in_use(transaction: Transaction, workspace: str) -> StoredTaxonomy | None:
    """Return the taxonomy of its own that a workspace uses, or None where it uses that of the installation.

    Raises:
        NotFound: there is no such workspace.
    """
    taxonomy = workspaces.get(transaction, workspace).taxonomy
    return None if taxonomy is None else get(transaction, workspace, taxonomy)
