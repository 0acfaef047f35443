"""What people decide of a document for a vacancy.

No decision is changed or removed; it is undone by another. No program decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from metier.errors import Conflict, InvalidInput
from metier.store.workspaces import assessments, documents, log, vacancies
from metier.store.workspaces.ids import is_id, missing
from metier.store.workspaces.log import Actor, ActorKind, Event
from metier.store.workspaces.rows import (
    MAX_LIMIT,
    Page,
    check_workspace,
    columns_of,
    find_by_id,
    known_ids,
    page_of,
    record_of,
)
from metier.store.workspaces.texts import MAX_NOTE_CHARS, check_text
from metier.store.workspaces.transaction import Transaction

_WHO_DECIDES: Final = (ActorKind.KEY, ActorKind.SESSION, ActorKind.OPERATOR)


class DecisionKind(StrEnum):
    """What a person decides."""

    SHORTLIST = "shortlist"
    REJECT = "reject"
    NOTE = "note"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision to add.

    Attributes:
        vacancy: id of the vacancy.
        document: id of the document.
        kind: anything but `undo`, which `undo` makes.
        note: why, in the person's words; must be there for a note.
        assessment: id of what the person looked at, or None.
    """

    vacancy: str
    document: str
    kind: DecisionKind
    note: str = ""
    assessment: str | None = None

    def __post_init__(self) -> None:
        if self.kind is DecisionKind.UNDO:
            raise InvalidInput("A decision must be shortlist, reject or note. Undo one by its id.")
        may_be_empty = self.kind is not DecisionKind.NOTE
        check_text("note", self.note, max_chars=MAX_NOTE_CHARS, may_be_empty=may_be_empty)


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision.

    Attributes:
        workspace: that it belongs to.
        id: of the decision.
        vacancy: id of the vacancy.
        document: id of the document.
        kind: what was decided.
        assessment: id of what the person looked at, or None.
        undoes: id of the decision that it undoes; None for other kinds.
        undone_at: when it was undone; None while it stands.
        actor: who decided, as `str(Actor)`.
        created_at: when.
        note: why, in the person's words; empty once the person whom it is about was erased.
    """

    workspace: str
    id: str
    vacancy: str
    document: str
    kind: DecisionKind
    assessment: str | None
    undoes: str | None
    undone_at: str | None
    actor: str
    created_at: str
    note: str


def add(transaction: Transaction, workspace: str, actor: Actor, new: NewDecision) -> Decision:
    """Add a decision.

    Raises:
        NotFound: there is no such workspace, vacancy, document or assessment.
        InvalidInput: the actor is a program or a candidate, or the assessment is of another document or
            vacancy.
    """
    transaction.hold(workspace)
    vacancies.get(transaction, workspace, new.vacancy)
    documents.get(transaction, workspace, new.document)
    if new.assessment is not None:
        seen = assessments.get(transaction, workspace, new.assessment)
        if seen.document != new.document or seen.vacancy not in {None, new.vacancy}:
            raise InvalidInput(f"The assessment {seen.id} is of another document or vacancy.")
    values = {
        "vacancy": new.vacancy,
        "document": new.document,
        "kind": new.kind.value,
        "assessment": new.assessment,
        "note": new.note,
    }
    return _add(transaction, workspace, actor, values)


def get(transaction: Transaction, workspace: str, decision: str) -> Decision:
    """Return a decision.

    Raises:
        NotFound: there is none of that id.
    """
    found = find_by_id(transaction, Decision, transaction.table("decisions"), ids=(workspace, decision))
    if found is None:
        raise missing("decision", decision)
    return found


def undo(
    transaction: Transaction, workspace: str, actor: Actor, decision: str, *, note: str = ""
) -> Decision:
    """Undo a decision; return the one that does so.

    Raises:
        NotFound: there is none of that id.
        Conflict: it is undone already.
        InvalidInput: it is an undoing itself, the actor is a program or a candidate, or a note that cannot be
            kept.
    """
    transaction.hold(workspace)
    before = get(transaction, workspace, decision)
    if before.kind is DecisionKind.UNDO:
        raise InvalidInput(f"The decision {decision} undoes another. Decide anew instead.")
    if before.undone_at is not None:
        raise Conflict(f"The decision {decision} was undone at {before.undone_at}.")
    values = {
        "vacancy": before.vacancy,
        "document": before.document,
        "kind": DecisionKind.UNDO.value,
        "undoes": decision,
        "note": check_text("note", note, max_chars=MAX_NOTE_CHARS, may_be_empty=True),
    }
    made = _add(transaction, workspace, actor, values)
    table = transaction.table("decisions")
    mine = (table.c.workspace == workspace, table.c.id == decision)
    transaction.run(table.update().where(*mine).values(undone_at=transaction.at))
    return made


def page(
    transaction: Transaction,
    workspace: str,
    *,
    vacancy: str | None = None,
    document: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Decision]:
    """Return decisions of all kinds, the latest first.

    Args:
        transaction: to read in.
        workspace: whose.
        vacancy: only those for this vacancy.
        document: only those of this document, which may be erased.
        after: `Page.after` of the page before.
        limit: how many at most, 1 to 200.

    Raises:
        NotFound: there is no such vacancy, or there never was such a document.
        InvalidInput: `limit` or `after` is out of its range.
    """
    table = transaction.table("decisions")
    conditions = [table.c.workspace == check_workspace(workspace)]
    if vacancy is not None:
        conditions.append(table.c.vacancy == vacancies.get(transaction, workspace, vacancy).id)
    if document is not None:
        documents.check_known(transaction, workspace, document)
        conditions.append(table.c.document == document)
    return page_of(transaction, Decision, table, *conditions, after=after, limit=limit)


def standing(transaction: Transaction, workspace: str, vacancy: str, of: list[str]) -> dict[str, Decision]:
    """Return the last shortlisting or rejection that is not undone, for each of some documents that has one.

    Args:
        transaction: to read in.
        workspace: whose.
        vacancy: id of the vacancy.
        of: ids of the documents, at most 200.

    Raises:
        NotFound: there is no such vacancy.
        InvalidInput: more than 200 documents.
    """
    if len(of) > MAX_LIMIT:
        raise InvalidInput(f"of must be at most {MAX_LIMIT} documents. Got {len(of)}.")
    vacancies.get(transaction, workspace, vacancy)
    table = transaction.table("decisions")
    c = table.c
    rows = transaction.all(
        table.select()
        .with_only_columns(*columns_of(Decision, table))
        .where(c.workspace == workspace, c.vacancy == vacancy, c.document.in_(list(filter(is_id, of))))
        .where(c.kind.in_([DecisionKind.SHORTLIST.value, DecisionKind.REJECT.value]), c.undone_at.is_(None))
        .order_by(c.created_at, c.id)
    )
    return {row["document"]: record_of(Decision, row) for row in rows}


def n_shortlisted(transaction: Transaction, workspace: str, of: Sequence[str]) -> dict[str, int]:
    """Return for each of some vacancies how many documents stand shortlisted, without erased ones.

    Args:
        transaction: to read in.
        workspace: whose.
        of: ids of the vacancies, at most 200; those that are not there have none.

    Raises:
        InvalidInput: more than 200 vacancies.
    """
    c, d = transaction.table("decisions").c, transaction.table("documents").c
    live = transaction.table("documents").select().with_only_columns(d.id)
    live = live.where(d.workspace == check_workspace(workspace), d.erased_at.is_(None))
    statement = transaction.table("decisions").select().with_only_columns(c.vacancy, c.document, c.kind)
    statement = statement.where(
        c.workspace == workspace,
        c.vacancy.in_(known_ids("vacancies", of)),
        c.kind.in_([DecisionKind.SHORTLIST.value, DecisionKind.REJECT.value]),
        c.undone_at.is_(None),
        c.document.in_(live),
    )
    rows = transaction.all(statement.order_by(c.created_at, c.id))
    last = {(row["vacancy"], row["document"]): row["kind"] for row in rows}
    counted = dict.fromkeys(of, 0)
    for (vacancy, _), kind in last.items():
        counted[vacancy] += kind == DecisionKind.SHORTLIST.value
    return counted


def _add(transaction: Transaction, workspace: str, actor: Actor, values: dict[str, Any]) -> Decision:
    if actor.kind not in _WHO_DECIDES:
        raise InvalidInput(f"A decision must be by a person, never by a {actor.kind}.")
    identifier = transaction.new_id()
    row = {
        "workspace": workspace,
        "id": identifier,
        "actor": str(actor),
        "created_at": transaction.at,
        **values,
    }
    transaction.add(transaction.table("decisions"), row)
    details = {name: values.get(name) for name in ("vacancy", "document", "assessment", "undoes")}
    event = Event("decision.add", identifier, result=values["kind"], details=details)
    log.append(transaction, workspace, actor, event)
    return get(transaction, workspace, identifier)
