"""What a server says of documents: assessments, shortlists, decisions, searches, skills and audits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metier.assessment import Assessment
from metier.client.records import (
    Comparison,
    Decision,
    Found,
    Job,
    LinkedSkill,
    RankedDocument,
    Recomputed,
    StoredAssessment,
)
from metier.client.transport import Request, Transport, found_pages, new_once, pages, record, records
from metier.scans import ScanReport
from metier.types import Expertise, Level, Role, SkillEvidence


class Assessments:
    """Assessments of documents, against a vacancy or none."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(self, document: str, *, vacancy: str | None = None) -> StoredAssessment:
        """Assess a document now; for many, begin a job: `client.jobs.assess`."""
        body = {"document": document, "vacancy": vacancy}
        request = Request("POST", "/assessments", body=body, once=new_once())
        return record(StoredAssessment, self._transport.send(request))

    def get(self, assessment: str) -> StoredAssessment:
        """Return what an assessment was made from and with."""
        return record(StoredAssessment, self._transport.send(Request("GET", f"/assessments/{assessment}")))

    def record(self, assessment: str) -> Assessment:
        """Return all that an assessment says."""
        return record(Assessment, self._transport.send(Request("GET", f"/assessments/{assessment}/record")))

    def list(self, document: str) -> Iterator[StoredAssessment]:
        """Yield the assessments of a document, the latest first."""
        return pages(self._transport, StoredAssessment, f"/documents/{document}/assessments", {"limit": 200})

    def report_html(self, assessment: str, *, language: str = "en") -> str:
        """Return the report as a page that needs nothing else; `language` is en or ru."""
        path = f"/assessments/{assessment}/report.html"
        return self._transport.send(Request("GET", path, {"language": language})).text

    def report_pdf(self, assessment: str, *, language: str = "en") -> bytes:
        """Return the report for printing; `language` is en or ru."""
        path = f"/assessments/{assessment}/report.pdf"
        return self._transport.send(Request("GET", path, {"language": language})).content

    def recompute(self, assessment: str) -> Recomputed:
        """Make an assessment again from the original bytes and compare; what is kept stays."""
        return record(
            Recomputed, self._transport.send(Request("POST", f"/assessments/{assessment}/recompute"))
        )


class Shortlists:
    """The documents that were assessed against a vacancy, ranked.

    Conditions are those of the API: `min_score`, `min_months`, `language`, `decision` (any, none, shortlist
    or reject) and `order` (score, similarity or months); what lists rows takes `records` too: False leaves
    out the records of the assessments, which are most of an answer.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, vacancy: str, *, where: Mapping[str, Any] | None = None) -> Iterator[RankedDocument]:
        """Yield the documents of a shortlist, the highest first."""
        query = {**(where or {}), "limit": 200}
        return pages(self._transport, RankedDocument, f"/vacancies/{vacancy}/shortlist", query)

    def search(
        self, vacancy: str, text: str, *, where: Mapping[str, Any] | None = None
    ) -> Iterator[RankedDocument]:
        """Yield the documents of a shortlist whose name, or whose person's, contains a text, in any case."""
        body = {**(where or {}), "text": text, "limit": 200}
        path = f"/vacancies/{vacancy}/shortlist/search"
        return found_pages(self._transport, RankedDocument, path, body)

    def compare(self, vacancy: str, documents: Sequence[str]) -> Comparison:
        """Return two to four documents side by side."""
        request = Request("GET", f"/vacancies/{vacancy}/compare", {"document": list(documents)})
        return record(Comparison, self._transport.send(request))

    def csv(self, vacancy: str, *, where: Mapping[str, Any] | None = None, limit: int = 200) -> str:
        """Return the first rows of a shortlist as CSV."""
        request = Request("GET", f"/vacancies/{vacancy}/shortlist.csv", {**(where or {}), "limit": limit})
        return self._transport.send(request).text

    def pdf(
        self,
        vacancy: str,
        *,
        where: Mapping[str, Any] | None = None,
        limit: int = 50,
        language: str = "en",
    ) -> bytes:
        """Return the first rows of a shortlist for printing, in English (en) or Russian (ru)."""
        query = {**(where or {}), "limit": limit, "report_language": language}
        request = Request("GET", f"/vacancies/{vacancy}/shortlist.pdf", query)
        return self._transport.send(request).content


