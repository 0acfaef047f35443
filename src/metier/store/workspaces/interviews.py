"""Interviews with candidates.

A candidate opens an interview by a link that works once, and then holds a seat: a secret of the browser that
the interview is answered from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from metier.dialogue import Interview
from metier.errors import Conflict, InvalidInput, NotFound
from metier.store.interview_format import from_text, to_text
from metier.store.workspaces import log, people, vacancies
from metier.store.workspaces.clock import later
from metier.store.workspaces.ids import missing
from metier.store.workspaces.log import Actor, Event
from metier.store.workspaces.rows import Page, check_workspace, find, find_by_id, page_of
from metier.store.workspaces.texts import MAX_JSON_CHARS, check_plain, to_json
from metier.store.workspaces.tokens import new_secret, secret_hash
from metier.store.workspaces.transaction import Transaction

MAX_LINK_S: Final = 366 * 24 * 3600
# For how long a candidate may look back at an interview that has ended.
SEAT_AFTER_END_S: Final = 24 * 3600


class InterviewState(StrEnum):
    """How far an interview has come."""

    WAITING = "waiting"
    GOING = "going"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class NewInterview:
    """An interview to add.

    Attributes:
        options: what it is to be held with (bank, language, limits): ids, slugs and whole numbers.
        person: id of the candidate, or None.
        vacancy: id of the vacancy it is for, or None.
        bank: what can be asked, as YAML; any text.
    """

    options: dict[str, Any] = field(default_factory=dict)
    person: str | None = None
    vacancy: str | None = None
    bank: str = ""

    def __post_init__(self) -> None:
        check_plain("options", self.options)


@dataclass(frozen=True, slots=True)
class StoredInterview:
    """An interview, without what was said.

    Attributes:
        workspace: that it belongs to.
        id: of the interview.
        person: id of the candidate, or None.
        vacancy: id of the vacancy it is for, or None.
        state: how far it has come.
        version: how often it was saved; `save` wants the one it was read with.
        options: what it is to be held with.
        created_at: when it was added.
        started_at: when the first question was asked, or None.
        ended_at: when it ended, or None.
        link_expires_at: until when its link works; None without one.
        link_used_at: when its link was opened; None while it was not.
    """

    workspace: str
    id: str
    person: str | None
    vacancy: str | None
    state: InterviewState
    version: int
    options: dict[str, Any]
    created_at: str
    started_at: str | None
    ended_at: str | None
    link_expires_at: str | None
    link_used_at: str | None


def add(transaction: Transaction, workspace: str, actor: Actor, new: NewInterview) -> StoredInterview:
    """Add an interview that is yet to be held.

    Raises:
        NotFound: there is no such workspace, person or vacancy.
    """
    transaction.hold(workspace)
    if new.person is not None:
        people.get(transaction, workspace, new.person)
    if new.vacancy is not None:
        vacancies.get(transaction, workspace, new.vacancy)
    values = {
        "workspace": workspace,
        "id": transaction.new_id(),
        "person": new.person,
        "vacancy": new.vacancy,
        "state": InterviewState.WAITING.value,
        "version": 0,
        "options": to_json("options", new.options),
        "created_at": transaction.at,
        "bank": to_json("bank", new.bank),
    }
    transaction.add(transaction.table("interviews"), values)
    details = {"person": new.person, "vacancy": new.vacancy}
    log.append(transaction, workspace, actor, Event("interview.add", str(values["id"]), details=details))
    return get(transaction, workspace, str(values["id"]))


def get(transaction: Transaction, workspace: str, interview: str) -> StoredInterview:
    """Return an interview.

    Raises:
        NotFound: there is none of that id, or it was erased.
    """
    table = transaction.table("interviews")
    found = find_by_id(
        transaction, StoredInterview, table, table.c.erased_at.is_(None), ids=(workspace, interview)
    )
    if found is None:
        raise missing("interview", interview)
    return found


def bank(transaction: Transaction, workspace: str, interview: str) -> str:
    """Return what can be asked in an interview, as it was added; empty where that was not kept.

    Raises:
        NotFound: there is none of that id, or it was erased.
    """
    get(transaction, workspace, interview)
    table = transaction.table("interviews")
    mine = (table.c.workspace == workspace, table.c.id == interview)
    row = transaction.first(table.select().with_only_columns(table.c.bank).where(*mine))
    text: str = json.loads(row["bank"]) if row and row["bank"] else ""
    return text


def record(transaction: Transaction, workspace: str, interview: str) -> Interview | None:
    """Return what was said so far, or None before the first question.

    Raises:
        NotFound: there is none of that id, or it was erased.
        StoreDamaged: it cannot be read.
    """
    get(transaction, workspace, interview)
    table = transaction.table("interviews")
    mine = (table.c.workspace == workspace, table.c.id == interview)
    row = transaction.first(table.select().with_only_columns(table.c.content).where(*mine))
    if row is None or row["content"] is None:
        return None
    return from_text(row["content"], interview_id=interview, source=f"The interview {interview}")


def save(
    transaction: Transaction, workspace: str, actor: Actor, said: Interview, *, version: int
) -> StoredInterview:
    """Keep what was said so far in place of the version before.

    Args:
        transaction: to write in.
        workspace: whose.
        actor: who answered.
        said: whose id is that of the interview.
        version: `StoredInterview.version` as it was read.

    Raises:
        NotFound: there is none of that id, or it was erased.
        Conflict: it was saved meanwhile, or has ended.
        InvalidInput: it is too long.
    """
    transaction.hold(workspace)
    before = get(transaction, workspace, said.id)
    if before.state is InterviewState.ENDED:
        raise Conflict(f"The interview {said.id} has ended.")
    if before.version != version:
        raise Conflict(f"The interview {said.id} was saved meanwhile. Read it again and go on from there.")
    content = to_text(said)
    if len(content) > MAX_JSON_CHARS:
        raise InvalidInput(f"An interview must have at most {MAX_JSON_CHARS:,} characters as JSON.")
    state = InterviewState.GOING if said.ended_at is None else InterviewState.ENDED
    values = {
        "content": content,
        "version": version + 1,
        "state": state.value,
        "started_at": before.started_at or transaction.at,
        "ended_at": None if said.ended_at is None else transaction.at,
    }
    _update(transaction, workspace, said.id, values)
    details = {"version": version + 1, "turns": len(said.turns)}
    event = Event("interview.save", said.id, result=state.value, details=details)
    log.append(transaction, workspace, actor, event)
    return get(transaction, workspace, said.id)


def make_link(
    transaction: Transaction, workspace: str, actor: Actor, interview: str, *, lasts_s: float
) -> str:
    """Return the secret of a new link to an interview; one made before and its seat no longer work.

    It is shown this once: only its hash is kept.

    Args:
        transaction: to write in.
        workspace: whose.
        actor: who sends it.
        interview: id of the interview.
        lasts_s: for how long it can be opened, above 0 and at most 366 days.

    Raises:
        NotFound: there is none of that id, or it was erased.
        Conflict: it has ended.
        InvalidInput: `lasts_s` is out of its range.
    """
    if not 0 < lasts_s <= MAX_LINK_S:
        raise InvalidInput(f"lasts_s must be above 0 and at most {MAX_LINK_S:,}. Got {lasts_s}.")
    transaction.hold(workspace)
    if get(transaction, workspace, interview).state is InterviewState.ENDED:
        raise Conflict(f"The interview {interview} has ended. Add another.")
    secret = new_secret()
    values = {
        "link_sha256": secret_hash(secret),
        "link_expires_at": later(transaction.now, lasts_s),
        "link_used_at": None,
        "seat_sha256": None,
    }
    _update(transaction, workspace, interview, values)
    log.append(transaction, workspace, actor, Event("interview.make-link", interview))
    return secret


def look(transaction: Transaction, secret: str) -> StoredInterview:
    """Return the interview that a link leads to; the link is not used up.

    The secret tells the workspace, as it does for `open_link` and `seat`.

    Raises:
        NotFound: the link is unknown, used up, over, or of an interview that has ended or was erased.
    """
    found = _by_secret(transaction, "link_sha256", secret)
    if (
        found is None
        or found.link_used_at is not None
        or found.state is InterviewState.ENDED
        or (found.link_expires_at or "") <= transaction.at
    ):
        raise NotFound("This link leads to no interview, or no longer does. Ask for a new one.")
    return found


def open_link(transaction: Transaction, secret: str) -> tuple[StoredInterview, str]:
    """Return the interview that a link leads to and the secret of its seat, and use the link up.

    The seat is shown this once: only its hash is kept.

    Raises:
        NotFound: the link is unknown, used up, over, or of an interview that has ended or was erased.
    """
    transaction.hold(look(transaction, secret).workspace)
    # Again, now that nobody else can open it.
    found = look(transaction, secret)
    taken = new_secret()
    values = {"link_used_at": transaction.at, "seat_sha256": secret_hash(taken)}
    _update(transaction, found.workspace, found.id, values)
    actor = Actor(log.ActorKind.CANDIDATE, found.id)
    log.append(transaction, found.workspace, actor, Event("interview.open-link", found.id))
    return get(transaction, found.workspace, found.id), taken


def seat(transaction: Transaction, secret: str) -> StoredInterview:
    """Return the interview that a candidate sits in.

    Raises:
        NotFound: the seat is unknown, a new link was made, or the interview was erased or ended a day ago.
    """
    found = _by_secret(transaction, "seat_sha256", secret)
    over = later(transaction.now, -SEAT_AFTER_END_S)
    if found is None or (found.ended_at is not None and found.ended_at <= over):
        raise NotFound("This interview is no longer open here. Ask for a new link.")
    return found


def page(
    transaction: Transaction,
    workspace: str,
    *,
    person: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[StoredInterview]:
    """Return interviews, the latest first; erased ones are left out.

    Args:
        transaction: to read in.
        workspace: whose.
        person: only those of this candidate.
        after: `Page.after` of the page before.
        limit: how many at most, 1 to 200.

    Raises:
        NotFound: there is no such person.
        InvalidInput: `limit` or `after` is out of its range.
    """
    table = transaction.table("interviews")
    conditions = [table.c.workspace == check_workspace(workspace), table.c.erased_at.is_(None)]
    if person is not None:
        conditions.append(table.c.person == people.get(transaction, workspace, person).id)
    return page_of(transaction, StoredInterview, table, *conditions, after=after, limit=limit)


def _by_secret(transaction: Transaction, column: str, secret: str) -> StoredInterview | None:
    table = transaction.table("interviews")
    known = (table.c[column] == secret_hash(secret), table.c.erased_at.is_(None))
    return find(transaction, StoredInterview, table, *known)


def _update(transaction: Transaction, workspace: str, interview: str, values: dict[str, Any]) -> None:
    table = transaction.table("interviews")
    mine = (table.c.workspace == workspace, table.c.id == interview)
    transaction.run(table.update().where(*mine).values(**values))
