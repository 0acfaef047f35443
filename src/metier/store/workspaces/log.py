"""The log: who did what to which thing, in a chain of hashes for each workspace that shows any change.

An entry's hash is of all its fields as canonical JSON, the hash of the entry before among them. The database
refuses to change or remove entries; whoever gets around that breaks the chain, and `verify` says where. That
the end was cut off shows against a head that was noted before. Entries hold ids and hashes, never names or
words, so that they can outlive an erasure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from metier.errors import InvalidInput, MetierError
from metier.store.workspaces.rows import bad_cursor, check_limit, check_workspace, columns_of, record_of
from metier.store.workspaces.texts import check_plain, to_json
from metier.store.workspaces.transaction import Transaction

NO_HASH: Final = "0" * 64
_CHUNK: Final = 1000


class ActorKind(StrEnum):
    """What an actor is."""

    KEY = "key"
    SESSION = "session"
    OPERATOR = "operator"
    CANDIDATE = "candidate"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something.

    Attributes:
        kind: with which right: an API key, a browser session, the command line of the machine, the link of an
            interview, or metier itself.
        id: of the key, session or interview; a worker's name; empty where there is none.
    """

    kind: ActorKind
    id: str = ""

    def __post_init__(self) -> None:
        check_plain("The id of an actor", self.id)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be logged.

    Attributes:
        action: a thing and what is done to it, such as `document.add`.
        subject: the id of the thing.
        model: hash of the model that was used; empty where none was.
        result: what came of it, as a slug or a hash; may be empty.
        details: more ids, hashes and whole numbers by name.
    """

    action: str
    subject: str
    model: str = ""
    result: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of the log.

    Attributes:
        workspace: whose log it is in.
        number: from 1, without gaps.
        at: when.
        actor: who, as `str(Actor)`.
        action: as in `Event`, as are `subject`, `model`, `result` and `details`.
        previous_hash: of the entry before; zeros for the first.
        hash: of all other fields.
    """

    workspace: str
    number: int
    at: str
    actor: str
    action: str
    subject: str
    model: str
    result: str
    details: dict[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class LogHead:
    """The end of a log; note it elsewhere to see later that nothing before it was changed or cut off."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What `verify` found.

    Attributes:
        entries: how many are sound, from the first on.
        broken_at: number of the first entry that is not as it was written; None where all are.
        reason: `missing`: an entry is gone or out of its order. `changed`: its fields do not give its hash.
            `unchained`: it does not follow the entry before. `head`: it is not the one that was noted.
            Empty where all are sound.
    """

    entries: int
    broken_at: int | None = None
    reason: str = ""


def append(transaction: Transaction, workspace: str, actor: Actor, event: Event) -> LogEntry:
    """Add an entry; return it.

    Raises:
        InvalidInput: a field holds what is no id, hash, slug or whole number.
        NotFound: there is no such workspace.
    """
    for name in ("action", "subject", "model", "result", "details"):
        check_plain(f"{name} of an entry of the log", getattr(event, name))
    transaction.hold(workspace)
    last = head(transaction, workspace)
    fields: dict[str, Any] = {
        "workspace": workspace,
        "number": last.number + 1,
        "at": transaction.at,
        "actor": str(actor),
        "action": event.action,
        "subject": event.subject,
        "model": event.model,
        "result": event.result,
        "details": event.details,
        "previous_hash": last.hash,
    }
    entry = LogEntry(**fields, hash=hash_of(fields))
    row = {**fields, "details": to_json("details", event.details), "hash": entry.hash}
    transaction.add(transaction.table("log"), row)
    return entry


def hash_of(fields: dict[str, Any]) -> str:
    """Return the hash of an entry's fields; `hash` is not one of them."""
    return hashlib.sha256(to_json("log", fields).encode("ascii")).hexdigest()


def head(transaction: Transaction, workspace: str) -> LogHead:
    """Return the end of a log; that of an empty one has number 0 and a hash of zeros."""
    table = transaction.table("log")
    statement = table.select().where(table.c.workspace == check_workspace(workspace))
    row = transaction.first(statement.order_by(table.c.number.desc()).limit(1))
    return LogHead(row["number"], row["hash"]) if row else LogHead(0, NO_HASH)


def entries(
    transaction: Transaction, workspace: str, *, subject: str | None = None, after: int = 0, limit: int = 50
) -> tuple[LogEntry, ...]:
    """Return entries in their order.

    Args:
        transaction: to read in.
        workspace: whose.
        subject: only those of this id.
        after: number of the last entry that is known; 0 for the first page.
        limit: how many at most, 1 to 200.

    Raises:
        InvalidInput: `limit` or `after` is out of its range.
    """
    check_limit(limit)
    if not 0 <= after < 2**31:
        raise bad_cursor()
    if subject is not None:
        check_plain("subject", subject)
    return tuple(_entries(transaction, workspace, subject, after, limit))


def verify(transaction: Transaction, workspace: str, noted: LogHead | None = None) -> LogCheck:
    """Tell whether a log is as it was written.

    Args:
        transaction: to read in.
        workspace: whose.
        noted: a head that was noted before; without it, a log whose end was cut off looks sound.
    """
    if noted is not None and noted.number < 0:
        raise InvalidInput(f"The number of a head must be at least 0. Got {noted.number}.")
    sound = LogHead(0, NO_HASH)
    while chunk := _rows(transaction, workspace, None, sound.number, _CHUNK):
        for row in chunk:
            expected = sound.number + 1
            reason = _fault(row, sound)
            if not reason and noted and noted.number == expected and noted.hash != row["hash"]:
                reason = "head"
            if reason:
                return LogCheck(sound.number, expected, reason)
            sound = LogHead(expected, row["hash"])
    if noted and noted.number > sound.number:
        return LogCheck(sound.number, sound.number + 1, "missing")
    return LogCheck(sound.number)


def _fault(row: dict[str, Any], before: LogHead) -> str:
    """Return what is wrong with a row that should follow an entry; empty where nothing is."""
    if row["number"] != before.number + 1:
        return "missing"
    try:
        entry = record_of(LogEntry, row)
        fields = {name: getattr(entry, name) for name in LogEntry.__slots__ if name != "hash"}
        if hash_of(fields) != entry.hash or to_json("details", entry.details) != row["details"]:
            return "changed"
    except MetierError:
        return "changed"
    return "" if entry.previous_hash == before.hash else "unchained"


def _entries(
    transaction: Transaction, workspace: str, subject: str | None, after: int, limit: int
) -> Iterator[LogEntry]:
    for row in _rows(transaction, workspace, subject, after, limit):
        yield record_of(LogEntry, row)


def _rows(
    transaction: Transaction, workspace: str, subject: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    table = transaction.table("log")
    statement = (
        table.select()
        .with_only_columns(*columns_of(LogEntry, table))
        .where(table.c.workspace == check_workspace(workspace), table.c.number > after)
        .order_by(table.c.number)
        .limit(limit)
    )
    if subject is not None:
        statement = statement.where(table.c.subject == subject)
    return list(map(dict, transaction.all(statement)))
