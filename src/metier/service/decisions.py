"""What people decide of a document for a vacancy. No program decides."""

from __future__ import annotations

from typing import Final

from metier.errors import Forbidden
from metier.service.access import Caller
from metier.service.once import Once, run_once
from metier.service.service import Service
from metier.store.workspaces import assessments
from metier.store.workspaces import decisions as stored
from metier.store.workspaces.decisions import Decision, DecisionKind, NewDecision
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.log import ActorKind
from metier.store.workspaces.rows import Page
from metier.store.workspaces.transaction import Transaction

_DECISION: Final = "decision"


def decide(  # noqa: PLR0913 - who decides, of what for what, and how
    service: Service,
    caller: Caller,
    vacancy: str,
    document: str,
    *,
    kind: DecisionKind,
    note: str = "",
    once: Once | None = None,
) -> Decision:
    """Keep what a person decides, along with the latest assessment, which the person could look at.

    Args:
        service: to keep it in.
        caller: a recruiter, and a person.
        vacancy: id of the vacancy.
        document: id of the document.
        kind: shortlist, reject or note.
        note: why, in the person's words; must be there for a note.
        once: makes it done once.

    Raises:
        Forbidden: the caller is no recruiter, or is a program.
        NotFound: there is no such vacancy or document in the workspace.
        InvalidInput: another kind, or a note that cannot be kept.
    """
    _require_person(caller)

    def add(transaction: Transaction) -> str:
        seen = assessments.latest(transaction, caller.workspace, document, vacancy)
        new = NewDecision(vacancy, document, kind, note, seen.id if seen else None)
        return stored.add(transaction, caller.workspace, caller.actor, new).id

    with service.database.transaction() as transaction:
        made = run_once(transaction, caller, once, _DECISION, lambda: {_DECISION: add(transaction)})
        return stored.get(transaction, caller.workspace, made[_DECISION])


def undo(service: Service, caller: Caller, decision: str, *, note: str = "") -> Decision:
    """Undo a decision; return the one that does so.

    Raises:
        Forbidden: the caller is no recruiter, or is a program.
        NotFound: there is none of that id in the workspace.
        Conflict: it is undone already.
        InvalidInput: it is an undoing itself, or a note that cannot be kept.
    """
    _require_person(caller)
    with service.database.transaction() as transaction:
        return stored.undo(transaction, caller.workspace, caller.actor, decision, note=note)


def page(
    service: Service,
    caller: Caller,
    *,
    vacancy: str | None = None,
    document: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Decision]:
    """Return decisions of all kinds, the latest first.

    Args:
        service: to look in.
        caller: whose workspace.
        vacancy: only those for this vacancy.
        document: only those of this document, which may be erased.
        after: `Page.after` of the page before.
        limit: how many at most, 1 to 200.

    Raises:
        NotFound: there is no such vacancy, or there never was such a document.
        InvalidInput: `limit` or `after` is out of its range.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.page(
            transaction, caller.workspace, vacancy=vacancy, document=document, after=after, limit=limit
        )


def _require_person(caller: Caller) -> None:
    caller.require(KeyRole.RECRUITER)
    if caller.actor.kind is ActorKind.PROGRAM:
        raise Forbidden("A decision must be by a person, never by a program. Sign in, or use a key.")
