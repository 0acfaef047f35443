"""Audits of what the workspace holds: one document, the decisions on a vacancy, a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from metier.audit.decisions.judge import audit_outcomes
from metier.audit.decisions.outcome_files import OutcomeColumns, read_outcomes
from metier.audit.decisions.outcomes import UNKNOWN, Outcomes
from metier.audit.provenance.checker import ModelProvenanceChecker
from metier.encoders.load import installed_models
from metier.engine.audit_findings import scan_assessment, scan_failure
from metier.engine.loading import MODEL_FOLDER
from metier.errors import DocumentError, InvalidInput, NotFound
from metier.scans import ScanReport
from metier.service import documents as reading
from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces import assessments, decisions, documents, people, vacancies
from metier.store.workspaces.decisions import DecisionKind
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.people import Person
from metier.store.workspaces.rows import MAX_LIMIT
from metier.store.workspaces.transaction import Transaction
from metier.types import Failure

_TABLE: Final = "groups.csv"
_SELECTED: Final = {DecisionKind.SHORTLIST: 1, DecisionKind.REJECT: 0}


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Which group each person belongs to: a table that is looked at and not kept.

    Attributes:
        content: the whole file, CSV with a line of names.
        id: its column with the id of a document, the id of a person or a person's external id.
        groups: its columns to group people by, one to four.
    """

    content: bytes
    id: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A document that was held against the vacancy: what it may be called, its score, what was decided."""

    names: tuple[str, ...]
    score: float
    selected: int


def document_scan(
    service: Service, caller: Caller, document: str, *, vacancy: str | None = None
) -> ScanReport:
    """Return what the latest assessment of a document found in it; one that cannot be read is inconclusive.

    Args:
        service: where it is.
        caller: a viewer.
        document: id of the document.
        vacancy: id of the vacancy that it was held against, or None.

    Raises:
        NotFound: there is no such document or vacancy.
        InvalidInput: it was not assessed so yet.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        found = assessments.latest(transaction, caller.workspace, document, vacancy)
        if found is not None:
            return scan_assessment(assessments.record(transaction, caller.workspace, found.id))
        stored = documents.get(transaction, caller.workspace, document)
    if reading.reading_state(stored) is reading.ReadingState.UNREADABLE:
        try:
            reading.read(service, caller, document)
        except DocumentError as error:
            return scan_failure(Failure(stored.name, error.code, str(error)))
    against = f" against the vacancy {vacancy}" if vacancy else ""
    raise InvalidInput(f"The document {document} was not assessed{against} yet. Assess it first.")


def decisions_audit(service: Service, caller: Caller, vacancy: str, *, groups: GroupTable) -> ScanReport:
    """Return how often each group was shortlisted for a vacancy, and how scores are spread.

    Whom nobody decided on counts as not known. No figure says whether a decision is lawful.

    Raises:
        Forbidden: the caller is no administrator.
        NotFound: there is no such vacancy.
        InvalidInput: the table or a column of it cannot be used, or names nobody who was assessed.
    """
    caller.require(KeyRole.ADMIN)
    labels = _labels(groups)
    with service.database.reading() as transaction:
        title = vacancies.get(transaction, caller.workspace, vacancy).title
        standings = list(_standings(transaction, caller.workspace, vacancy))
    return audit_outcomes(_outcomes(labels, standings), subject=title)


def model_scan(service: Service, caller: Caller, name: str) -> ScanReport:
    """Return what the files of an installed model hold; nothing of it is loaded.

    Raises:
        NotFound: there is no model of that name.
    """
    caller.require(KeyRole.VIEWER)
    models = installed_models(service.options.data_dir / MODEL_FOLDER)
    if name not in models:
        raise NotFound(f"There is no model {name[:50]!a}. Models are {', '.join(models)}.")
    return replace(ModelProvenanceChecker().examine(models[name]).report, subject=name)


def _labels(groups: GroupTable) -> Outcomes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / _TABLE
        path.write_bytes(groups.content)
        return read_outcomes(path, OutcomeColumns(groups.groups, id=groups.id), labels_only=True)


def _standings(transaction: Transaction, workspace: str, vacancy: str) -> Iterator[_Standing]:
    after: str | None = None
    while True:
        page = assessments.ranking(transaction, workspace, vacancy, after=after, limit=MAX_LIMIT)
        ids = [item.document for item in page.items]
        decided = decisions.standing(transaction, workspace, vacancy, ids)
        names = _names(transaction, workspace, ids)
        for item in page.items:
            decision = decided.get(item.document)
            selected = UNKNOWN if decision is None else _SELECTED[decision.kind]
            score = np.nan if item.score is None else item.score
            yield _Standing(names[item.document], score, selected)
        if page.after is None:
            return
        after = page.after


def _names(transaction: Transaction, workspace: str, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return all that a table may call candidates by, by the ids of their documents."""
    found = documents.several(transaction, workspace, ids)
    who = {document.id: document.person for document in found.values() if document.person is not None}
    known = people.several(transaction, workspace, list(dict.fromkeys(who.values())))
    return {
        document: (document, *(_of_person(known[who[document]]) if document in who else ()))
        for document in found
    }


def _of_person(person: Person) -> tuple[str, ...]:
    return (person.id,) if person.external_id is None else (person.id, person.external_id)


def _outcomes(labels: Outcomes, standings: Sequence[_Standing]) -> Outcomes:
    row_of = {name: row for row, name in enumerate(labels.ids)}
    rows = [next((row_of[name] for name in each.names if name in row_of), UNKNOWN) for each in standings]
    if all(row == UNKNOWN for row in rows):
        raise InvalidInput(
            "No id of the table is that of a document or a person who was held against this vacancy. Give "
            "ids of documents, ids of people or external ids."
        )
    which = np.array(rows)
    groupings = tuple(
        replace(grouping, codes=np.where(which == UNKNOWN, UNKNOWN, grouping.codes[which]).astype(np.int32))
        for grouping in labels.groupings
    )
    return Outcomes(
        groupings,
        selected=np.array([each.selected for each in standings], np.int8),
        scores=np.array([each.score for each in standings], np.float64),
    )
