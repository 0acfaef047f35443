"""Assessments as files: HTML and PDF reports, and shortlists as tables."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from io import StringIO
from typing import Any, Final

from metier.http.downloads import safe_cell
from metier.http.security import POLICY
from metier.records import to_mapping
from metier.report.html import ReportItem, ReportLanguage, render_html
from metier.report.pdf import render_pdf
from metier.service import assessing, documents, shortlists, vacancies
from metier.service.access import Caller
from metier.service.service import Service
from metier.service.shortlists import ShortlistFilter, ShortlistRow
from metier.store.workspaces.assessments import AssessmentOrder
from metier.store.workspaces.vacancies import Vacancy
from metier.types import Document, EvidenceLabel, Importance, RequirementStatus

_HEAD: Final = (
    "rank",
    "person",
    "external_id",
    "document",
    "name",
    "status",
    "coverage",
    "similarity",
    "months",
    "language",
    "decision",
    "audit",
    "explicit_skills",
    "implicit_skills",
    *(f"{importance}_{status}" for importance in Importance for status in RequirementStatus),
)
_PART: Final = 50
_POLICY: Final = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


def report_html(
    service: Service, caller: Caller, assessment: str, language: ReportLanguage
) -> tuple[str, str]:
    """Return the report of an assessment as a page, and the policy that its own style needs.

    Raises:
        NotFound: there is no such assessment, or what it is of was erased.
    """
    items, vacancy = _report(service, caller, assessment)
    page = render_html(items, vacancy=vacancy, language=language)
    return page, policy_of(page)


def policy_of(page: str) -> str:
    """Return the content security policy that a page of `metier.report` states, and who may frame it."""
    stated = _POLICY.search(page)
    return f"{unescape(stated[1])}; frame-ancestors 'none'" if stated else POLICY


def report_pdf(service: Service, caller: Caller, assessment: str, language: ReportLanguage) -> bytes:
    """Return the report of an assessment for printing.

    Raises:
        NotFound: there is no such assessment, or what it is of was erased.
    """
    items, vacancy = _report(service, caller, assessment)
    return render_pdf(items, vacancy=vacancy, language=language)


def shortlist_parts(
    service: Service, caller: Caller, vacancy: str, *, order: AssessmentOrder, where: ShortlistFilter
) -> Iterator[Sequence[ShortlistRow]]:
    """Return the rows of a whole shortlist, 50 at a time: records are large, and there may be thousands.

    The first part is read now, so that what is wrong with the question is raised here; each other part is
    read when it is asked for, and what fails then is raised there.

    Raises:
        NotFound: there is no such vacancy in the workspace.
    """
    first = shortlists.shortlist(service, caller, vacancy, order=order, where=where, limit=_PART)

    def parts() -> Iterator[Sequence[ShortlistRow]]:
        page = first
        yield page.items
        while page.after is not None:
            page = shortlists.shortlist(
                service, caller, vacancy, order=order, where=where, after=page.after, limit=_PART
            )
            yield page.items

    return parts()


def shortlist_csv(parts: Iterable[Sequence[ShortlistRow]]) -> Iterator[str]:
    """Yield a shortlist as CSV, its header with the first part; a spreadsheet runs none of the cells."""
    head: list[tuple[str, ...]] = [_HEAD]
    for part in parts:
        text = StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerows(head)
        table.writerows([safe_cell(cell) for cell in _cells(row)] for row in part)
        head = []
        yield text.getvalue()


def shortlist_json(vacancy: Vacancy, parts: Iterable[Sequence[ShortlistRow]]) -> Iterator[str]:
    """Yield a shortlist with all records as one JSON object."""
    told = json.dumps({"id": vacancy.id, "title": vacancy.title})
    yield f'{{"vacancy": {told}, "people": ['
    mark = "\n"
    for part in parts:
        for row in part:
            yield mark + json.dumps(_mapped(row))
            mark = ",\n"
    yield "\n]}\n"


def shortlist_pdf(
    service: Service, caller: Caller, vacancy: str, rows: Sequence[ShortlistRow], language: ReportLanguage
) -> bytes:
    """Return the rows of a shortlist, each with its evidence, for printing.

    Raises:
        NotFound: there is no such vacancy, or a document of a row was erased meanwhile.
    """
    items = [
        ReportItem(documents.read(service, caller, row.document.id), row.record, row.rank) for row in rows
    ]
    return render_pdf(items, vacancy=vacancies.text(service, caller, vacancy), language=language)


def _report(service: Service, caller: Caller, assessment: str) -> tuple[list[ReportItem], Document | None]:
    found = assessing.get(service, caller, assessment)
    record = assessing.record(service, caller, assessment)
    document = documents.read(service, caller, found.document)
    vacancy = vacancies.text(service, caller, found.vacancy) if found.vacancy else None
    return [ReportItem(document, record, None)], vacancy


def _mapped(row: ShortlistRow) -> dict[str, Any]:
    return {
        "rank": row.rank,
        "person": to_mapping(row.person) if row.person else None,
        "document": {"id": row.document.id, "name": row.document.name},
        "decision": row.decision.kind.value if row.decision else None,
        "verdict": row.verdict.value,
        "assessment": to_mapping(row.record),
    }


def _cells(row: ShortlistRow) -> Iterator[str]:
    record = row.record
    yield str(row.rank)
    yield row.person.name if row.person else ""
    yield (row.person.external_id or "") if row.person else ""
    yield row.document.id
    yield row.document.name
    yield record.status.value
    yield f"{record.coverage.score:.4f}" if record.coverage else ""
    yield f"{record.similarity.score:.4f}" if record.similarity else ""
    yield "" if record.months is None else str(record.months)
    yield record.language
    yield row.decision.kind.value if row.decision else ""
    yield row.verdict.value
    for label in (EvidenceLabel.EXPLICIT, EvidenceLabel.IMPLICIT):
        yield "; ".join(one.name for one in record.skills if one.label is label)
    requirements = record.coverage.requirements if record.coverage else ()
    for importance in Importance:
        for status in RequirementStatus:
            yield "; ".join(
                one.name for one in requirements if one.importance is importance and one.status is status
            )
