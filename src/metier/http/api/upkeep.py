"""How long things are kept, and the log."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from metier.http.api.admission import CallerHere, ServiceHere
from metier.http.api.declare import Declared, Routes
from metier.http.schemas.answers import LogPage
from metier.http.schemas.requests import LogToVerify, RetentionChange
from metier.service import upkeep
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.log import LogCheck, LogHead
from metier.store.workspaces.retention import RetentionKind, RetentionRule
from metier.store.workspaces.rows import MAX_LIMIT

routes = Routes("upkeep")


@routes.get("/retention", Declared(KeyRole.VIEWER))
def list_retention(service: ServiceHere, caller: CallerHere) -> tuple[RetentionRule, ...]:
    """List after how many days things go; what has no rule stays."""
    return upkeep.retention(service, caller)


@routes.put("/retention/{kind}", Declared(KeyRole.ADMIN))
def set_retention(
    service: ServiceHere, caller: CallerHere, kind: RetentionKind, body: RetentionChange
) -> tuple[RetentionRule, ...]:
    """Say after how many days a kind of thing goes; return all rules."""
    upkeep.set_retention(service, caller, kind=kind, days=body.days)
    return upkeep.retention(service, caller)


@routes.get("/log", Declared(KeyRole.ADMIN))
def list_log(
    service: ServiceHere,
    caller: CallerHere,
    subject: Annotated[str | None, Query(max_length=100, description="Only those of this id.")] = None,
    after: Annotated[int, Query(ge=0, lt=2**31, description="Number of the last known entry.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")] = 50,
) -> LogPage:
    """List entries of the log, the oldest first.

    Who did what to which thing, by ids: it holds no names and no words.
    """
    entries = upkeep.log_entries(service, caller, subject=subject, after=after, limit=limit)
    return LogPage(entries, entries[-1].number if len(entries) == limit else None)


@routes.get("/log/head", Declared(KeyRole.ADMIN))
def get_log_head(service: ServiceHere, caller: CallerHere) -> LogHead:
    """Look up the end of the log.

    Note it elsewhere: held against it later, the log shows whether anything before was changed or cut off.
    """
    return upkeep.log_head(service, caller)


@routes.post("/log/verify", Declared(KeyRole.ADMIN))
def verify_log(service: ServiceHere, caller: CallerHere, body: LogToVerify) -> LogCheck:
    """Check that the log is as it was written."""
    noted = None if body.noted is None else LogHead(body.noted.number, body.noted.hash)
    return upkeep.verify_log(service, caller, noted=noted)
