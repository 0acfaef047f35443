"""API keys: `mtr_<prefix>_<secret>`, shown once; the prefix, the role and a hash of the secret are kept."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from metier.errors import InvalidInput, NotFound
from metier.store.workspaces import log
from metier.store.workspaces.clock import later
from metier.store.workspaces.ids import ALPHABET, missing
from metier.store.workspaces.log import Actor, Event
from metier.store.workspaces.rows import Page, check_workspace, find_by_id, find_several, page_of, record_of
from metier.store.workspaces.texts import check_text
from metier.store.workspaces.tokens import new_secret, secret_hash
from metier.store.workspaces.transaction import Transaction

PREFIX_CHARS: Final = 12
MAX_KEY_S: Final = 10 * 366 * 24 * 3600
# How often the last use of a key is written at most: not each request shall write.
USED_EVERY_S: Final = 60.0
_TOKEN: Final = re.compile(rf"mtr_([{ALPHABET}]{{{PREFIX_CHARS}}})_([A-Za-z0-9_-]{{43}})")


class KeyRole(StrEnum):
    """What a key may do; each role may do what those before it may."""

    VIEWER = "viewer"
    RECRUITER = "recruiter"
    ADMIN = "admin"

    def includes(self, other: KeyRole) -> bool:
        """Tell whether this role may do what another may."""
        order = list(KeyRole)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, without its secret.

    Attributes:
        workspace: that it lets into.
        id: of the key.
        prefix: what may be shown of it.
        role: what it may do.
        name: what people call it.
        created_at: when it was added.
        expires_at: until when it works; None for as long as it is not revoked.
        last_used_at: when it was used, give or take a minute; None while it was not.
        revoked_at: when it was taken back; None while it was not.
    """

    workspace: str
    id: str
    prefix: str
    role: KeyRole
    name: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None

    def works(self, at: str) -> bool:
        """Tell whether it lets anyone in at a moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def add(
    transaction: Transaction,
    workspace: str,
    actor: Actor,
    *,
    name: str,
    role: KeyRole,
    lasts_s: float | None = None,
) -> tuple[ApiKey, str]:
    """Add a key; return it, and the whole of it with its secret, which is shown this once.

    Args:
        transaction: to write in.
        workspace: that it lets into.
        actor: who makes it.
        name: what people call it.
        role: what it may do.
        lasts_s: for how long it works, above 0; None for as long as it is not revoked.

    Raises:
        NotFound: there is no such workspace.
        InvalidInput: a name that cannot be kept, or `lasts_s` is out of its range.
    """
    if lasts_s is not None and not 0 < lasts_s <= MAX_KEY_S:
        raise InvalidInput(f"lasts_s must be above 0 and at most {MAX_KEY_S:,}. Got {lasts_s}.")
    transaction.hold(workspace)
    prefix = "".join(secrets.choice(ALPHABET) for _ in range(PREFIX_CHARS))
    secret = new_secret()
    values = {
        "workspace": workspace,
        "id": transaction.new_id(),
        "prefix": prefix,
        "secret_sha256": secret_hash(secret),
        "role": role.value,
        "name": check_text("name", name),
        "created_at": transaction.at,
        "expires_at": None if lasts_s is None else later(transaction.now, lasts_s),
    }
    transaction.add(transaction.table("keys"), values)
    log.append(transaction, workspace, actor, Event("key.add", str(values["id"]), result=role.value))
    return get(transaction, workspace, str(values["id"])), f"mtr_{prefix}_{secret}"


def get(transaction: Transaction, workspace: str, key: str) -> ApiKey:
    """Return a key, a revoked one too.

    Raises:
        NotFound: there is none of that id.
    """
    found = find_by_id(transaction, ApiKey, transaction.table("keys"), ids=(workspace, key))
    if found is None:
        raise missing("key", key)
    return found


def several(transaction: Transaction, workspace: str, keys: Sequence[str]) -> dict[str, ApiKey]:
    """Return some keys by id, those that no longer work too; unknown ones are left out.

    Raises:
        InvalidInput: more than 200 ids.
    """
    return find_several(transaction, ApiKey, transaction.table("keys"), workspace=workspace, ids=keys)


def check(transaction: Transaction, token: str) -> ApiKey:
    """Return the key that someone shows.

    Raises:
        NotFound: there is none, or it no longer works; which of the two is not told.
    """
    parts = _TOKEN.fullmatch(token)
    table = transaction.table("keys")
    row = transaction.first(table.select().where(table.c.prefix == parts[1])) if parts else None
    if parts is None or row is None or not hmac.compare_digest(row["secret_sha256"], secret_hash(parts[2])):
        raise _unknown()
    key = record_of(ApiKey, row)
    if not key.works(transaction.at):
        raise _unknown()
    return key


def note_use(transaction: Transaction, key: ApiKey) -> None:
    """Keep when a key was used, unless that was done less than a minute ago; nothing is logged.

    Do so in a transaction of its own: it takes no workspace, so others could wait for it and it for them.
    """
    if is_use_noted(key, transaction):
        return
    table = transaction.table("keys")
    mine = (table.c.workspace == key.workspace, table.c.id == key.id)
    transaction.run(table.update().where(*mine).values(last_used_at=transaction.at))


def is_use_noted(key: ApiKey, transaction: Transaction) -> bool:
    """Tell whether `note_use` has nothing to do, so that a request need not write."""
    return key.last_used_at is not None and key.last_used_at > later(transaction.now, -USED_EVERY_S)


def revoke(transaction: Transaction, workspace: str, actor: Actor, key: str) -> ApiKey:
    """Take a key back for good, and end the sessions that were begun with it.

    Nothing is done where it was taken back already.

    Raises:
        NotFound: there is none of that id.
    """
    transaction.hold(workspace)
    if get(transaction, workspace, key).revoked_at is None:
        table, sessions = transaction.table("keys"), transaction.table("sessions")
        mine = (table.c.workspace == workspace, table.c.id == key)
        transaction.run(table.update().where(*mine).values(revoked_at=transaction.at))
        theirs = (sessions.c.workspace == workspace, sessions.c.key == key, sessions.c.ended_at.is_(None))
        transaction.run(sessions.update().where(*theirs).values(ended_at=transaction.at))
        log.append(transaction, workspace, actor, Event("key.revoke", key))
    return get(transaction, workspace, key)


def page(
    transaction: Transaction, workspace: str, *, after: str | None = None, limit: int = 50
) -> Page[ApiKey]:
    """Return keys, the latest first, revoked ones too.

    Raises:
        InvalidInput: `limit` or `after` is out of its range.
    """
    table = transaction.table("keys")
    mine = table.c.workspace == check_workspace(workspace)
    return page_of(transaction, ApiKey, table, mine, after=after, limit=limit)


def _unknown() -> NotFound:
    return NotFound("There is no such key, or it no longer works. Ask an administrator for one.")
