"""Sessions of a browser: begun with a key, known by a secret of their own, over after a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from metier.errors import InvalidInput, NotFound
from metier.store.workspaces import keys, log
from metier.store.workspaces.clock import later
from metier.store.workspaces.ids import missing
from metier.store.workspaces.keys import ApiKey
from metier.store.workspaces.log import Actor, ActorKind, Event
from metier.store.workspaces.rows import find, find_by_id, find_several
from metier.store.workspaces.tokens import new_secret, secret_hash
from metier.store.workspaces.transaction import Transaction

MAX_SESSION_S: Final = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """A session.

    Attributes:
        workspace: that it lets into.
        id: of the session; no secret.
        key: id of the key that it was begun with.
        created_at: when it was begun.
        expires_at: until when it lasts.
        ended_at: when it was ended before; None while it was not.
    """

    workspace: str
    id: str
    key: str
    created_at: str
    expires_at: str
    ended_at: str | None


def begin(transaction: Transaction, key: ApiKey, *, lasts_s: float) -> tuple[Session, str]:
    """Begin a session with a key; return it, and the secret for the browser, of which a hash is kept.

    Args:
        transaction: to write in.
        key: as `keys.check` gave it.
        lasts_s: above 0 and at most 30 days; no longer than the key works in any case.

    Raises:
        NotFound: there is no such key any more.
        InvalidInput: `lasts_s` is out of its range.
    """
    if not 0 < lasts_s <= MAX_SESSION_S:
        raise InvalidInput(f"lasts_s must be above 0 and at most {MAX_SESSION_S:,}. Got {lasts_s}.")
    transaction.hold(key.workspace)
    kept = keys.get(transaction, key.workspace, key.id)
    if not kept.works(transaction.at):
        raise missing("key", key.id)
    secret = new_secret()
    expires_at = later(transaction.now, lasts_s)
    values = {
        "workspace": key.workspace,
        "id": transaction.new_id(),
        "key": key.id,
        "token_sha256": secret_hash(secret),
        "created_at": transaction.at,
        "expires_at": min(expires_at, kept.expires_at or expires_at),
    }
    transaction.add(transaction.table("sessions"), values)
    log.append(transaction, key.workspace, Actor(ActorKind.KEY, key.id), Event("session.begin", values["id"]))
    return get(transaction, key.workspace, values["id"]), secret


def get(transaction: Transaction, workspace: str, session: str) -> Session:
    """Return a session, one that is over too.

    Raises:
        NotFound: there is none of that id.
    """
    found = find_by_id(transaction, Session, transaction.table("sessions"), ids=(workspace, session))
    if found is None:
        raise missing("session", session)
    return found


def several(transaction: Transaction, workspace: str, sessions: Sequence[str]) -> dict[str, Session]:
    """Return some sessions by id, those that no longer work too; unknown ones are left out.

    Raises:
        InvalidInput: more than 200 ids.
    """
    return find_several(
        transaction, Session, transaction.table("sessions"), workspace=workspace, ids=sessions
    )


def check(transaction: Transaction, secret: str) -> tuple[Session, ApiKey]:
    """Return the session that a browser shows, and the key that it was begun with.

    Raises:
        NotFound: there is none, it is over, or its key no longer works.
    """
    table = transaction.table("sessions")
    known = (table.c.token_sha256 == secret_hash(secret), table.c.ended_at.is_(None))
    found = find(transaction, Session, table, *known)
    key = keys.get(transaction, found.workspace, found.key) if found else None
    if found is None or key is None or found.expires_at <= transaction.at or not key.works(transaction.at):
        raise NotFound("This session is over. Sign in again.")
    return found, key


def end(transaction: Transaction, workspace: str, session: str) -> None:
    """End a session; nothing is done where it was ended already.

    Raises:
        NotFound: there is none of that id.
    """
    transaction.hold(workspace)
    if get(transaction, workspace, session).ended_at is not None:
        return
    table = transaction.table("sessions")
    mine = (table.c.workspace == workspace, table.c.id == session)
    transaction.run(table.update().where(*mine).values(ended_at=transaction.at))
    log.append(transaction, workspace, Actor(ActorKind.SESSION, session), Event("session.end", session))
