"""Requests that may be sent twice and are done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from metier.errors import Conflict
from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces import idempotency
from metier.store.workspaces.texts import check_text
from metier.store.workspaces.transaction import Transaction

MAX_KEY_CHARS: Final = 150
_KIND: Final = "kind"
_DONE: Final = 200


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a request one that is done once, however often it is sent.

    Attributes:
        key: that the caller chose for it, 1 to 150 characters; each API key has its own.
        request_sha256: hash of all that is asked for.
    """

    key: str
    request_sha256: str

    def __post_init__(self) -> None:
        check_text("The idempotency key", self.key, max_chars=MAX_KEY_CHARS)


def run_once(
    transaction: Transaction,
    caller: Caller,
    once: Once | None,
    kind: str,
    make: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Return what a request made: now, or when it was first sent.

    That it was answered is committed along with what it made: after a crash both are there, or neither.

    Args:
        transaction: that the request is done in.
        caller: who sends it.
        once: the request; None for one that is done each time.
        kind: what it makes, a slug.
        make: makes it and returns ids, slugs and whole numbers that lead to it.

    Raises:
        Conflict: the key was used for another request.
        InvalidInput: a key or a hash that cannot be one.
    """
    if once is None:
        return make()
    found = _find(transaction, caller, once, kind)
    if found is not None:
        return found
    result = make()
    idempotency.keep(
        transaction,
        caller.workspace,
        _key(caller, once),
        request_sha256=once.request_sha256,
        status=_DONE,
        result={**result, _KIND: kind},
    )
    return result


def found_before(service: Service, caller: Caller, once: Once | None, kind: str) -> dict[str, Any] | None:
    """Return what a request made when it was first sent, or None: ask before work that takes long.

    Raises:
        Conflict: the key was used for another request.
        InvalidInput: a key or a hash that cannot be one.
    """
    if once is None:
        return None
    with service.database.transaction() as transaction:
        return _find(transaction, caller, once, kind)


def _find(transaction: Transaction, caller: Caller, once: Once, kind: str) -> dict[str, Any] | None:
    found = idempotency.find(
        transaction, caller.workspace, _key(caller, once), request_sha256=once.request_sha256
    )
    if found is None:
        return None
    if found.result.get(_KIND) != kind:
        raise Conflict("The idempotency key was used for another request. Choose a new one.")
    return {name: value for name, value in found.result.items() if name != _KIND}


def _key(caller: Caller, once: Once) -> str:
    return f"{caller.key or caller.actor.kind}:{once.key}"
