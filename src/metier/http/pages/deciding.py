"""What people decide. No program does."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from metier.errors import InvalidInput
from metier.http.pages.forms import PostedBySignedIn
from metier.http.pages.visit import local_path, without_done
from metier.service import decisions
from metier.store.workspaces.decisions import DecisionKind

router = APIRouter()


@router.post("/vacancies/{vacancy}/documents/{document}/decisions")
def decide(vacancy: str, document: str, posted: PostedBySignedIn) -> Response:
    """Keep a decision with its note."""
    visit, kind = posted.visit, posted.text("kind")
    if kind not in set(DecisionKind) - {DecisionKind.UNDO}:
        raise InvalidInput("A decision is shortlist, reject or note. Choose one of the buttons.")
    decisions.decide(
        visit.service,
        visit.caller,
        vacancy,
        document,
        kind=DecisionKind(kind),
        note=posted.text("note"),
        once=posted.once(),
    )
    back = posted.text("back") or f"/documents/{document}/report?vacancy={vacancy}"
    return visit.go(without_done(local_path(back)), done=f"decided_{kind}", anchor=posted.text("anchor")[:60])


@router.post("/decisions/{decision}/undo")
def undo(decision: str, posted: PostedBySignedIn) -> Response:
    """Undo a decision by another."""
    visit = posted.visit
    decisions.undo(visit.service, visit.caller, decision, note=posted.text("note"))
    back = without_done(local_path(posted.text("back")))
    return visit.go(back, done="decided_undo", anchor=posted.text("anchor")[:60])
