"""Decisions: what people decide of a document for a vacancy."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from metier.http.api.admission import CallerHere, OnceHere, ServiceHere
from metier.http.api.declare import Declared, Routes
from metier.http.api.paging import PagingHere
from metier.http.schemas.requests import DecisionToMake, Undoing
from metier.service import decisions
from metier.store.workspaces.decisions import Decision
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page

routes = Routes("decisions")


@routes.post("/decisions", Declared(KeyRole.RECRUITER, status=201, refuses=(404,)))
def decide(service: ServiceHere, caller: CallerHere, body: DecisionToMake, once: OnceHere) -> Decision:
    """Record what a person decided.

    No score decides anything: this is for the decision of whoever holds the key.
    """
    return decisions.decide(
        service, caller, body.vacancy, body.document, kind=body.kind, note=body.note, once=once
    )


@routes.get("/decisions", Declared(KeyRole.VIEWER, refuses=(404,)))
def list_decisions(
    service: ServiceHere,
    caller: CallerHere,
    paging: PagingHere,
    vacancy: Annotated[str | None, Query(description="Only those for this vacancy.")] = None,
    document: Annotated[str | None, Query(description="Only those of this document.")] = None,
) -> Page[Decision]:
    """List decisions, the latest first; those that were undone too."""
    return paging.answer(
        decisions.page(
            service, caller, vacancy=vacancy, document=document, after=paging.after, limit=paging.limit
        )
    )


@routes.post("/decisions/{decision}/undo", Declared(KeyRole.RECRUITER, status=201))
def undo_decision(service: ServiceHere, caller: CallerHere, decision: str, body: Undoing) -> Decision:
    """Undo a decision by another; nothing is removed."""
    return decisions.undo(service, caller, decision, note=body.note)