class Decisions:
    """What people decide."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(self, vacancy: str, document: str, *, kind: str, note: str = "") -> Decision:
        """Record what the person who holds the key decides; `kind` is shortlist, reject or note."""
        body = {"vacancy": vacancy, "document": document, "kind": kind, "note": note}
        return record(
            Decision, self._transport.send(Request("POST", "/decisions", body=body, once=new_once()))
        )

    def list(self, *, vacancy: str | None = None, document: str | None = None) -> Iterator[Decision]:
        """Yield decisions, the latest first."""
        query = {"vacancy": vacancy, "document": document, "limit": 200}
        return pages(self._transport, Decision, "/decisions", query)

    def undo(self, decision: str, *, note: str = "") -> Decision:
        """Undo a decision; return the one that does so."""
        request = Request("POST", f"/decisions/{decision}/undo", body={"note": note})
        return record(Decision, self._transport.send(request))


class Search:
    """Documents for a few words, or for another document."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def query(
        self, text: str, *, role: Role | None = None, top_k: int = 10, filters: Sequence[str] = ()
    ) -> Found:
        """Return the documents that fit some words.

        Args:
            text: the words.
            role: only resumes, or only vacancies.
            top_k: how many at most.
            filters: as in `metier search`, such as `years>=3`.
        """
        body = {"text": text, "role": role, "top_k": top_k, "filters": list(filters)}
        return self._found(Request("POST", "/search/query", body=body))

    def similar(
        self, document: str, *, role: Role | None = None, top_k: int = 10, filters: Sequence[str] = ()
    ) -> Found:
        """Return vacancies for a resume and the other way round, or, with `role`, the like of it."""
        body = {"document": document, "role": role, "top_k": top_k, "filters": list(filters)}
        return self._found(Request("POST", "/search/similar", body=body))

    def _found(self, request: Request) -> Found:
        return record(Found, self._transport.send(request))


class Skills:
    """Skills in a text, and the level that a document shows. Nothing is kept."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def detect(self, text: str) -> tuple[SkillEvidence, ...]:
        """Return the skills that a text shows, each with the words that show it."""
        answer = self._transport.send(Request("POST", "/skills/detect", body={"text": text}))
        return records(SkillEvidence, answer)

    def link(self, text: str, *, top_k: int = 5) -> tuple[LinkedSkill, ...]:
        """Return the skills of the taxonomy that are nearest to a text."""
        answer = self._transport.send(Request("POST", "/skills/link", body={"text": text, "top_k": top_k}))
        return records(LinkedSkill, answer)

    def score_level(
        self,
        *,
        document: str | None = None,
        text: str | None = None,
        level: Level | None = None,
        position: str = "",
    ) -> Expertise:
        """Return the level that a document or a text shows, with its doubt; `level` is one to test for."""
        body = {"document": document, "text": text, "level": level, "position": position}
        return record(Expertise, self._transport.send(Request("POST", "/expertise", body=body)))


class Audits:
    """Whether a document, decisions or a model can be trusted."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def document(self, document: str, *, vacancy: str | None = None) -> ScanReport:
        """Return what the latest assessment of a document found against trusting it."""
        request = Request("GET", f"/audits/documents/{document}", {"vacancy": vacancy})
        return record(ScanReport, self._transport.send(request))

    def decisions(self, vacancy: str, table: bytes, *, identifier: str, groups: Sequence[str]) -> ScanReport:
        """Return who was selected, by groups of people.

        Args:
            vacancy: id of the vacancy.
            table: CSV with a line of names; it is not kept.
            identifier: its column of ids of documents or people.
            groups: its columns to group people by, one to four.
        """
        request = Request(
            "POST",
            f"/audits/vacancies/{vacancy}/decisions",
            files=[("table", ("groups.csv", table))],
            form={"id": identifier, "groups": list(groups)},
        )
        return record(ScanReport, self._transport.send(request))

    def model(self, model: str) -> ScanReport:
        """Return what an audit of a model's files finds."""
        return record(ScanReport, self._transport.send(Request("GET", f"/audits/models/{model}")))

    def start_models(self) -> Job:
        """Begin to audit every model that is installed."""
        return record(Job, self._transport.send(Request("POST", "/audits/models")))
