"""A vacancy with everybody who was held against it: the ranking, two to four side by side, and exports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from metier.http import exports
from metier.http.downloads import attachment, streamed
from metier.http.pages.forms import PostedBySignedIn
from metier.http.pages.shortlist_query import DECISIONS, ShortlistQuery, query_of
from metier.http.pages.tokens import new_once
from metier.http.pages.visit import SignedIn, Visit
from metier.report.words import LANGUAGES, ReportLanguage
from metier.service import shortlists, vacancies
from metier.service.shortlists import ShortlistRow
from metier.types import Importance, RequirementStatus

router = APIRouter()

_ROWS: Final = 50
_MOST_FOUND: Final = 200
_MOST_PRINTED: Final = 200


@router.get("/vacancies/{vacancy}")
def show_shortlist(vacancy: str, visit: SignedIn) -> Response:
    """Return a vacancy, where to drop resumes, and the ranking."""
    after = visit.request.query_params.get("after")
    return _page(visit, vacancy, _asked(visit), after=after, limit=_ROWS)


@router.post("/vacancies/{vacancy}")
def filter_shortlist(vacancy: str, posted: PostedBySignedIn) -> Response:
    """Return the ranking as a form asks for it, which may look for a name: names are in no address."""
    visit = posted.visit
    query = query_of({name: value for name, value in posted.form.items() if isinstance(value, str)})
    response = _page(visit, vacancy, query, limit=_MOST_FOUND if query.text else _ROWS)
    response.headers["HX-Push-Url"] = f"/vacancies/{vacancy}?{query.spelled()}"
    return response


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
    parts = _parts(visit, vacancy, _asked(visit))
    return streamed(
        _marked(exports.shortlist_csv(parts)), f"shortlist-{vacancy}.csv", "text/csv; charset=utf-8"
    )


@router.get("/vacancies/{vacancy}/shortlist.json")
def export_json(vacancy: str, visit: SignedIn) -> Response:
    """Return the ranking with all records as JSON."""
    found = vacancies.get(visit.service, visit.caller, vacancy)
    content = exports.shortlist_json(found, _parts(visit, vacancy, _asked(visit)))
    return streamed(content, f"shortlist-{vacancy}.json", "application/json")


@router.get("/vacancies/{vacancy}/shortlist.pdf")
def export_pdf(vacancy: str, visit: SignedIn) -> Response:
    """Return the ranking for printing, as far as one file should hold it; its name says where that ends."""
    query = _asked(visit)
    page = shortlists.shortlist(
        visit.service, visit.caller, vacancy, order=query.order, where=query.where, limit=_MOST_PRINTED
    )
    language = ReportLanguage(visit.look.language)
    content = exports.shortlist_pdf(visit.service, visit.caller, vacancy, page.items, language)
    ending = f"-first-{_MOST_PRINTED}" if page.after else ""
    return attachment(content, f"shortlist-{vacancy}{ending}.pdf", "application/pdf")


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


def _asked(visit: Visit) -> ShortlistQuery:
    """Return what the address asks for; a name in it counts for nothing."""
    params = visit.request.query_params
    return query_of({name: value for name, value in params.items() if name != "text"})


def _page(
    visit: Visit, vacancy: str, query: ShortlistQuery, *, after: str | None = None, limit: int
) -> Response:
    """Return the page of a vacancy with a part of its ranking."""
    found = vacancies.get(visit.service, visit.caller, vacancy)
    page = shortlists.shortlist(
        visit.service, visit.caller, vacancy, order=query.order, where=query.where, after=after, limit=limit
    )
    address = f"/vacancies/{vacancy}?{query.spelled()}" + (f"&{urlencode({'after': after})}" if after else "")
    context = {
        "vacancy": found,
        "wanted": vacancies.wanted(visit.service, visit.caller, vacancy),
        "page": page,
        "met": {row.document.id: required_met(row) for row in page.items},
        "query": query,
        "back": address,
        "look_back": address,
        "most_printed": _MOST_PRINTED,
        "most_bytes": visit.site.options.max_request_bytes,
        "most_files": visit.site.options.max_files,
        "decisions": DECISIONS,
        "languages": sorted(code for code in LANGUAGES if code != "und"),
        "once": new_once(),
    }
    return visit.show("vacancy.html.j2", context)


def _parts(visit: Visit, vacancy: str, query: ShortlistQuery) -> Iterator[Sequence[ShortlistRow]]:
    return exports.shortlist_parts(visit.service, visit.caller, vacancy, order=query.order, where=query.where)


def _marked(parts: Iterator[str]) -> Iterator[str]:
    """Yield text after the mark that lets spreadsheets read Cyrillic."""
    yield "\ufeff"
    yield from parts
