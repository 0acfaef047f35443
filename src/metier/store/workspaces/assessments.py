"""Assessments of documents, with all that is needed to make them again and compare.

An assessment of the same document against the same vacancy takes the place of the one before, which stays
readable. One from the same inputs as the latest is not kept twice.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from metier._extras import require
from metier.assessment import Assessment
from metier.errors import InvalidInput, StoreDamaged
from metier.records import from_mapping, to_mapping
from metier.store.workspaces import documents, log, vacancies
from metier.store.workspaces.ids import is_id, missing
from metier.store.workspaces.log import Actor, Event
from metier.store.workspaces.rows import (
    MAX_LIMIT,
    Page,
    bad_cursor,
    check_limit,
    check_workspace,
    columns_of,
    find,
    find_by_id,
    known_ids,
    page_of,
    record_of,
)
from metier.store.workspaces.texts import check_plain, check_text, to_json
from metier.store.workspaces.transaction import Transaction
from metier.types import AssessmentStatus

# Below any score: what has none comes last.
_NONE: Final = -1e300


class AssessmentOrder(StrEnum):
    """What the assessments against a vacancy are ordered by, the highest first."""

    SCORE = "score"
    SIMILARITY = "similarity"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class NewAssessment:
    """An assessment to add.

    Attributes:
        document: id of the document.
        record: what was said of it.
        vacancy: id of the vacancy that it was held against, or None.
        options: what the engine was called with, as JSON has it; ids, slugs and whole numbers.
        inputs: hashes of all that it was made from, by name.
    """

    document: str
    record: Assessment
    vacancy: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_plain("options", self.options)
        check_plain("inputs", self.inputs)
        for name in ("metier_version", "model", "model_sha256", "taxonomy", "taxonomy_sha256"):
            check_text(name, getattr(self.record.provenance, name), may_be_empty=True)


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """An assessment, without its record.

    Attributes:
        workspace: that it belongs to.
        id: of the assessment.
        document: id of the document.
        vacancy: id of the vacancy that it was held against, or None.
        status: whether the document could be scored.
        score: of the coverage, 0 to 1; None without a vacancy. It only orders.
        similarity: -1 to 1, or None.
        months: total experience, or None where the document does not tell.
        metier_version: version of the package.
        model: name of the model that decided.
        model_sha256: hash of that model.
        taxonomy: name of the taxonomy.
        taxonomy_sha256: hash of its content.
        as_of: month that "present" stands for, such as 2026-11.
        options: what the engine was called with.
        inputs: hashes of all that it was made from.
        inputs_sha256: hash of all of these together: equal ones should give an equal record.
        record_sha256: hash of the record as canonical JSON.
        created_at: when it was added.
        replaced_at: when a later one took its place; None for the latest.
    """

    workspace: str
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
    options: dict[str, Any]
    inputs: dict[str, Any]
    inputs_sha256: str
    record_sha256: str
    created_at: str
    replaced_at: str | None


def record_hash(record: Assessment) -> str:
    """Return the hash of a record, to compare one that was made again with one that is kept."""
    return _hash(to_json("record", to_mapping(record)))


def add(
    transaction: Transaction, workspace: str, actor: Actor, new: NewAssessment
) -> tuple[StoredAssessment, bool]:
    """Add an assessment in the place of the one before; return it, and whether it is new.

    Where the one before was made from the same inputs and says the same, it stays and is returned.

    Raises:
        NotFound: there is no such workspace, document or vacancy.
        InvalidInput: a field cannot be kept.
    """
    transaction.hold(workspace)
    documents.get(transaction, workspace, new.document)
    if new.vacancy is not None:
        vacancies.get(transaction, workspace, new.vacancy)
    values = _values(transaction, workspace, new)
    before = latest(transaction, workspace, new.document, new.vacancy)
    if before is not None:
        if (before.inputs_sha256, before.record_sha256) == (values["inputs_sha256"], values["record_sha256"]):
            return before, False
        table = transaction.table("assessments")
        mine = (table.c.workspace == workspace, table.c.id == before.id)
        transaction.run(table.update().where(*mine).values(replaced_at=transaction.at))
    transaction.add(transaction.table("assessments"), values)
    details = {"document": new.document, "vacancy": new.vacancy, "inputs": values["inputs_sha256"]}
    event = Event("assessment.add", values["id"], values["model_sha256"], values["record_sha256"], details)
    log.append(transaction, workspace, actor, event)
    return get(transaction, workspace, values["id"]), True


def get(transaction: Transaction, workspace: str, assessment: str) -> StoredAssessment:
    """Return an assessment.

    Raises:
        NotFound: there is none of that id, or it was erased.
    """
    table = transaction.table("assessments")
    found = find_by_id(
        transaction, StoredAssessment, table, table.c.erased_at.is_(None), ids=(workspace, assessment)
    )
    if found is None:
        raise missing("assessment", assessment)
    return found


def record(transaction: Transaction, workspace: str, assessment: str) -> Assessment:
    """Return what an assessment says.

    Raises:
        NotFound: there is none of that id, or it was erased.
        StoreDamaged: it is not as it was kept.
    """
    kept = get(transaction, workspace, assessment)
    return records(transaction, [kept])[assessment]


def records(transaction: Transaction, kept: Sequence[StoredAssessment]) -> dict[str, Assessment]:
    """Return what assessments say, by id, in one query.

    Args:
        transaction: to read in.
        kept: of one workspace, as this transaction gave them; at most 200.

    Raises:
        StoreDamaged: one is not as it was kept.
        InvalidInput: more than 200, or of several workspaces.
    """
    if len(kept) > MAX_LIMIT or len({item.workspace for item in kept}) > 1:
        raise InvalidInput(f"kept must be at most {MAX_LIMIT} assessments of one workspace. Got {len(kept)}.")
    if not kept:
        return {}
    table = transaction.table("assessments")
    mine = (table.c.workspace == kept[0].workspace, table.c.id.in_([item.id for item in kept]))
    rows = transaction.all(table.select().with_only_columns(table.c.id, table.c.record).where(*mine))
    texts: dict[str, str | None] = {row["id"]: row["record"] for row in rows}
    return {item.id: _whole(item, texts.get(item.id)) for item in kept}


def _whole(kept: StoredAssessment, text: str | None) -> Assessment:
    if text is None or _hash(text) != kept.record_sha256:
        raise StoreDamaged(f"The assessment {kept.id} is not as it was kept. Restore a backup.")
    return from_mapping(Assessment, json.loads(text))


def latest(
    transaction: Transaction, workspace: str, document: str, vacancy: str | None
) -> StoredAssessment | None:
    """Return the latest assessment of a document against a vacancy, or against none; None without one.

    Raises:
        NotFound: there is no such document or vacancy.
    """
    documents.get(transaction, workspace, document)
    if vacancy is not None:
        vacancies.get(transaction, workspace, vacancy)
    c = transaction.table("assessments").c
    return find(
        transaction,
        StoredAssessment,
        transaction.table("assessments"),
        c.workspace == workspace,
        c.document == document,
        c.vacancy.is_(None) if vacancy is None else c.vacancy == vacancy,
        c.replaced_at.is_(None),
        c.erased_at.is_(None),
    )


def page(
    transaction: Transaction, workspace: str, document: str, *, after: str | None = None, limit: int = 50
) -> Page[StoredAssessment]:
    """Return all assessments of a document, the latest first.

    Raises:
        NotFound: there is no such document.
        InvalidInput: `limit` or `after` is out of its range.
    """
    documents.get(transaction, workspace, document)
    table = transaction.table("assessments")
    conditions = (table.c.workspace == workspace, table.c.document == document, table.c.erased_at.is_(None))
    return page_of(transaction, StoredAssessment, table, *conditions, after=after, limit=limit)


def ranking(
    transaction: Transaction,
    workspace: str,
    vacancy: str,
    *,
    order: AssessmentOrder = AssessmentOrder.SCORE,
    after: str | None = None,
    limit: int = 50,
) -> Page[StoredAssessment]:
    """Return the latest assessment of each document against a vacancy, the highest first.

    Args:
        transaction: to read in.
        workspace: whose.
        vacancy: id of the vacancy.
        order: what is highest; equal ones are in the order of their ids, the latest first.
        after: `Page.after` of the page before, in the same order.
        limit: how many at most, 1 to 200.

    Raises:
        NotFound: there is no such vacancy.
        InvalidInput: `limit` or `after` is out of its range.
    """
    check_limit(limit)
    vacancies.get(transaction, workspace, vacancy)
    table = transaction.table("assessments")
    c = table.c
    key = require("sqlalchemy").func.coalesce(c[order.value], _NONE)
    statement = table.select().with_only_columns(*columns_of(StoredAssessment, table))
    statement = statement.where(
        c.workspace == workspace, c.vacancy == vacancy, c.replaced_at.is_(None), c.erased_at.is_(None)
    )
    if after is not None:
        value, identifier = _cursor(after)
        statement = statement.where((key < value) | ((key == value) & (c.id < identifier)))
    rows = transaction.all(statement.order_by(key.desc(), c.id.desc()).limit(limit + 1))
    items = tuple(record_of(StoredAssessment, row) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(items, None)
    return Page(items, cursor(items[-1], order))


def cursor(assessment: StoredAssessment, order: AssessmentOrder) -> str:
    """Return what `ranking` goes on with after an assessment."""
    return f"{_key_of(assessment, order)!r}:{assessment.id}"


def n_against(transaction: Transaction, workspace: str, of: Sequence[str]) -> dict[str, int]:
    """Return for each of some vacancies how many documents were assessed against it, without erased ones.

    Args:
        transaction: to read in.
        workspace: whose.
        of: ids of the vacancies, at most 200; those that are not there have none.

    Raises:
        InvalidInput: more than 200 vacancies.
    """
    table = transaction.table("assessments")
    c = table.c
    number = require("sqlalchemy").func.count().label("number")
    statement = table.select().with_only_columns(c.vacancy, number)
    statement = statement.where(
        c.workspace == check_workspace(workspace),
        c.vacancy.in_(known_ids("vacancies", of)),
        c.replaced_at.is_(None),
        c.erased_at.is_(None),
    )
    rows = transaction.all(statement.group_by(c.vacancy))
    return dict.fromkeys(of, 0) | {row["vacancy"]: int(row["number"]) for row in rows}


def n_above(transaction: Transaction, assessment: StoredAssessment, order: AssessmentOrder) -> int:
    """Return how many assessments stand higher in the ranking that one is in; equal ones do not count."""
    table = transaction.table("assessments")
    c = table.c
    sa = require("sqlalchemy")
    row = transaction.first(
        table.select()
        .with_only_columns(sa.func.count().label("number"))
        .where(c.workspace == assessment.workspace, c.vacancy == assessment.vacancy)
        .where(c.replaced_at.is_(None), c.erased_at.is_(None))
        .where(sa.func.coalesce(c[order.value], _NONE) > _key_of(assessment, order))
    )
    return int(row["number"]) if row else 0


def _key_of(assessment: StoredAssessment, order: AssessmentOrder) -> float:
    value = getattr(assessment, order.value)
    return float(_NONE if value is None else value)


def _cursor(after: str) -> tuple[float, str]:
    value, _, identifier = after.partition(":")
    try:
        number = float(value)
    except ValueError:
        raise bad_cursor() from None
    if not math.isfinite(number) or not is_id(identifier):
        raise bad_cursor()
    return number, identifier


def _values(transaction: Transaction, workspace: str, new: NewAssessment) -> dict[str, Any]:
    """Return the row of a new assessment."""
    made, provenance = new.record, new.record.provenance
    text = to_json("record", to_mapping(made))
    with_what = {
        "metier_version": provenance.metier_version,
        "model": provenance.model,
        "model_sha256": provenance.model_sha256,
        "taxonomy": provenance.taxonomy,
        "taxonomy_sha256": provenance.taxonomy_sha256,
        "as_of": str(provenance.as_of),
    }
    everything = {**with_what, "options": new.options, "inputs": new.inputs}
    return {
        "workspace": workspace,
        "id": transaction.new_id(),
        "document": new.document,
        "vacancy": new.vacancy,
        "status": made.status.value,
        "score": _finite("score", made.coverage.score if made.coverage else None),
        "similarity": _finite("similarity", made.similarity.score if made.similarity else None),
        "months": made.months,
        **with_what,
        "options": to_json("options", new.options),
        "inputs": to_json("inputs", new.inputs),
        "inputs_sha256": _hash(to_json("inputs", everything)),
        "record_sha256": _hash(text),
        "created_at": transaction.at,
        "record": text,
    }


def _finite(name: str, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise InvalidInput(f"{name} must be a finite number. Got {value}.")
    return value


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()
