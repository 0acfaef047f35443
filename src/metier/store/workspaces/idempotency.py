"""Requests that were answered, so that one that is sent again is answered alike and does nothing twice.

What a request did and that it was answered are committed in one transaction: `find` first, `keep` last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from metier.errors import Conflict, InvalidInput
from metier.store.workspaces.rows import find as find_row
from metier.store.workspaces.texts import check_plain, check_text, to_json
from metier.store.workspaces.transaction import Transaction

MAX_KEY_CHARS: Final = 200
_SHA256: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered.

    Attributes:
        workspace: it was sent to.
        key: that the caller chose for it.
        request_sha256: hash of all that it asked for.
        status: of the answer, a number of the caller.
        result: what the answer is made from: ids, slugs and counts.
        created_at: when it was answered.
    """

    workspace: str
    key: str
    request_sha256: str
    status: int
    result: dict[str, Any]
    created_at: str


def find(transaction: Transaction, workspace: str, key: str, *, request_sha256: str) -> Answered | None:
    """Return the answer to a request, or None where it is new: then nobody else answers it meanwhile.

    Raises:
        NotFound: there is no such workspace.
        InvalidInput: a key or a hash that cannot be one.
        Conflict: the key was used for another request.
    """
    _check(key, request_sha256)
    transaction.hold(workspace)
    table = transaction.table("idempotency")
    found = find_row(transaction, Answered, table, table.c.workspace == workspace, table.c.key == key)
    if found is not None and found.request_sha256 != request_sha256:
        raise Conflict("The idempotency key was used for another request. Choose a new one.")
    return found


def keep(
    transaction: Transaction,
    workspace: str,
    key: str,
    *,
    request_sha256: str,
    status: int,
    result: dict[str, Any],
) -> None:
    """Keep the answer to a request.

    Raises:
        NotFound: there is no such workspace.
        InvalidInput: a key, hash, status or result that cannot be kept.
        Conflict: the key was used already.
    """
    if not 0 <= status < 1000:
        raise InvalidInput(f"status must be from 0 to 999. Got {status}.")
    check_plain("result", result)
    if find(transaction, workspace, key, request_sha256=request_sha256) is not None:
        raise Conflict("The idempotency key was used already. Answer as then.")
    row = {
        "workspace": workspace,
        "key": key,
        "request_sha256": request_sha256,
        "status": status,
        "result": to_json("result", result),
        "created_at": transaction.at,
    }
    transaction.add(transaction.table("idempotency"), row)


def _check(key: str, request_sha256: str) -> None:
    check_text("key", key, max_chars=MAX_KEY_CHARS)
    if not _SHA256.fullmatch(request_sha256):
        raise InvalidInput("request_sha256 must be 64 hexadecimal digits in lower case.")
