"""Audits: whether a document, decisions or a model can be trusted."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, Query, UploadFile

from metier.http.api.admission import CallerHere, ServiceHere
from metier.http.api.declare import Declared, Routes, Takes
from metier.scans import ScanReport
from metier.service import auditing, jobs
from metier.service.auditing import GroupTable
from metier.store.workspaces.jobs import Job
from metier.store.workspaces.keys import KeyRole

routes = Routes("audits")
_TABLE = Takes(
    "multipart/form-data",
    {"table": "(the bytes of groups.csv)", "id": "external_id", "groups": ["gender"]},
)


@routes.get("/audits/documents/{document}", Declared(KeyRole.VIEWER))
def audit_document(
    service: ServiceHere,
    caller: CallerHere,
    document: str,
    vacancy: Annotated[str | None, Query(description="Of the assessment against this vacancy.")] = None,
) -> ScanReport:
    """Audit a document: hidden words, orders to a program, pasted vacancies, as its assessment found them."""
    return auditing.document_scan(service, caller, document, vacancy=vacancy)


@routes.post("/audits/vacancies/{vacancy}/decisions", Declared(KeyRole.ADMIN, takes=_TABLE, refuses=(413,)))
def audit_decisions(
    service: ServiceHere,
    caller: CallerHere,
    vacancy: str,
    table: Annotated[UploadFile, File(description="CSV with a line of names and a row for each person.")],
    groups: Annotated[list[str], Form(description="Its columns to group people by, one to four.")],
    id: Annotated[str, Form(description="Its column of ids of documents or people.")] = "id",
) -> ScanReport:
    """Audit the decisions of a vacancy by groups of people.

    The table of groups is looked at and not kept.
    """
    return auditing.decisions_audit(
        service, caller, vacancy, groups=GroupTable(table.file.read(), id, tuple(groups))
    )


@routes.get("/audits/models/{model}", Declared(KeyRole.VIEWER))
def audit_model(service: ServiceHere, caller: CallerHere, model: str) -> ScanReport:
    """Audit the files of a model."""
    return auditing.model_scan(service, caller, model)


@routes.post("/audits/models", Declared(KeyRole.ADMIN, status=202))
def start_audit_models(service: ServiceHere, caller: CallerHere) -> Job:
    """Begin to audit every file of the models that are installed."""
    return jobs.start_audit_models(service, caller)
