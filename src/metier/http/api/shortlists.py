"""Shortlists: the documents that were assessed against a vacancy, ranked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import Depends, Query, Response

from metier.http import exports
from metier.http.api.admission import CallerHere, ServiceHere
from metier.http.api.assessments import LanguageHere
from metier.http.api.declare import Declared, Gives, Routes
from metier.http.api.paging import PagingHere
from metier.http.downloads import attachment
from metier.http.schemas.answers import ComparedDocuments, RankedDocument, ranked_of
from metier.http.schemas.requests import DecisionName, ShortlistQuery
from metier.report.html import ReportLanguage
from metier.service import shortlists
from metier.service.shortlists import DecisionFilter, ShortlistFilter, ShortlistRow
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
    decision: Annotated[DecisionName, Query(description="The decision that stands.")] = "any",
) -> ShortlistFilter:
    return ShortlistFilter(min_score, min_months, language, _wanted(decision))


def _wanted(decision: DecisionName) -> DecisionFilter:
    return decision if decision in {"any", "none"} else DecisionKind(decision)


def _rows(
    service: ServiceHere,
    caller: CallerHere,
    vacancy: str,
    where: Annotated[ShortlistFilter, Depends(_filter)],
    paging: PagingHere,
    order: Annotated[AssessmentOrder, Query(description="What is highest.")] = AssessmentOrder.SCORE,
) -> Callable[[], Page[ShortlistRow]]:
    return partial(
        shortlists.shortlist,
        service,
        caller,
        vacancy,
        order=order,
        where=where,
        after=paging.after,
        limit=paging.limit,
    )


# Reads the part of a shortlist that an address asks for, once all of the address is known to be right.
RowsHere = Annotated[Callable[[], Page[ShortlistRow]], Depends(_rows)]


@routes.get("/vacancies/{vacancy}/shortlist", Declared(KeyRole.VIEWER))
def get_shortlist(
    rows: RowsHere,
    paging: PagingHere,
    *,
    records: Annotated[bool, Query(description="Whether rows hold the records of assessments.")] = True,
) -> Page[RankedDocument]:
    """List the documents that were assessed against a vacancy, the highest first.

    The score orders documents by what their text shows of what the vacancy asks for. It decides nothing.
    Records hold the evidence, which is most of an answer; `GET /assessments/{assessment}/record` gives one.
    """
    return paging.answer(_told(rows(), records=records))


@routes.post("/vacancies/{vacancy}/shortlist/search", Declared(KeyRole.VIEWER))
def search_shortlist(
    service: ServiceHere, caller: CallerHere, vacancy: str, body: ShortlistQuery
) -> Page[RankedDocument]:
    """Find documents of a shortlist by a part of a name, the highest first; ranks are those among all.

    A name goes in the body: an address stands in logs and histories. Ask the next page with the `after` of
    the page before.
    """
    decision = _wanted(body.decision)
    where = ShortlistFilter(body.min_score, body.min_months, body.language, decision, body.text)
    page = shortlists.shortlist(
        service, caller, vacancy, order=body.order, where=where, after=body.after, limit=body.limit
    )
    return _told(page, records=body.records)


def _told(page: Page[ShortlistRow], *, records: bool) -> Page[RankedDocument]:
    return Page(tuple(ranked_of(row, records=records) for row in page.items), page.after)


@routes.get("/vacancies/{vacancy}/shortlist.csv", Declared(KeyRole.VIEWER, gives=_CSV))
def export_shortlist_csv(vacancy: str, rows: RowsHere, paging: PagingHere) -> Response:
    """Export a page of the shortlist as CSV; the header Link leads to the next."""
    page = rows()
    text = "".join(exports.shortlist_csv([page.items])).encode("utf-8", "replace")
    response = attachment(text, f"shortlist-{vacancy}.csv", "text/csv; charset=utf-8")
    return paging.linked(response, page.after)


@routes.get("/vacancies/{vacancy}/shortlist.pdf", Declared(KeyRole.VIEWER, gives=_PDF))
def export_shortlist_pdf(
    service: ServiceHere,
    caller: CallerHere,
    vacancy: str,
    rows: RowsHere,
    paging: PagingHere,
    report_language: LanguageHere = ReportLanguage.EN,
) -> Response:
    """Export a page of the shortlist for printing, each document with its evidence."""
    page = rows()
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
