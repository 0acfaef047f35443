"""The log and its chain, documents with findings, and the audit of decisions."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from metier.errors import InvalidInput
from metier.http.pages.forms import Posted, PostedBySignedIn, number_of
from metier.http.pages.visit import SignedIn, Visit
from metier.http.problems import problem_of
from metier.report.audit import sheets
from metier.service import access, auditing, documents, upkeep, vacancies
from metier.service.auditing import GroupTable
from metier.store.workspaces.documents import StoredDocument
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.log import LogHead
from metier.types import Severity

router = APIRouter()

_MOST_ENTRIES: Final = 10**12
_ENTRIES: Final = 100
_DOCUMENTS: Final = 200
_WORTH_A_LOOK: Final = frozenset({Severity.WARNING.value, Severity.ERROR.value})


@router.get("/audit")
def show_log(visit: SignedIn) -> Response:
    """Return the entries of the log, the earliest first, and its head; others than administrators go on."""
    if not visit.may(KeyRole.ADMIN):
        return visit.go("/audit/documents")
    params = visit.request.query_params
    after = int(number_of(params, "after", least=0, most=_MOST_ENTRIES) or 0)
    subject = params.get("subject", "").strip()
    entries = upkeep.log_entries(
        visit.service, visit.caller, subject=subject or None, after=after, limit=_ENTRIES
    )
    return _log(visit, {"entries": entries, "subject": subject})


@router.post("/audit/verify")
def verify(posted: PostedBySignedIn) -> Response:
    """Check the chain of the log, to a noted head where one is given."""
    visit = posted.visit
    error, check = "", None
    try:
        noted = _noted(posted.text("head"))
        check = upkeep.verify_log(visit.service, visit.caller, noted=noted)
    except InvalidInput as problem:
        error = str(problem)
    entries = upkeep.log_entries(visit.service, visit.caller, limit=_ENTRIES)
    context = {"entries": entries, "subject": "", "check": check, "head_error": error}
    return _log(visit, context, status=422 if error else 200)


@router.get("/audit/documents")
def documents_with_findings(visit: SignedIn) -> Response:
    """Return the documents that a person should look at before trusting them."""
    page = documents.page(
        visit.service, visit.caller, after=visit.request.query_params.get("after"), limit=_DOCUMENTS
    )
    rows = [(one, findings) for one in page.items if (findings := _findings(one))]
    return visit.show("audit-documents.html.j2", {"rows": rows, "after": page.after})


@router.get("/audit/decisions")
def ask_for_groups(visit: SignedIn) -> Response:
    """Return the form that asks whose decisions to look at, and who belongs to which group."""
    return _decisions(visit, {"chosen": visit.request.query_params.get("vacancy", "")})


@router.post("/audit/decisions")
def audit_decisions(posted: PostedBySignedIn) -> Response:
    """Return the audit of what was decided for a vacancy; the table of groups is not kept."""
    visit = posted.visit
    given = {"chosen": posted.text("vacancy"), "id": posted.text("id"), "groups": posted.text("groups")}
    try:
        report = auditing.decisions_audit(
            visit.service, visit.caller, posted.text("vacancy"), groups=_groups(posted)
        )
    except InvalidInput as error:
        return _decisions(visit, given | {"error": str(error)}, status=problem_of(error).status)
    return _decisions(visit, given | {"report": report, "sheets": sheets(report)})


def _decisions(visit: Visit, context: dict[str, Any], *, status: int = 200) -> Response:
    everything = {
        "vacancies": vacancies.page(visit.service, visit.caller, limit=200).items,
        "chosen": "",
        "id": "person",
        "groups": "",
        "error": "",
        "report": None,
        "sheets": (),
        "look_back": "/audit/decisions",
    }
    return visit.show("audit-decisions.html.j2", everything | context, status=status)


def _groups(posted: Posted) -> GroupTable:
    columns = [name.strip() for name in posted.text("groups").split(",") if name.strip()]
    for file in posted.files("table"):
        return GroupTable(file.file.read(), posted.text("id"), tuple(columns))
    raise InvalidInput(posted.visit.words["groups_missing"])


def _findings(document: StoredDocument) -> list[dict[str, Any]]:
    """Return what reading a document found that is more than a note."""
    found = (document.details.get("document") or {}).get("findings") or ()
    return [one for one in found if one.get("severity") in _WORTH_A_LOOK]


def _log(visit: Visit, context: dict[str, Any], *, status: int = 200) -> Response:
    head = upkeep.log_head(visit.service, visit.caller)
    who = access.names_of(visit.service, visit.caller, {entry.actor for entry in context["entries"]})
    extra = {"head": head, "head_error": "", "check": None, "look_back": "/audit", "names": who}
    return visit.show("audit-log.html.j2", extra | context, status=status)


def _noted(text: str) -> LogHead | None:
    """Return a head as the page shows it, such as `17:3f…`; None where there is none."""
    if not text:
        return None
    number, _, found = text.partition(":")
    if not number.isascii() or not number.isdigit() or len(found) != 64:
        raise InvalidInput(
            "A noted head is a number, a colon and 64 hexadecimal digits, as this page shows it."
        )
    return LogHead(int(number[:15]), found.lower())
