"""A vacancy with everybody who was held against it: the ranking, two to four side by side, and exports."""

from __future__ import annotations

import json
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from metier.http import exports
from metier.http.downloads import attachment
from metier.http.pages.shortlist_query import DECISIONS, query_of
from metier.http.pages.tokens import new_once
from metier.http.pages.visit import SignedIn, Visit
from metier.records import to_mapping
from metier.report.words import LANGUAGES, ReportLanguage
from metier.service import shortlists, vacancies
from metier.service.shortlists import ShortlistRow
from metier.types import Importance, RequirementStatus

router = APIRouter()

_ROWS: Final = 50
_MOST_ROWS: Final = 10_000
_MOST_PRINTED: Final = 200


@router.get("/vacancies/{vacancy}")
def show_shortlist(vacancy: str, visit: SignedIn) -> Response:
    """Return a vacancy, where to drop resumes, and the ranking."""
    params = visit.request.query_params
    query = query_of(params)
    found = vacancies.get(visit.service, visit.caller, vacancy)
    page = shortlists.shortlist(
        visit.service,
        visit.caller,
        vacancy,
        order=query.order,
        where=query.where,
        after=params.get("after"),
        limit=_ROWS,
    )
    context = {
        "vacancy": found,
        "wanted": vacancies.wanted(visit.service, visit.caller, vacancy),
        "page": page,
        "met": {row.document.id: required_met(row) for row in page.items},
        "query": query,
        "decisions": DECISIONS,
        "languages": sorted(code for code in LANGUAGES if code != "und"),
        "once": new_once(),
    }
    return visit.show("vacancy.html.j2", context)


@router.get("/vacancies/{vacancy}/compare")
def compare(vacancy: str, visit: SignedIn) -> Response:
    """Return two to four people side by side."""
    chosen = visit.request.query_params.getlist("document")
    found = vacancies.get(visit.service, visit.caller, vacancy)
    if not 2 <= len(set(chosen)) <= 4:
        return visit.show("compare-choose.html.j2", {"vacancy": found}, status=422)
    compared = shortlists.compare(visit.service, visit.caller, vacancy, list(dict.fromkeys(chosen)))
    met = {row.document.id: required_met(row) for row in compared.rows}
    return visit.show("compare.html.j2", {"vacancy": found, "compared": compared, "met": met})


@router.get("/vacancies/{vacancy}/shortlist.csv")
def export_csv(vacancy: str, visit: SignedIn) -> Response:
    """Return the ranking as a table."""
    # The mark lets spreadsheets read Cyrillic.
    body = "\ufeff" + exports.shortlist_csv(_rows(visit, vacancy, _MOST_ROWS))
    return attachment(body.encode("utf-8", "replace"), f"shortlist-{vacancy}.csv", "text/csv; charset=utf-8")


@router.get("/vacancies/{vacancy}/shortlist.pdf")
def export_pdf(vacancy: str, visit: SignedIn) -> Response:
    """Return the ranking for printing, as far as one file should hold it."""
    rows = _rows(visit, vacancy, _MOST_PRINTED)
    language = ReportLanguage(visit.look.language)
    content = exports.shortlist_pdf(visit.service, visit.caller, vacancy, rows, language)
    return attachment(content, f"shortlist-{vacancy}.pdf", "application/pdf")


@router.get("/vacancies/{vacancy}/shortlist.json")
def export_json(vacancy: str, visit: SignedIn) -> Response:
    """Return the ranking with all records as JSON."""
    found = vacancies.get(visit.service, visit.caller, vacancy)
    people = [
        {
            "rank": row.rank,
            "person": to_mapping(row.person) if row.person else None,
            "document": {"id": row.document.id, "name": row.document.name},
            "decision": row.decision.kind.value if row.decision else None,
            "verdict": row.verdict.value,
            "assessment": to_mapping(row.record),
        }
        for row in _rows(visit, vacancy, _MOST_ROWS)
    ]
    told = {"vacancy": {"id": found.id, "title": found.title}, "people": people}
    return attachment(json.dumps(told, indent=1).encode(), f"shortlist-{vacancy}.json", "application/json")


def required_met(row: ShortlistRow) -> dict[str, int]:
    """Return how many required skills a document was asked for, names, and implies."""
    coverage = row.record.coverage
    asked = [
        one for one in (coverage.requirements if coverage else ()) if one.importance is Importance.REQUIRED
    ]
    return {
        "asked": len(asked),
        "matched": sum(one.status is RequirementStatus.MATCHED for one in asked),
        "implied": sum(one.status is RequirementStatus.IMPLIED for one in asked),
    }


def _rows(visit: Visit, vacancy: str, most: int) -> list[ShortlistRow]:
    """Return the rows that the address asks for, page after page, as many as one file should hold."""
    query = query_of(visit.request.query_params)
    rows: list[ShortlistRow] = []
    after: str | None = None
    while len(rows) < most:
        page = shortlists.shortlist(
            visit.service,
            visit.caller,
            vacancy,
            order=query.order,
            where=query.where,
            after=after,
            limit=min(_ROWS, most - len(rows)),
        )
        rows += page.items
        after = page.after
        if after is None:
            break
    return rows
