"""Who calls, and what they may do: keys, sessions of a browser, the operator, and programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from metier.errors import BackendError, Conflict, Forbidden, NotFound, Unauthenticated
from metier.service.service import Service
from metier.store.workspaces import keys as stored_keys
from metier.store.workspaces import sessions, workspaces
from metier.store.workspaces.keys import ApiKey, KeyRole
from metier.store.workspaces.log import Actor, ActorKind
from metier.store.workspaces.rows import Page, every
from metier.store.workspaces.transaction import Transaction
from metier.store.workspaces.workspaces import Workspace

FIRST_KEY_NAME: Final = "first key"
_OPERATOR: Final = "operator"


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who calls the service.

    Attributes:
        workspace: id of the one that they may see; all others are as if they were not there.
        actor: as whom they stand in the log.
        role: what they may do.
        name: of their key, to show.
        key: id of their key; empty for the operator and for programs.
        session: id of the session of their browser; empty without one.
    """

    workspace: str
    actor: Actor
    role: KeyRole
    name: str
    key: str
    session: str = ""

    def require(self, role: KeyRole) -> None:
        """Make sure that the caller's role includes another.

        Raises:
            Forbidden: it does not.
        """
        if not self.role.includes(role):
            raise Forbidden(
                f"This needs a key with the role {role}. The key in use has the role {self.role}. Ask an "
                "administrator."
            )


def operator(workspace: str) -> Caller:
    """Return who works at the command line of the machine, as an administrator of a workspace."""
    return Caller(workspace, Actor(ActorKind.OPERATOR), KeyRole.ADMIN, _OPERATOR, "")


def program(workspace: str, name: str = "metier") -> Caller:
    """Return a program that does the jobs of a workspace, such as a worker; it may do all but decide."""
    return Caller(workspace, Actor(ActorKind.PROGRAM, name), KeyRole.ADMIN, name, "")


def caller_of_key(service: Service, token: str) -> Caller:
    """Return who shows a key, and note that it was used.

    Raises:
        Unauthenticated: there is no such key, or it no longer works; which of the two is not told.
    """
    with service.database.reading() as transaction:
        try:
            key = stored_keys.check(transaction, token)
        except NotFound as error:
            raise Unauthenticated(str(error)) from None
        noted = stored_keys.is_use_noted(key, transaction)
    if not noted:
        _note_use(service, key)
    return _with_key(key)


def check_key(service: Service, caller: Caller) -> None:
    """Make sure that the key of a caller still works: for what goes on for longer than a request.

    Raises:
        Unauthenticated: it was revoked or is over.
    """
    with service.database.reading() as transaction:
        key = stored_keys.get(transaction, caller.workspace, caller.key)
        if not key.works(transaction.at):
            raise Unauthenticated("The key no longer works. Ask an administrator for one.")


def sign_in(service: Service, token: str, *, lasts_s: float) -> tuple[Caller, str]:
    """Begin a session of a browser with a key; return the caller, and the secret for the browser.

    Args:
        service: to sign in to.
        token: the whole key.
        lasts_s: above 0 and at most 30 days; no longer than the key works in any case.

    Raises:
        Unauthenticated: there is no such key, or it no longer works.
        InvalidInput: `lasts_s` is out of its range.
    """
    with service.database.transaction() as transaction:
        try:
            key = stored_keys.check(transaction, token)
            session, secret = sessions.begin(transaction, key, lasts_s=lasts_s)
        except NotFound:
            raise Unauthenticated(
                "There is no such key, or it no longer works. Ask an administrator for one."
            ) from None
    _note_use(service, key)
    return _in_session(session.id, key), secret


def caller_of_session(service: Service, secret: str) -> Caller:
    """Return whose browser shows a secret.

    Raises:
        Unauthenticated: there is no such session, it is over, or its key no longer works.
    """
    with service.database.reading() as transaction:
        try:
            session, key = sessions.check(transaction, secret)
        except NotFound as error:
            raise Unauthenticated(str(error)) from None
    return _in_session(session.id, key)


def sign_out(service: Service, caller: Caller) -> None:
    """End the session of a caller; nothing is done for one without a session."""
    if caller.session:
        with service.database.transaction() as transaction:
            sessions.end(transaction, caller.workspace, caller.session)


