"""All that is kept of a person, to hand out, and to erase.

To erase blanks names, originals, texts, records, notes and what jobs hold, in one transaction; that something
was there, when and by whom it was decided on stays, by ids. Searches must not show a document from then on
(`documents.live`). What remains in files of the database goes with `Database.scrub`; the search index is the
caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from metier.assessment import Assessment
from metier.dialogue import Interview
from metier.errors import Conflict
from metier.store.workspaces import assessments, documents, interviews, log, people
from metier.store.workspaces.assessments import StoredAssessment
from metier.store.workspaces.decisions import Decision
from metier.store.workspaces.documents import StoredDocument
from metier.store.workspaces.interviews import StoredInterview
from metier.store.workspaces.jobs import Job
from metier.store.workspaces.log import Actor, Event, LogEntry
from metier.store.workspaces.people import Person
from metier.store.workspaces.rows import columns_of, record_of
from metier.store.workspaces.transaction import Transaction
from metier.store.workspaces.vacancies import Vacancy, VacancyState

R = TypeVar("R")

# How many ids stand in one statement.
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class PersonRecords:
    """All that is kept of a person.

    Attributes:
        person: name and ids.
        documents: each with its bytes and its text.
        assessments: of these, each with what it says; earlier ones too.
        interviews: each with what was said, or None before the first question.
        decisions: of these documents.
        jobs: that are about the person alone.
        log: entries about any of these.
    """

    person: Person
    documents: tuple[tuple[StoredDocument, bytes, str], ...]
    assessments: tuple[tuple[StoredAssessment, Assessment], ...]
    interviews: tuple[tuple[StoredInterview, Interview | None], ...]
    decisions: tuple[Decision, ...]
    jobs: tuple[Job, ...]
    log: tuple[LogEntry, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased.

    Attributes:
        documents: their ids: what the search index must forget.
        assessments: how many.
        interviews: how many.
        notes: how many decisions lost their note.
        jobs: how many.
    """

    documents: tuple[str, ...]
    assessments: int = 0
    interviews: int = 0
    notes: int = 0
    jobs: int = 0


def export_person(transaction: Transaction, workspace: str, person: str) -> PersonRecords:
    """Return all that is kept of a person. It is held in memory.

    Raises:
        NotFound: there is none of that id, or the person was erased.
        StoreDamaged: something kept cannot be read.
    """
    found = people.get(transaction, workspace, person)
    theirs = _all(transaction, workspace, StoredDocument, "documents", "person", [person])
    ids = [document.id for document in theirs]
    scores = _all(transaction, workspace, StoredAssessment, "assessments", "document", ids)
    talks = _all(transaction, workspace, StoredInterview, "interviews", "person", [person])
    chosen = _all(transaction, workspace, Decision, "decisions", "document", ids)
    work = _all(transaction, workspace, Job, "jobs", "person", [person])
    subjects = [person, *ids, *(item.id for kind in (scores, talks, chosen, work) for item in kind)]
    return PersonRecords(
        person=found,
        documents=tuple(
            (
                document,
                documents.content(transaction, workspace, document.id),
                documents.text(transaction, workspace, document.id),
            )
            for document in theirs
        ),
        assessments=tuple((one, assessments.record(transaction, workspace, one.id)) for one in scores),
        interviews=tuple((one, interviews.record(transaction, workspace, one.id)) for one in talks),
        decisions=tuple(chosen),
        jobs=tuple(work),
        log=tuple(_all(transaction, workspace, LogEntry, "log", "subject", subjects)),
    )


def erase_person(transaction: Transaction, workspace: str, actor: Actor, person: str) -> Erased:
    """Erase a person with all documents, assessments, interviews and jobs about them.

    Raises:
        NotFound: there is none of that id, or the person was erased.
        Conflict: a document of theirs says what an open vacancy asks for.
    """
    transaction.hold(workspace)
    people.get(transaction, workspace, person)
    theirs = _all(transaction, workspace, StoredDocument, "documents", "person", [person])
    talks = _all(transaction, workspace, StoredInterview, "interviews", "person", [person])
    ids = [document.id for document in theirs]
    n_assessments, n_notes = _erase_documents(transaction, workspace, ids)
    _erase_interviews(transaction, workspace, [interview.id for interview in talks])
    n_jobs = _erase_jobs(transaction, workspace, person)
    table = transaction.table("people")
    mine = (table.c.workspace == workspace, table.c.id == person)
    blank = {"name": "", "external_id": None, "erased_at": transaction.at}
    transaction.run(table.update().where(*mine).values(**blank))
    erased = Erased(tuple(ids), n_assessments, len(talks), n_notes, n_jobs)
    _log(transaction, workspace, actor, "person.erase", person, erased)
    return erased


