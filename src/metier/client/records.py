"""What a server answers, beside the records of the library; fields are named as in its API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metier.assessment import Assessment
from metier.dialogue import Turn
from metier.types import AssessmentStatus, Importance, Quote, Requirement, Role, Span


@dataclass(frozen=True, slots=True)
class Person:
    """Whom documents are about; `external_id` is of the system that the person comes from."""

    id: str
    name: str
    external_id: str | None
    created_at: str


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document on the server; `state` is unread, read or unreadable."""

    id: str
    person: str | None
    role: Role
    name: str
    sha256: str
    size: int
    created_at: str
    state: str


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """What became of a file: `outcome` is added, there or refused, and `code` and `message` say why."""

    name: str
    outcome: str
    document: StoredDocument | None
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A vacancy; `state` is open or closed."""

    id: str
    title: str
    document: str
    state: str
    created_at: str
    closed_at: str | None


@dataclass(frozen=True, slots=True)
class WantedSkill:
    """One thing that a vacancy asks for: a skill, or any one of several."""

    skills: tuple[str, ...]
    names: tuple[str, ...]
    importance: Importance
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """What an assessment was made from and with; its record is asked for by its id."""

    id: str
    document: str
    vacancy: str | None
    status: AssessmentStatus
    score: float | None
    similarity: float | None
    months: int | None
    metier_version: str
    model: str
    model_sha256: str
    taxonomy: str
    taxonomy_sha256: str
    as_of: str
    record_sha256: str
    created_at: str
    replaced_at: str | None


@dataclass(frozen=True, slots=True)
class Recomputed:
    """An assessment that was made again: whether it is the same, and if not, what differs and why."""

    same: bool
    before: str
    after: str
    changed: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided; `kind` is shortlist, reject, note or undo."""

    id: str
    vacancy: str
    document: str
    kind: str
    assessment: str | None
    undoes: str | None
    undone_at: str | None
    actor: str
    created_at: str
    note: str


@dataclass(frozen=True, slots=True)
class RankedDocument:
    """A document in a shortlist; `rank` is that among all, equal ones share it.

    `record` is None where a shortlist was asked for without records.
    """

    rank: int
    person: Person | None
    document: StoredDocument
    assessment: StoredAssessment
    record: Assessment | None
    decision: Decision | None
    verdict: str


@dataclass(frozen=True, slots=True)
class ComparedRequirement:
    """One thing that a vacancy asks for, and what each document shows of it."""

    name: str
    importance: Importance
    cells: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two to four documents side by side."""

    vacancy: Vacancy
    rows: tuple[RankedDocument, ...]
    requirements: tuple[ComparedRequirement, ...]


@dataclass(frozen=True, slots=True)
class HitPassage:
    """A passage of a hit that is near to what was looked for."""

    span: Span
    text: str
    words: tuple[Span, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """Why a document was found; `score` orders the hits of one search."""

    rank: int
    score: float
    dense: float | None
    lexical: float | None
    coverage: float | None
    shared: tuple[str, ...]
    missing: tuple[str, ...]
    passages: tuple[HitPassage, ...]
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document that was found, whom it is about, and why it was found."""

    document: StoredDocument
    person: Person | None
    hit: Hit


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, the best first."""

    hits: tuple[FoundDocument, ...]
    n_searched: int
    encoder: str
    encoder_sha256: str


@dataclass(frozen=True, slots=True)
class Job:
    """Long work; `state` is queued, running, done, failed or cancelled."""

    id: str
    kind: str
    state: str
    done: int
    total: int | None
    message: str
    cancel_requested: bool
    created_at: str
    started_at: str | None
    ended_at: str | None
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Tell whether nothing more will be done."""
        return self.state not in {"queued", "running"}


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A document that a job could not assess, and why."""

    document: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank of questions."""

    name: str
    title: str
    language: str
    n_questions: int


@dataclass(frozen=True, slots=True)
class StoredInterview:
    """An interview; `state` is waiting, going or ended."""

    id: str
    person: str | None
    vacancy: str | None
    state: str
    options: Mapping[str, Any]
    created_at: str
    started_at: str | None
    ended_at: str | None
    link_expires_at: str | None
    link_used_at: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """An interview after a step: the open question, or None where it has ended."""

    interview: StoredInterview
    turn: Turn | None
    n_asked: int


@dataclass(frozen=True, slots=True)
class InterviewLink:
    """The link of a candidate, shown this once."""

    interview: StoredInterview
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkedSkill:
    """A skill that a text is linked to; `score` orders the skills of one text."""

    skill: str
    name: str
    score: float
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the server, with its card."""

    name: str
    task: str
    sha256: str
    languages: tuple[str, ...]
    card: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A taxonomy of the workspace's own."""

    id: str
    name: str
    sha256: str
    n_skills: int
    created_at: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, without its secret."""

    id: str
    prefix: str
    role: str
    name: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class KeyWithToken:
    """A key that was added, and the whole of it, shown this once."""

    key: ApiKey
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace of a key."""

    id: str
    name: str
    created_at: str


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """After how many days a kind of thing goes."""

    kind: str
    days: int
    changed_at: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of the log: who did what to which thing, by ids."""

    number: int
    at: str
    actor: str
    action: str
    subject: str
    model: str
    result: str
    details: Mapping[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class LogHead:
    """The end of the log."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class LogCheck:
    """Whether the log is as it was written; `broken_at` is the first entry that is not."""

    entries: int
    broken_at: int | None
    reason: str
