"""The models that are installed, their cards, and the scans of their files."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from metier.http.pages.forms import PostedBySignedIn
from metier.http.pages.visit import SignedIn
from metier.service import auditing, jobs, models

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

router = APIRouter()


@router.get("/models")
def list_models(visit: SignedIn) -> Response:
    """Return the models that are installed."""
    return visit.show("models.html.j2", {"models": models.models(visit.service, visit.caller)})


@router.post("/models/scan")
def scan_all(posted: PostedBySignedIn) -> Response:
    """Start a job that looks at every file of the models."""
    job = jobs.start_audit_models(posted.visit.service, posted.visit.caller)
    return posted.visit.go(f"/jobs/{job.id}")


@router.get("/models/{name}")
def show_model(name: str, visit: SignedIn) -> Response:
    """Return the card of a model."""
    facts = models.model(visit.service, visit.caller, name)
    text = models.card_text(visit.service, visit.caller, name)
    return visit.show("model.html.j2", {"model": facts, "card": rendered(text)})


@router.post("/models/{name}/scan")
def scan(name: str, posted: PostedBySignedIn) -> Response:
    """Return the scan of the files of a model."""
    visit = posted.visit
    report = auditing.model_scan(visit.service, visit.caller, name)
    context = {"report": report, "title": name, "back": f"/models/{name}", "area": "models"}
    return visit.show("scan.html.j2", context | {"look_back": f"/models/{name}"})


def rendered(text: str) -> Markup:
    """Return Markdown as HTML; markup within it is shown as text, and nothing of it is loaded."""
    return Markup(_markdown().render(text))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    made.add_render_rule("table_open", _open_table)
    made.add_render_rule("table_close", _close_table)
    # A picture would be asked for from elsewhere; its words stay.
    return made.disable("image")


def _open_table(*_: object) -> str:
    """Return the beginning of a table that scrolls in a box of its own."""
    return '<div class="scroll" role="region" tabindex="0" aria-label="Table"><table>'


def _close_table(*_: object) -> str:
    return "</table></div>"
