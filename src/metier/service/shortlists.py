"""The documents that were assessed against a vacancy: ranked, filtered, and side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from metier.assessment import Assessment
from metier.engine.audit_findings import scan_assessment
from metier.errors import InvalidInput, NotFound
from metier.scans import ScanVerdict
from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces import assessments, decisions, documents, people, vacancies
from metier.store.workspaces.assessments import AssessmentOrder, StoredAssessment
from metier.store.workspaces.decisions import Decision, DecisionKind
from metier.store.workspaces.documents import StoredDocument
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.people import Person
from metier.store.workspaces.rows import Page, check_limit
from metier.store.workspaces.texts import folded
from metier.store.workspaces.transaction import Transaction
from metier.store.workspaces.vacancies import Vacancy
from metier.types import Importance, Requirement

DecisionFilter: TypeAlias = DecisionKind | Literal["any", "none"]

_CHUNK: Final = 100
_PART: Final = 20
_FEWEST: Final = 2
_MOST: Final = 4


@dataclass(frozen=True, slots=True)
class ShortlistFilter:
    """Which rows of a shortlist to show; all conditions must hold.

    Attributes:
        min_score: at least this score of the coverage, 0 to 1.
        min_months: at least this much experience that the document tells.
        language: ISO 639-1 code of the document.
        decision: `any`; `none` for those that nobody has decided on; or the decision that stands, shortlist
            or reject.
        text: that the name of the person or of the document holds, whatever the case.
    """

    min_score: float | None = None
    min_months: int | None = None
    language: str | None = None
    decision: DecisionFilter = "any"
    text: str = ""

    def __post_init__(self) -> None:
        if self.min_score is not None and not 0 <= self.min_score <= 1:
            raise InvalidInput(f"min_score must be from 0 to 1. Got {self.min_score}.")
        if self.min_months is not None and not self.min_months >= 0:
            raise InvalidInput(f"min_months must be at least 0. Got {self.min_months}.")
        if self.decision not in {"any", "none", DecisionKind.SHORTLIST, DecisionKind.REJECT}:
            raise InvalidInput("decision must be any, none, shortlist or reject: notes do not stand.")


@dataclass(frozen=True, slots=True)
class ShortlistRow:
    """A document in a shortlist.

    Attributes:
        rank: from 1, among all that were assessed against the vacancy, filtered or not; equal ones share it.
        person: whom it is about, or None.
        document: the document.
        assessment: the latest against the vacancy.
        record: what that says.
        decision: the shortlisting or rejection that stands, or None.
        verdict: whether a person should look at the document before trusting it.
    """

    rank: int
    person: Person | None
    document: StoredDocument
    assessment: StoredAssessment
    record: Assessment
    decision: Decision | None
    verdict: ScanVerdict


@dataclass(frozen=True, slots=True)
class ComparedRequirement:
    """One thing that a vacancy asks for, and what each of the compared documents shows of it, in order."""

    name: str
    importance: Importance
    cells: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two to four documents side by side.

    Attributes:
        vacancy: that they are held against.
        rows: in the order that was asked for.
        requirements: required ones first, each in the order of the vacancy.
    """

    vacancy: Vacancy
    rows: tuple[ShortlistRow, ...]
    requirements: tuple[ComparedRequirement, ...]


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A row before its record is read."""

    rank: int
    assessment: StoredAssessment
    decision: Decision | None


_EVERYTHING: Final = ShortlistFilter()


def shortlist(  # noqa: PLR0913 - an order, a filter and the two of paging
    service: Service,
    caller: Caller,
    vacancy: str,
    *,
    order: AssessmentOrder = AssessmentOrder.SCORE,
    where: ShortlistFilter = _EVERYTHING,
    after: str | None = None,
    limit: int = 50,
) -> Page[ShortlistRow]:
    """Return the latest assessment of each document against a vacancy, the highest first.

    A page is full unless it is the last, however many rows the filter leaves out.

    Args:
        service: to look in.
        caller: whose workspace.
        vacancy: id of the vacancy.
        order: what is highest.
        where: which rows to show.
        after: `Page.after` of the page before, with the same order and filter.
        limit: how many at most, 1 to 200.

    Raises:
        NotFound: there is no such vacancy in the workspace.
        InvalidInput: `limit` or `after` is out of its range.
    """
    caller.require(KeyRole.VIEWER)
    check_limit(limit)
    with service.database.reading() as transaction:
        vacancies.get(transaction, caller.workspace, vacancy)
        rows: list[ShortlistRow] = []
        for chunk in _ranking(transaction, caller.workspace, vacancy, order, after):
            for row in _rows(transaction, chunk, where):
                if len(rows) == limit:
                    return Page(tuple(rows), assessments.cursor(rows[-1].assessment, order))
                rows.append(row)
    return Page(tuple(rows), None)


def compare(service: Service, caller: Caller, vacancy: str, documents: Sequence[str]) -> Comparison:
    """Return two to four documents side by side, as they were last assessed against a vacancy.

    Args:
        service: to look in.
        caller: whose workspace.
        vacancy: id of the vacancy.
        documents: ids of the documents, in the order to show them in.

    Raises:
        NotFound: there is no such vacancy or document in the workspace, or one was not assessed against it.
        InvalidInput: fewer than two, more than four or twice the same; one that could not be read; or they
            were assessed with different taxonomies, so that they were asked for different things.
    """
    caller.require(KeyRole.VIEWER)
    if not _FEWEST <= len(documents) <= _MOST or len(set(documents)) < len(documents):
        raise InvalidInput(
            f"Compare {_FEWEST} to {_MOST} different documents. Got {len(documents)}, {len(set(documents))} "
            "of them different."
        )
    with service.database.reading() as transaction:
        found = vacancies.get(transaction, caller.workspace, vacancy)
        standing = decisions.standing(transaction, caller.workspace, vacancy, list(documents))
        rows = [
            _assessed(transaction, caller.workspace, vacancy, document, standing.get(document))
            for document in documents
        ]
    return Comparison(found, tuple(rows), tuple(_compared(rows)))


def _ranking(
    transaction: Transaction, workspace: str, vacancy: str, order: AssessmentOrder, after: str | None
) -> Iterator[list[_Ranked]]:
    """Yield the rows of a ranking from a place on, some at a time; the rank is that in the whole."""
    rank, place, value = 0, 0, None
    # On a later page, what stands before its first row is counted: equal ones may stand on the page before.
    known = after is None
    while True:
        page = assessments.ranking(transaction, workspace, vacancy, order=order, after=after, limit=_CHUNK)
        ids = [item.document for item in page.items]
        standing = decisions.standing(transaction, workspace, vacancy, ids)
        chunk = []
        for item in page.items:
            here = getattr(item, order.value)
            place += 1
            if not rank or here != value:
                if not known:
                    place = assessments.n_above(transaction, item, order) + 1
                    known = bool(rank)
                rank = place
            value = here
            chunk.append(_Ranked(rank, item, standing.get(item.document)))
        yield chunk
        if page.after is None:
            return
        after = page.after


def _rows(
    transaction: Transaction, chunk: Sequence[_Ranked], where: ShortlistFilter
) -> Iterator[ShortlistRow]:
    """Yield those rows of a chunk that the filter lets through, with all that is shown of them."""
    kept = [ranked for ranked in chunk if _passes(ranked, where)]
    if not kept:
        return
    workspace = kept[0].assessment.workspace
    found = documents.several(transaction, workspace, [ranked.assessment.document for ranked in kept])
    named = [document.person for document in found.values() if document.person]
    known = people.several(transaction, workspace, list(dict.fromkeys(named)))
    wanted = folded(where.text).strip()

    def is_named_so(ranked: _Ranked) -> bool:
        document = found[ranked.assessment.document]
        person = known.get(document.person or "")
        return wanted in folded(document.name) or (person is not None and wanted in folded(person.name))

    # Names first: the records of those who are called otherwise need not be read.
    for part in _parts([ranked for ranked in kept if not wanted or is_named_so(ranked)]):
        records = assessments.records(transaction, [ranked.assessment for ranked in part])
        for ranked in part:
            item = ranked.assessment
            document, record = found[item.document], records[item.id]
            person = known.get(document.person or "")
            if where.language is not None and record.language != where.language:
                continue
            verdict = scan_assessment(record).verdict
            yield ShortlistRow(ranked.rank, person, document, item, record, ranked.decision, verdict)


def _parts(kept: Sequence[_Ranked]) -> Iterator[Sequence[_Ranked]]:
    """Yield a few at a time, so that a short page does not read the records of a long ranking."""
    for start in range(0, len(kept), _PART):
        yield kept[start : start + _PART]


def _passes(ranked: _Ranked, where: ShortlistFilter) -> bool:
    item = ranked.assessment
    return (
        (where.min_score is None or (item.score is not None and item.score >= where.min_score))
        and (where.min_months is None or (item.months is not None and item.months >= where.min_months))
        and _decided(ranked.decision, where.decision)
    )


def _decided(decision: Decision | None, wanted: DecisionFilter) -> bool:
    if wanted == "any":
        return True
    if wanted == "none":
        return decision is None
    return decision is not None and decision.kind == wanted


def _assessed(
    transaction: Transaction, workspace: str, vacancy: str, document: str, decision: Decision | None
) -> ShortlistRow:
    found = assessments.latest(transaction, workspace, document, vacancy)
    if found is None:
        raise NotFound(f"The document {document} was not assessed against the vacancy {vacancy}. Assess it.")
    rank = assessments.n_above(transaction, found, AssessmentOrder.SCORE) + 1
    (row,) = _rows(transaction, [_Ranked(rank, found, decision)], _EVERYTHING)
    if row.record.coverage is None:
        raise InvalidInput(f"The document {document} could not be read, so it cannot be compared.")
    return row


def _compared(rows: Sequence[ShortlistRow]) -> Iterator[ComparedRequirement]:
    """Yield what the vacancy asks for, once, with the cell of each document."""
    columns = [row.record.coverage.requirements for row in rows if row.record.coverage]
    asked = [[(one.skill, one.importance) for one in column] for column in columns]
    if any(other != asked[0] for other in asked):
        raise InvalidInput(
            "These documents were not asked for the same: they were assessed with different taxonomies or "
            "versions of metier. Assess them again, then compare."
        )
    for cells in zip(*columns, strict=True):
        yield ComparedRequirement(cells[0].name, cells[0].importance, cells)
