"""People: whom documents are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from metier.errors import Conflict
from metier.store.workspaces import log
from metier.store.workspaces.ids import missing
from metier.store.workspaces.log import Actor, Event
from metier.store.workspaces.rows import (
    Page,
    check_limit,
    check_workspace,
    every,
    find,
    find_by_id,
    find_several,
    page_of,
)
from metier.store.workspaces.texts import check_text, folded
from metier.store.workspaces.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Person:
    """A person.

    Attributes:
        workspace: that the person belongs to.
        id: of the person.
        name: for people.
        external_id: in the system that the person comes from, once in a workspace; None where there is none.
        created_at: when the person was added.
    """

    workspace: str
    id: str
    name: str
    external_id: str | None
    created_at: str


def add(
    transaction: Transaction, workspace: str, actor: Actor, *, name: str, external_id: str | None = None
) -> Person:
    """Add a person.

    Raises:
        NotFound: there is no such workspace.
        InvalidInput: a name or an external id that cannot be kept.
        Conflict: another person has the external id.
    """
    transaction.hold(workspace)
    _check_free(transaction, workspace, external_id, "")
    person = Person(workspace, transaction.new_id(), check_text("name", name), external_id, transaction.at)
    values = {field: getattr(person, field) for field in Person.__slots__}
    transaction.add(transaction.table("people"), values)
    log.append(transaction, workspace, actor, Event("person.add", person.id))
    return person


def get(transaction: Transaction, workspace: str, person: str) -> Person:
    """Return a person.

    Raises:
        NotFound: there is none of that id, or the person was erased.
    """
    table = transaction.table("people")
    found = find_by_id(transaction, Person, table, table.c.erased_at.is_(None), ids=(workspace, person))
    if found is None:
        raise missing("person", person)
    return found


def several(transaction: Transaction, workspace: str, people: Sequence[str]) -> dict[str, Person]:
    """Return some people by id; those who are unknown or were erased are left out.

    Raises:
        InvalidInput: more than 200 ids.
    """
    table = transaction.table("people")
    there = table.c.erased_at.is_(None)
    return find_several(transaction, Person, table, there, workspace=workspace, ids=people)


def with_external_id(transaction: Transaction, workspace: str, external_id: str) -> Person:
    """Return the person with an external id.

    Raises:
        NotFound: there is none.
        InvalidInput: an external id that nobody can have.
    """
    found = _with_external_id(transaction, workspace, check_text("external_id", external_id))
    if found is None:
        raise missing("person with the external id", external_id)
    return found


def change(
    transaction: Transaction,
    workspace: str,
    actor: Actor,
    person: str,
    *,
    name: str,
    external_id: str | None,
) -> Person:
    """Give a person another name and external id.

    Raises:
        NotFound: there is none of that id, or the person was erased.
        InvalidInput: a name or an external id that cannot be kept.
        Conflict: another person has the external id.
    """
    transaction.hold(workspace)
    get(transaction, workspace, person)
    _check_free(transaction, workspace, external_id, person)
    table = transaction.table("people")
    transaction.run(
        table.update()
        .where(table.c.workspace == workspace, table.c.id == person)
        .values(name=check_text("name", name), external_id=external_id)
    )
    log.append(transaction, workspace, actor, Event("person.change", person))
    return get(transaction, workspace, person)


def page(
    transaction: Transaction,
    workspace: str,
    *,
    text: str = "",
    external_id: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Person]:
    """Return people, the latest first; erased ones are left out.

    Args:
        transaction: to read in.
        workspace: whose people.
        text: only those whose name contains it, in upper or lower case of any script; blank for all.
        external_id: only the one who has it; None for all.
        after: `Page.after` of the page before; None for the first.
        limit: how many at most, 1 to 200. A page that is not the last is full.

    Raises:
        InvalidInput: `limit` or `after` is out of its range, or an external id that nobody can have.
    """
    check_limit(limit)
    table = transaction.table("people")
    conditions = [table.c.workspace == check_workspace(workspace), table.c.erased_at.is_(None)]
    if external_id is not None:
        conditions.append(table.c.external_id == check_text("external_id", external_id))
    wanted = folded(text).strip()
    if not wanted:
        return page_of(transaction, Person, table, *conditions, after=after, limit=limit)
    # Names are looked through here, since SQLite folds the case of ASCII alone.
    people = every(partial(page_of, transaction, Person, table, *conditions), after=after)
    found = list(islice((person for person in people if wanted in folded(person.name)), limit + 1))
    return Page(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def _check_free(transaction: Transaction, workspace: str, external_id: str | None, person: str) -> None:
    """Make sure that an external id can be a person's."""
    if external_id is None:
        return
    other = _with_external_id(transaction, workspace, check_text("external_id", external_id))
    if other is not None and other.id != person:
        raise Conflict(
            f"external_id is taken by the person {other.id}. Change that person, or name another id."
        )


def _with_external_id(transaction: Transaction, workspace: str, external_id: str) -> Person | None:
    table = transaction.table("people")
    mine = table.c.workspace == check_workspace(workspace)
    return find(transaction, Person, table, mine, table.c.external_id == external_id)
