"""What an administrator watches over: how long things are kept, and the log."""

from __future__ import annotations

from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces import log
from metier.store.workspaces import retention as stored
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.log import LogCheck, LogEntry, LogHead
from metier.store.workspaces.retention import RetentionKind, RetentionRule


def retention(service: Service, caller: Caller) -> tuple[RetentionRule, ...]:
    """Return the rules of the workspace, in the order of their kinds."""
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.rules(transaction, caller.workspace)


def set_retention(
    service: Service, caller: Caller, *, kind: RetentionKind, days: int | None
) -> tuple[RetentionRule, ...]:
    """Make a rule or change it; None for `days` takes it away. Return all rules.

    Raises:
        Forbidden: the caller is no administrator.
        InvalidInput: `days` is out of its range.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.transaction() as transaction:
        stored.put(transaction, caller.workspace, caller.actor, kind=kind, days=days)
        return stored.rules(transaction, caller.workspace)


def log_entries(
    service: Service, caller: Caller, *, subject: str | None = None, after: int = 0, limit: int = 50
) -> tuple[LogEntry, ...]:
    """Return entries of the log in their order.

    Args:
        service: to look in.
        caller: an administrator.
        subject: only those of this id.
        after: number of the last entry that is known; 0 for the first page.
        limit: how many at most, 1 to 200.

    Raises:
        Forbidden: the caller is no administrator.
        InvalidInput: `limit`, `after` or `subject` is out of its range.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.reading() as transaction:
        return log.entries(transaction, caller.workspace, subject=subject, after=after, limit=limit)


def log_head(service: Service, caller: Caller) -> LogHead:
    """Return the end of the log; note it elsewhere to see later that nothing before it was cut off.

    Raises:
        Forbidden: the caller is no administrator.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.reading() as transaction:
        return log.head(transaction, caller.workspace)


def verify_log(service: Service, caller: Caller, *, noted: LogHead | None = None) -> LogCheck:
    """Tell whether the log is as it was written.

    Args:
        service: to look in.
        caller: an administrator.
        noted: a head that was noted before; without it, a log whose end was cut off looks sound.

    Raises:
        Forbidden: the caller is no administrator.
        InvalidInput: the number of the head is below 0.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.reading() as transaction:
        return log.verify(transaction, caller.workspace, noted)
