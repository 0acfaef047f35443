"""Assessments: made now, looked at, printed and made again."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from metier.assessment import Assessment
from metier.http import exports
from metier.http.api.admission import CallerHere, OnceHere, ServiceHere
from metier.http.api.declare import Declared, Gives, Routes
from metier.http.api.paging import PagingHere
from metier.http.downloads import attachment
from metier.http.schemas.requests import AssessmentToMake
from metier.report.html import ReportLanguage
from metier.service import assessing
from metier.service.assessing import Recomputed
from metier.store.workspaces.assessments import StoredAssessment
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page

routes = Routes("assessments")
_HTML = Gives("text/html", '<!doctype html>\n<html lang="en">…</html>\n', "The report as one page.")
_PDF = Gives("application/pdf", "(the bytes of the PDF)", "The report for printing.")
LanguageHere = Annotated[ReportLanguage, Query(description="Of the report's own words.")]


@routes.post("/assessments", Declared(KeyRole.RECRUITER, status=201, refuses=(404, 415)))
def assess(
    service: ServiceHere, caller: CallerHere, body: AssessmentToMake, once: OnceHere
) -> StoredAssessment:
    """Assess a document now, against a vacancy or none.

    It is read where that was not done yet. For many documents, begin a job: `POST /jobs/assess`.
    """
    return assessing.assess(service, caller, body.document, vacancy=body.vacancy, once=once)


@routes.get("/documents/{document}/assessments", Declared(KeyRole.VIEWER))
def list_assessments(
    service: ServiceHere, caller: CallerHere, document: str, paging: PagingHere
) -> Page[StoredAssessment]:
    """List the assessments of a document, the latest first; replaced ones too."""
    return paging.answer(assessing.page(service, caller, document, after=paging.after, limit=paging.limit))


@routes.get("/assessments/{assessment}", Declared(KeyRole.VIEWER))
def get_assessment(service: ServiceHere, caller: CallerHere, assessment: str) -> StoredAssessment:
    """Look up what an assessment was made from and with."""
    return assessing.get(service, caller, assessment)


@routes.get("/assessments/{assessment}/record", Declared(KeyRole.VIEWER))
def get_record(service: ServiceHere, caller: CallerHere, assessment: str) -> Assessment:
    """Look at all that an assessment says: the record that `metier assess --format json` writes."""
    return assessing.record(service, caller, assessment)


@routes.get("/assessments/{assessment}/report.html", Declared(KeyRole.VIEWER, gives=_HTML))
def get_report_html(
    service: ServiceHere,
    caller: CallerHere,
    assessment: str,
    language: LanguageHere = ReportLanguage.EN,
) -> Response:
    """Read the report of an assessment as a page that needs nothing else."""
    page, policy = exports.report_html(service, caller, assessment, language)
    return Response(
        page.encode(), media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy}
    )


@routes.get("/assessments/{assessment}/report.pdf", Declared(KeyRole.VIEWER, gives=_PDF))
def get_report_pdf(
    service: ServiceHere,
    caller: CallerHere,
    assessment: str,
    language: LanguageHere = ReportLanguage.EN,
) -> Response:
    """Read the report of an assessment for printing."""
    content = exports.report_pdf(service, caller, assessment, language)
    return attachment(content, f"assessment-{assessment}.pdf", "application/pdf")


@routes.post("/assessments/{assessment}/recompute", Declared(KeyRole.RECRUITER))
def recompute(service: ServiceHere, caller: CallerHere, assessment: str) -> Recomputed:
    """Make an assessment again from the original bytes and compare.

    It says whether the same comes out, and if not, what is different now. What is kept stays.
    """
    return assessing.recompute(service, caller, assessment)
