"""The report on one document: evidence, level, findings, decisions, and what it was made with."""

from __future__ import annotations

import json

from fastapi import APIRouter
from starlette.responses import Response

from metier.errors import DocumentError
from metier.http import exports
from metier.http.downloads import attachment
from metier.http.pages.forms import PostedBySignedIn
from metier.http.pages.tokens import new_once
from metier.http.pages.visit import SignedIn, Visit, without_done
from metier.records import to_mapping
from metier.report.html import ReportItem, render_card
from metier.report.words import ReportLanguage
from metier.service import access, assessing, auditing, decisions, documents, people, vacancies
from metier.store.workspaces.assessments import StoredAssessment
from metier.store.workspaces.decisions import Decision
from metier.store.workspaces.documents import StoredDocument
from metier.store.workspaces.people import Person
from metier.store.workspaces.vacancies import Vacancy
from metier.types import Document, Failure

router = APIRouter()


@router.get("/documents/{document}/report")
def show_report(document: str, visit: SignedIn) -> Response:
    """Return the report on a document against a vacancy, or against none."""
    return _report(visit, document)


@router.post("/documents/{document}/assess")
def assess(document: str, posted: PostedBySignedIn) -> Response:
    """Assess a document now."""
    visit, vacancy = posted.visit, posted.text("vacancy") or None
    assessing.assess(visit.service, visit.caller, document, vacancy=vacancy, once=posted.once())
    return visit.go(_address(document, vacancy), done="assessed")


@router.post("/documents/{document}/recompute")
def recompute(document: str, posted: PostedBySignedIn) -> Response:
    """Make an assessment again from what is kept, and say whether it is the same."""
    visit, vacancy = posted.visit, posted.text("vacancy") or None
    kept = assessing.latest(visit.service, visit.caller, document, vacancy)
    if kept is None:
        return visit.go(_address(document, vacancy))
    again = assessing.recompute(visit.service, visit.caller, kept.id)
    context = {"again": again, "stored": kept, "back": _address(document, vacancy)}
    return visit.show("recomputed.html.j2", context)


@router.get("/documents/{document}/audit")
def audit(document: str, visit: SignedIn) -> Response:
    """Return the audit of a document."""
    vacancy = _vacancy_of(visit)
    found = documents.get(visit.service, visit.caller, document)
    report = auditing.document_scan(visit.service, visit.caller, document, vacancy=vacancy)
    context = {"report": report, "title": found.name, "back": _address(document, vacancy), "area": "audit"}
    return visit.show("scan.html.j2", context)


@router.get("/documents/{document}/original")
def original(document: str, visit: SignedIn) -> Response:
    """Return a document as it came, to be kept and not shown."""
    found = documents.get(visit.service, visit.caller, document)
    content = documents.content(visit.service, visit.caller, document)
    return attachment(content, found.name, "application/octet-stream")


@router.get("/documents/{document}/report.json")
def export_json(document: str, visit: SignedIn) -> Response:
    """Return the record of the latest assessment as JSON."""
    stored = _latest(visit, document)
    if stored is None:
        return visit.go(_address(document, _vacancy_of(visit)))
    record = assessing.record(visit.service, visit.caller, stored.id)
    body = json.dumps(to_mapping(record), indent=1)
    return attachment(body.encode(), f"report-{stored.id}.json", "application/json")


@router.get("/documents/{document}/report.html")
def export_html(document: str, visit: SignedIn) -> Response:
    """Return the report as one file that needs nothing else."""
    stored = _latest(visit, document)
    if stored is None:
        return visit.go(_address(document, _vacancy_of(visit)))
    page, _ = exports.report_html(visit.service, visit.caller, stored.id, _language(visit))
    return attachment(page.encode("utf-8", "replace"), f"report-{stored.id}.html", "text/html; charset=utf-8")


@router.get("/documents/{document}/report.pdf")
def export_pdf(document: str, visit: SignedIn) -> Response:
    """Return the report for printing."""
    stored = _latest(visit, document)
    if stored is None:
        return visit.go(_address(document, _vacancy_of(visit)))
    content = exports.report_pdf(visit.service, visit.caller, stored.id, _language(visit))
    return attachment(content, f"report-{stored.id}.pdf", "application/pdf")


def _vacancy_of(visit: Visit) -> str | None:
    return visit.request.query_params.get("vacancy") or None


def _latest(visit: Visit, document: str) -> StoredAssessment | None:
    """Return the latest assessment against the vacancy that the address names, or against none."""
    return assessing.latest(visit.service, visit.caller, document, _vacancy_of(visit))


def _report(visit: Visit, document: str) -> Response:
    identifier = _vacancy_of(visit)
    found = documents.get(visit.service, visit.caller, document)
    vacancy = vacancies.get(visit.service, visit.caller, identifier) if identifier else None
    stored = _latest(visit, document)
    item = _item(visit, stored) if stored else None
    text = vacancies.text(visit.service, visit.caller, identifier) if identifier and item else None
    context = {
        "document": found,
        "person": _person(visit, found),
        "vacancy": vacancy,
        "stored": stored,
        "record": item.assessment if item else None,
        "card": _card(visit, item, text) if item else "",
        "failure": _failure(found),
        "decisions": (decided := _decisions(visit, found, vacancy)),
        "deciders": access.names_of(visit.service, visit.caller, [one.actor for one in decided]),
        "once": new_once(),
        "back": without_done(visit.here),
    }
    return visit.show("report.html.j2", context)


def _card(visit: Visit, item: ReportItem, vacancy: Document | None) -> str:
    return render_card(item, vacancy=vacancy, language=_language(visit))


def _item(visit: Visit, stored: StoredAssessment) -> ReportItem:
    text = documents.read(visit.service, visit.caller, stored.document)
    return ReportItem(text, assessing.record(visit.service, visit.caller, stored.id), None)


def _person(visit: Visit, document: StoredDocument) -> Person | None:
    return people.get(visit.service, visit.caller, document.person) if document.person else None


def _failure(document: StoredDocument) -> Failure | None:
    """Return why nothing could be read; of a document that could be read in part, its findings say more."""
    told = document.details.get("failure")
    if told is None:
        return None
    return Failure(document.name, str(told.get("code", DocumentError.code)), str(told.get("message", "")))


def _decisions(visit: Visit, document: StoredDocument, vacancy: Vacancy | None) -> tuple[Decision, ...]:
    page = decisions.page(
        visit.service, visit.caller, vacancy=vacancy.id if vacancy else None, document=document.id
    )
    return page.items


def _language(visit: Visit) -> ReportLanguage:
    return ReportLanguage(visit.look.language)


def _address(document: str, vacancy: str | None) -> str:
    return f"/documents/{document}/report" + (f"?vacancy={vacancy}" if vacancy else "")
