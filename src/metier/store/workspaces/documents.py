"""Documents: the bytes as they came, their text, and what reading them gave.

The same bytes are one document of a workspace.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from metier.errors import Conflict, InvalidInput
from metier.store.workspaces import log, people
from metier.store.workspaces.ids import is_id, missing
from metier.store.workspaces.log import Actor, Event
from metier.store.workspaces.rows import (
    Page,
    check_workspace,
    find,
    find_by_id,
    find_several,
    known_ids,
    page_of,
)
from metier.store.workspaces.texts import check_text, to_bytes, to_json, to_text
from metier.store.workspaces.transaction import Transaction
from metier.types import Role

MAX_CONTENT_BYTES: Final = 200_000_000


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to add.

    Attributes:
        content: the bytes as they came.
        name: that a person knows it by, such as that of the file.
        role: what it is in the hiring process.
        text: that was read; any text.
        details: what else reading gave (sections, findings), as JSON has it.
        person: id of whom it is about, or None.
    """

    content: bytes
    name: str
    role: Role
    text: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    person: str | None = None

    def __post_init__(self) -> None:
        check_text("name", self.name)
        if len(self.content) > MAX_CONTENT_BYTES:
            raise InvalidInput(
                f"A document must have at most {MAX_CONTENT_BYTES:,} bytes. Got {len(self.content):,}."
            )


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document, without its bytes and its text.

    Attributes:
        workspace: that it belongs to.
        id: of the document; not `types.Document.id`, which follows from the bytes.
        person: id of whom it is about, or None.
        role: what it is in the hiring process.
        name: that a person knows it by.
        sha256: of the bytes.
        size: how many bytes.
        created_at: when it was added.
        details: what reading gave, as JSON has it.
    """

    workspace: str
    id: str
    person: str | None
    role: Role
    name: str
    sha256: str
    size: int
    created_at: str
    details: dict[str, Any]


def add(
    transaction: Transaction, workspace: str, actor: Actor, new: NewDocument
) -> tuple[StoredDocument, bool]:
    """Add a document; return it, and whether it is new.

    The same bytes again give the document that is there; if nobody is known whom it is about, the person
    named now is.

    Raises:
        NotFound: there is no such workspace or person.
        Conflict: the same bytes are there and about another person, or in another role.
        InvalidInput: `details` cannot be kept as JSON.
    """
    transaction.hold(workspace)
    if new.person is not None:
        people.get(transaction, workspace, new.person)
    sha256 = hashlib.sha256(new.content).hexdigest()
    table = transaction.table("documents")
    there = find(transaction, StoredDocument, table, table.c.workspace == workspace, table.c.sha256 == sha256)
    if there is not None:
        return _same_again(transaction, actor, there, new), False
    identifier = transaction.new_id()
    values = {
        "workspace": workspace,
        "id": identifier,
        "person": new.person,
        "role": new.role.value,
        "name": new.name,
        "sha256": sha256,
        "size": len(new.content),
        "created_at": transaction.at,
        "details": to_json("details", new.details),
        "text": to_bytes(new.text),
        "content": new.content,
    }
    transaction.add(table, values)
    log.append(transaction, workspace, actor, Event("document.add", identifier, result=sha256))
    return get(transaction, workspace, identifier), True


def get(transaction: Transaction, workspace: str, document: str) -> StoredDocument:
    """Return a document.

    Raises:
        NotFound: there is none of that id, or it was erased.
    """
    table = transaction.table("documents")
    found = find_by_id(
        transaction, StoredDocument, table, table.c.erased_at.is_(None), ids=(workspace, document)
    )
    if found is None:
        raise missing("document", document)
    return found


def several(transaction: Transaction, workspace: str, documents: Sequence[str]) -> dict[str, StoredDocument]:
    """Return some documents by id; those that are unknown or were erased are left out.

    Raises:
        InvalidInput: more than 200 ids.
    """
    table = transaction.table("documents")
    there = table.c.erased_at.is_(None)
    return find_several(transaction, StoredDocument, table, there, workspace=workspace, ids=documents)


def check_known(transaction: Transaction, workspace: str, document: str) -> None:
    """Make sure that a document is or was there; one that was erased counts.

    Raises:
        NotFound: there never was one of that id.
    """
    table = transaction.table("documents")
    mine = (table.c.workspace == workspace, table.c.id == document)
    known = is_id(workspace) and is_id(document)
    if not known or transaction.first(table.select().with_only_columns(table.c.id).where(*mine)) is None:
        raise missing("document", document)


def content(transaction: Transaction, workspace: str, document: str) -> bytes:
    """Return the bytes of a document as they came.

    Raises:
        NotFound: there is none of that id, or it was erased.
    """
    return _large(transaction, workspace, document, "content")


def text(transaction: Transaction, workspace: str, document: str) -> str:
    """Return the text of a document.

    Raises:
        NotFound: there is none of that id, or it was erased.
    """
    return to_text(_large(transaction, workspace, document, "text"))


def replace_reading(
    transaction: Transaction, workspace: str, actor: Actor, document: str, text: str, details: dict[str, Any]
) -> StoredDocument:
    """Keep another text and other details of the same bytes, as a later version of metier reads them.

    Raises:
        NotFound: there is none of that id, or it was erased.
        InvalidInput: the details cannot be kept as JSON.
    """
    transaction.hold(workspace)
    get(transaction, workspace, document)
    table = transaction.table("documents")
    transaction.run(
        table.update()
        .where(table.c.workspace == workspace, table.c.id == document)
        .values(text=to_bytes(text), details=to_json("details", details))
    )
    log.append(transaction, workspace, actor, Event("document.read-again", document))
    return get(transaction, workspace, document)


def attach(
    transaction: Transaction, workspace: str, actor: Actor, document: str, person: str
) -> StoredDocument:
    """Say whom a document is about, also in place of another.

    Raises:
        NotFound: there is no such document or person.
    """
    transaction.hold(workspace)
    get(transaction, workspace, document)
    people.get(transaction, workspace, person)
    table = transaction.table("documents")
    transaction.run(
        table.update().where(table.c.workspace == workspace, table.c.id == document).values(person=person)
    )
    event = Event("document.attach", document, details={"person": person})
    log.append(transaction, workspace, actor, event)
    return get(transaction, workspace, document)


def page(
    transaction: Transaction,
    workspace: str,
    *,
    person: str | None = None,
    role: Role | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[StoredDocument]:
    """Return documents, the latest first; erased ones are left out.

    Args:
        transaction: to read in.
        workspace: whose.
        person: only those about this person.
        role: only those of this role.
        after: `Page.after` of the page before.
        limit: how many at most, 1 to 200.

    Raises:
        NotFound: there is no such person.
        InvalidInput: `limit` or `after` is out of its range.
    """
    table = transaction.table("documents")
    conditions = [table.c.workspace == check_workspace(workspace), table.c.erased_at.is_(None)]
    if person is not None:
        conditions.append(table.c.person == people.get(transaction, workspace, person).id)
    if role is not None:
        conditions.append(table.c.role == role.value)
    return page_of(transaction, StoredDocument, table, *conditions, after=after, limit=limit)


def live(transaction: Transaction, workspace: str, documents: Sequence[str]) -> frozenset[str]:
    """Return which of some ids are of documents that are there and not erased: what a search may show.

    Raises:
        InvalidInput: more than 200 ids.
    """
    table = transaction.table("documents")
    known = known_ids("documents", documents)
    rows = transaction.all(
        table.select()
        .with_only_columns(table.c.id)
        .where(
            table.c.workspace == check_workspace(workspace),
            table.c.id.in_(known),
            table.c.erased_at.is_(None),
        )
    )
    return frozenset(row["id"] for row in rows)


def _same_again(
    transaction: Transaction, actor: Actor, there: StoredDocument, new: NewDocument
) -> StoredDocument:
    if there.role != new.role:
        raise Conflict(f"These bytes are the document {there.id} already, whose role is {there.role}.")
    if new.person is None or new.person == there.person:
        return there
    if there.person is not None:
        raise Conflict(
            f"These bytes are the document {there.id} already, about the person {there.person}. Attach it to "
            "the other if that is wrong."
        )
    return attach(transaction, there.workspace, actor, there.id, new.person)


def _large(transaction: Transaction, workspace: str, document: str, column: str) -> bytes:
    get(transaction, workspace, document)
    table = transaction.table("documents")
    mine = (table.c.workspace == workspace, table.c.id == document)
    row = transaction.first(table.select().with_only_columns(table.c[column]).where(*mine))
    return bytes(row[column]) if row and row[column] is not None else b""