def erase_document(transaction: Transaction, workspace: str, actor: Actor, document: str) -> Erased:
    """Erase a document with its assessments and the notes of decisions on it.

    Raises:
        NotFound: there is none of that id, or it was erased.
        Conflict: it says what an open vacancy asks for.
    """
    transaction.hold(workspace)
    documents.get(transaction, workspace, document)
    n_assessments, n_notes = _erase_documents(transaction, workspace, [document])
    erased = Erased((document,), n_assessments, 0, n_notes)
    _log(transaction, workspace, actor, "document.erase", document, erased)
    return erased


def erase_interview(transaction: Transaction, workspace: str, actor: Actor, interview: str) -> Erased:
    """Erase an interview with all that was said in it.

    Raises:
        NotFound: there is none of that id, or it was erased.
    """
    transaction.hold(workspace)
    interviews.get(transaction, workspace, interview)
    _erase_interviews(transaction, workspace, [interview])
    erased = Erased((), interviews=1)
    _log(transaction, workspace, actor, "interview.erase", interview, erased)
    return erased


def _log(
    transaction: Transaction, workspace: str, actor: Actor, action: str, subject: str, erased: Erased
) -> None:
    details = {
        "documents": list(erased.documents),
        "assessments": erased.assessments,
        "interviews": erased.interviews,
        "notes": erased.notes,
        "jobs": erased.jobs,
    }
    log.append(transaction, workspace, actor, Event(action, subject, details=details))


def _erase_documents(transaction: Transaction, workspace: str, ids: list[str]) -> tuple[int, int]:
    """Blank documents; return how many assessments and notes of decisions went with them."""
    _check_not_wanted(transaction, workspace, ids)
    gone = {"erased_at": transaction.at}
    blank = {"name": "", "sha256": None, "size": 0, "details": "{}", "text": None, "content": None}
    _blank(transaction, workspace, "documents", "id", ids, {**blank, **gone})
    blank = {"record": None, "score": None, "similarity": None, "months": None, "record_sha256": ""}
    blank |= {"inputs": "{}", "inputs_sha256": ""}
    n_assessments = _blank(transaction, workspace, "assessments", "document", ids, {**blank, **gone})
    n_notes = _blank(transaction, workspace, "decisions", "document", ids, {"note": ""})
    return n_assessments, n_notes


def _erase_interviews(transaction: Transaction, workspace: str, ids: list[str]) -> None:
    blank = {
        "content": None,
        "bank": None,
        "link_sha256": None,
        "seat_sha256": None,
        "erased_at": transaction.at,
    }
    _blank(transaction, workspace, "interviews", "id", ids, blank)


def _erase_jobs(transaction: Transaction, workspace: str, person: str) -> int:
    """Blank the jobs about a person, and end those that have not ended: their workers are refused."""
    work = _all(transaction, workspace, Job, "jobs", "person", [person])
    ids = [job.id for job in work]
    blank: dict[str, Any] = {"payload": "{}", "result": "{}", "message": "", "key": None}
    _blank(transaction, workspace, "jobs", "id", ids, blank)
    going = [job.id for job in work if not job.state.ended]
    ended = {"state": "cancelled", "cancel_requested": True, "lease_until": None, "ended_at": transaction.at}
    _blank(transaction, workspace, "jobs", "id", going, ended)
    _blank(transaction, workspace, "job_steps", "job", ids, {"result": "{}"})
    return len(ids)


def _check_not_wanted(transaction: Transaction, workspace: str, ids: list[str]) -> None:
    for vacancy in _all(transaction, workspace, Vacancy, "vacancies", "document", ids):
        if vacancy.state is VacancyState.OPEN:
            raise Conflict(
                f"The document {vacancy.document} says what the open vacancy {vacancy.id} asks for. "
                "Close that first."
            )


def _all(
    transaction: Transaction, workspace: str, kind: type[R], name: str, column: str, ids: Sequence[str]
) -> list[R]:
    """Return the records whose column holds one of some ids, without erased ones, in the order of theirs."""
    table = transaction.table(name)
    conditions = [table.c.workspace == workspace]
    if "erased_at" in table.c:
        conditions.append(table.c.erased_at.is_(None))
    found: list[R] = []
    for start in range(0, len(ids), _CHUNK):
        mine = table.c[column].in_(list(ids[start : start + _CHUNK]))
        statement = table.select().with_only_columns(*columns_of(kind, table)).where(*conditions, mine)
        found += [record_of(kind, row) for row in transaction.all(statement)]
    order = "number" if kind is LogEntry else "id"
    return sorted(found, key=lambda record: getattr(record, order))


def _blank(
    transaction: Transaction,
    workspace: str,
    name: str,
    column: str,
    ids: Sequence[str],
    values: dict[str, Any],
) -> int:
    """Set columns of the rows whose column holds one of some ids; return how many rows there were."""
    table = transaction.table(name)
    number = 0
    for start in range(0, len(ids), _CHUNK):
        mine = (table.c.workspace == workspace, table.c[column].in_(list(ids[start : start + _CHUNK])))
        number += transaction.run(table.update().where(*mine).values(**values))
    return number
