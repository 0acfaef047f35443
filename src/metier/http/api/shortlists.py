"""Shortlists: the documents that were assessed against a vacancy, ranked."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query, Response

from metier.http import exports
from metier.http.api.admission import CallerHere, ServiceHere
from metier.http.api.assessments import LanguageHere
from metier.http.api.declare import Declared, Gives, Routes
from metier.http.api.paging import PagingHere
from metier.http.downloads import attachment
from metier.http.schemas.answers import ComparedDocuments, RankedDocument, ranked_of
from metier.http.schemas.requests import MAX_NAME_CHARS
from metier.report.html import ReportLanguage
from metier.service import shortlists
from metier.service.shortlists import DecisionFilter, ShortlistFilter
from metier.store.workspaces.assessments import AssessmentOrder
from metier.store.workspaces.decisions import DecisionKind
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page

routes = Routes("shortlists")
_CSV = Gives("text/csv", "rank,person,external_id,document\n1,Anna Berg,,01kakq0v9x8m\n", "A row each.")
_PDF = Gives("application/pdf", "(the bytes of the PDF)", "The report for printing.")


def _filter(
    min_score: Annotated[float | None, Query(ge=0, le=1, description="Least coverage.")] = None,
    min_months: Annotated[int | None, Query(ge=0, description="Least experience.")] = None,
    language: Annotated[str | None, Query(max_length=3, description="ISO 639-1 code.")] = None,
    decision: Annotated[
        Literal["any", "none", "shortlist", "reject"], Query(description="The decision that stands.")
    ] = "any",
    text: Annotated[str, Query(max_length=MAX_NAME_CHARS, description="That a name holds.")] = "",
) -> ShortlistFilter:
    wanted: DecisionFilter = decision if decision in {"any", "none"} else DecisionKind(decision)
    return ShortlistFilter(min_score, min_months, language, wanted, text)


OrderHere = Annotated[AssessmentOrder, Query(description="What is highest.")]
FilterHere = Annotated[ShortlistFilter, Depends(_filter)]


@routes.get("/vacancies/{vacancy}/shortlist", Declared(KeyRole.VIEWER))
def get_shortlist(
    service: ServiceHere,
    caller: CallerHere,
    vacancy: str,
    where: FilterHere,
    paging: PagingHere,
    order: OrderHere = AssessmentOrder.SCORE,
) -> Page[RankedDocument]:
    """List the documents that were assessed against a vacancy, the highest first.

    The score orders documents by what their text shows of what the vacancy asks for. It decides nothing.
    """
    page = shortlists.shortlist(
        service, caller, vacancy, order=order, where=where, after=paging.after, limit=paging.limit
    )
    return paging.answer(Page(tuple(map(ranked_of, page.items)), page.after))


@routes.get("/vacancies/{vacancy}/shortlist.csv", Declared(KeyRole.VIEWER, gives=_CSV))
def export_shortlist_csv(
    service: ServiceHere,
    caller: CallerHere,
    vacancy: str,
    where: FilterHere,
    paging: PagingHere,
    order: OrderHere = AssessmentOrder.SCORE,
) -> Response:
    """Export a page of the shortlist as CSV; the header Link leads to the next."""
    page = shortlists.shortlist(
        service, caller, vacancy, order=order, where=where, after=paging.after, limit=paging.limit
    )
    text = "".join(exports.shortlist_csv([page.items])).encode("utf-8", "replace")
    response = attachment(text, f"shortlist-{vacancy}.csv", "text/csv; charset=utf-8")
    return paging.linked(response, page.after)


@routes.get("/vacancies/{vacancy}/shortlist.pdf", Declared(KeyRole.VIEWER, gives=_PDF))
def export_shortlist_pdf(  # noqa: PLR0913, PLR0917 - an order, a filter and paging
    service: ServiceHere,
    caller: CallerHere,
    vacancy: str,
    where: FilterHere,
    paging: PagingHere,
    order: OrderHere = AssessmentOrder.SCORE,
    report_language: LanguageHere = ReportLanguage.EN,
) -> Response:
    """Export a page of the shortlist for printing, each document with its evidence."""
    page = shortlists.shortlist(
        service, caller, vacancy, order=order, where=where, after=paging.after, limit=paging.limit
    )
    content = exports.shortlist_pdf(service, caller, vacancy, page.items, report_language)
    return paging.linked(attachment(content, f"shortlist-{vacancy}.pdf", "application/pdf"), page.after)


@routes.get("/vacancies/{vacancy}/compare", Declared(KeyRole.VIEWER))
def compare(
    service: ServiceHere,
    caller: CallerHere,
    vacancy: str,
    document: Annotated[list[str], Query(min_length=2, max_length=4, description="Two to four ids.")],
) -> ComparedDocuments:
    """Put two to four documents side by side, by what the vacancy asks for."""
    found = shortlists.compare(service, caller, vacancy, document)
    return ComparedDocuments(found.vacancy, tuple(map(ranked_of, found.rows)), found.requirements)