def add_key(
    service: Service, caller: Caller, *, name: str, role: KeyRole, lasts_s: float | None = None
) -> tuple[ApiKey, str]:
    """Add a key; return it, and the whole of it with its secret, which is shown this once.

    Args:
        service: to add it to.
        caller: an administrator.
        name: what people call it.
        role: what it may do.
        lasts_s: for how long it works, above 0; None for as long as it is not revoked.

    Raises:
        Forbidden: the caller is no administrator.
        InvalidInput: a name that cannot be kept, or `lasts_s` is out of its range.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.transaction() as transaction:
        return stored_keys.add(
            transaction, caller.workspace, caller.actor, name=name, role=role, lasts_s=lasts_s
        )


def keys(service: Service, caller: Caller, *, after: str | None = None, limit: int = 50) -> Page[ApiKey]:
    """Return the keys of the workspace, the latest first, revoked ones too.

    Raises:
        Forbidden: the caller is no administrator.
        InvalidInput: `limit` or `after` is out of its range.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.reading() as transaction:
        return stored_keys.page(transaction, caller.workspace, after=after, limit=limit)


def revoke_key(service: Service, caller: Caller, key: str) -> ApiKey:
    """Take a key back for good, and end the sessions that were begun with it.

    Raises:
        Forbidden: the caller is no administrator.
        NotFound: there is none of that id.
        Conflict: no administrator could sign in any more.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.transaction() as transaction:
        transaction.hold(caller.workspace)
        found = stored_keys.get(transaction, caller.workspace, key)
        if _lets_administer(found, transaction.at) and not _has_other_admin(transaction, found):
            raise Conflict("This is the last key of an administrator. Add another one before you revoke it.")
        return stored_keys.revoke(transaction, caller.workspace, caller.actor, key)


def _lets_administer(key: ApiKey, at: str) -> bool:
    return key.role is KeyRole.ADMIN and key.works(at)


def _has_other_admin(transaction: Transaction, key: ApiKey) -> bool:
    there = every(partial(stored_keys.page, transaction, key.workspace))
    return any(other.id != key.id and _lets_administer(other, transaction.at) for other in there)


def first_key(service: Service, *, workspace_name: str = "Hiring team") -> str | None:
    """Return a new administrator's key where there is no workspace yet, and make one; else None.

    Of several processes that start at once, one makes it.
    """
    actor = Actor(ActorKind.OPERATOR)
    with service.database.transaction() as transaction:
        transaction.hold_table("workspaces")
        if workspaces.page(transaction, limit=1).items:
            return None
        made = workspaces.add(transaction, actor, name=workspace_name)
        _, token = stored_keys.add(transaction, made.id, actor, name=FIRST_KEY_NAME, role=KeyRole.ADMIN)
    return token


def workspace(service: Service, caller: Caller) -> Workspace:
    """Return the workspace of a caller.

    Raises:
        NotFound: there is none of that id.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return workspaces.get(transaction, caller.workspace)


def rename_workspace(service: Service, caller: Caller, *, name: str) -> Workspace:
    """Give the workspace of a caller another name.

    Raises:
        Forbidden: the caller is no administrator.
        InvalidInput: a name that cannot be kept.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.transaction() as transaction:
        return workspaces.rename(transaction, caller.workspace, caller.actor, name=name)


def names_of(service: Service, caller: Caller, actors: Iterable[str]) -> dict[str, str]:
    """Return the names of the keys behind actors, as texts like those in the log, where a key is behind them.

    Args:
        service: to look in.
        caller: whose workspace.
        actors: such as `key:...` and `session:...`; at most 200 different ones.

    Raises:
        InvalidInput: more than 200.
    """
    caller.require(KeyRole.VIEWER)
    known = {text: text.partition(":")[::2] for text in actors}
    with service.database.reading() as transaction:
        begun = sessions.several(transaction, caller.workspace, _of_kind(known, ActorKind.SESSION))
        keys_of = {identifier: session.key for identifier, session in begun.items()}
        keys_of |= {identifier: identifier for identifier in _of_kind(known, ActorKind.KEY)}
        wanted = list(dict.fromkeys(keys_of.values()))
        found = stored_keys.several(transaction, caller.workspace, wanted)
    return {
        text: found[keys_of[identifier]].name
        for text, (_, identifier) in known.items()
        if keys_of.get(identifier) in found
    }


def _of_kind(actors: Mapping[str, tuple[str, str]], kind: ActorKind) -> list[str]:
    return [identifier for found, identifier in actors.values() if found == kind]


def _note_use(service: Service, key: ApiKey) -> None:
    # What is only to be noted must not fail a request that a busy or full database could still answer.
    with suppress(BackendError), service.database.transaction() as transaction:
        stored_keys.note_use(transaction, key)


def _with_key(key: ApiKey) -> Caller:
    return Caller(key.workspace, Actor(ActorKind.KEY, key.id), key.role, key.name, key.id)


def _in_session(session: str, key: ApiKey) -> Caller:
    return Caller(key.workspace, Actor(ActorKind.SESSION, session), key.role, key.name, key.id, session)
