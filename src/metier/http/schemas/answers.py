"""Answers that are no single record of the library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from metier.assessment import Assessment
from metier.scans import ScanVerdict
from metier.search.hits import Hit
from metier.service.documents import ReadingState, reading_state
from metier.service.searching import Found
from metier.service.shortlists import ComparedRequirement, ShortlistRow
from metier.store.workspaces.assessments import StoredAssessment
from metier.store.workspaces.decisions import Decision
from metier.store.workspaces.documents import StoredDocument
from metier.store.workspaces.interviews import StoredInterview
from metier.store.workspaces.keys import ApiKey
from metier.store.workspaces.log import LogEntry
from metier.store.workspaces.people import Person
from metier.store.workspaces.vacancies import Vacancy
from metier.types import Quote, Role


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A document, without its bytes, its text and what reading it gave.

    Attributes:
        id: of the document.
        person: id of whom it is about, or None.
        role: what it is in the hiring process.
        name: that a person knows it by.
        sha256: of the bytes.
        size: how many bytes.
        created_at: when it was added.
        state: unread, read or unreadable.
    """

    id: str
    person: str | None
    role: Role
    name: str
    sha256: str
    size: int
    created_at: str
    state: ReadingState


def facts_of(found: StoredDocument) -> DocumentFacts:
    """Return what is told of a document in lists."""
    return DocumentFacts(
        found.id,
        found.person,
        found.role,
        found.name,
        found.sha256,
        found.size,
        found.created_at,
        reading_state(found),
    )


class UploadOutcome(StrEnum):
    """What became of one file of an upload."""

    ADDED = "added"
    THERE = "there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file of an upload.

    Attributes:
        name: as it is kept.
        outcome: added, there already, or refused.
        document: that it is; None where it was refused.
        code: why it was refused; empty where it was not.
        message: the same for people.
    """

    name: str
    outcome: UploadOutcome
    document: DocumentFacts | None = None
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of the files of an upload, in their order."""

    files: tuple[UploadedFile, ...]


@dataclass(frozen=True, slots=True)
class ReadingOfDocument:
    """What reading a document gave.

    Attributes:
        state: unread, read or unreadable.
        details: sections, periods, findings and what else was read, or why it could not be.
    """

    state: ReadingState
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WantedSkill:
    """One thing that a vacancy asks for: a skill, or any one of several.

    Attributes:
        skills: ids; more than one where the vacancy offers a choice.
        names: their labels, in the same order.
        importance: required or preferred.
        quotes: where the vacancy asks for it.
    """

    skills: tuple[str, ...]
    names: tuple[str, ...]
    importance: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class RankedDocument:
    """A document in a shortlist.

    Attributes:
        rank: from 1, among all that were assessed against the vacancy; equal ones share it.
        person: whom it is about, or None.
        document: the document.
        assessment: the latest against the vacancy.
        record: what that says; None where it was not asked for.
        decision: the shortlisting or rejection that stands, or None.
        verdict: whether a person should look at the document before trusting it.
    """

    rank: int
    person: Person | None
    document: DocumentFacts
    assessment: StoredAssessment
    record: Assessment | None
    decision: Decision | None
    verdict: ScanVerdict


def ranked_of(row: ShortlistRow, *, records: bool = True) -> RankedDocument:
    """Return what is told of a row of a shortlist, with its record or without."""
    return RankedDocument(
        row.rank,
        row.person,
        facts_of(row.document),
        row.assessment,
        row.record if records else None,
        row.decision,
        row.verdict,
    )


@dataclass(frozen=True, slots=True)
class ComparedDocuments:
    """Two to four documents side by side.

    Attributes:
        vacancy: that they are held against.
        rows: in the order that was asked for.
        requirements: required ones first, each with what every document shows, in the order of the rows.
    """

    vacancy: Vacancy
    rows: tuple[RankedDocument, ...]
    requirements: tuple[ComparedRequirement, ...]


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document that was found: itself, whom it is about, and why it was found."""

    document: DocumentFacts
    person: Person | None
    hit: Hit


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What a search found.

    Attributes:
        hits: the best first.
        n_searched: documents that passed the filter.
        encoder: name of what made the vectors.
        encoder_sha256: its hash.
    """

    hits: tuple[FoundDocument, ...]
    n_searched: int
    encoder: str
    encoder_sha256: str


def answer_of(found: Found) -> SearchAnswer:
    """Return what is told of a search."""
    hits = tuple(FoundDocument(facts_of(one.document), one.person, one.hit) for one in found.hits)
    return SearchAnswer(hits, found.result.n_searched, found.result.encoder, found.result.encoder_sha256)


@dataclass(frozen=True, slots=True)
class KeyWithToken:
    """A key that was added, and the whole of it, which is shown this once."""

    key: ApiKey
    token: str


@dataclass(frozen=True, slots=True)
class InterviewLink:
    """The link of a candidate, which is shown this once.

    Attributes:
        interview: that it leads to.
        url: what to send to the candidate.
    """

    interview: StoredInterview
    url: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some entries of the log, in their order; `after` is what to ask the next ones with, or None."""

    items: tuple[LogEntry, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the process can answer.

    Attributes:
        status: `ok`, or `not ready`.
        database: whether it answers.
        models: whether they are loaded, `ready` or `not loaded`.
    """

    status: str
    database: str = ""
    models: str = ""
