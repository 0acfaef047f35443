"""Assessments: made, kept with all that they were made from, and made again to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any, Final

from metier.assessment import Assessment
from metier.engine import Engine
from metier.engine import Vacancy as PreparedVacancy
from metier.service import documents, taxonomies
from metier.service.access import Caller
from metier.service.once import Once, found_before, run_once
from metier.service.reading import read_file
from metier.service.service import Service
from metier.skills.taxonomy import Taxonomy
from metier.store.workspaces import assessments as stored
from metier.store.workspaces import documents as stored_documents
from metier.store.workspaces import log, vacancies
from metier.store.workspaces import taxonomies as stored_taxonomies
from metier.store.workspaces.assessments import NewAssessment, StoredAssessment
from metier.store.workspaces.documents import StoredDocument
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.log import Event
from metier.store.workspaces.rows import Page
from metier.store.workspaces.transaction import Transaction
from metier.types import Document, YearMonth

_ASSESSMENT: Final = "assessment"
_SAME: Final = "same"
_DIFFERENT: Final = "different"
_TEXTS: Final = ("document_text", "vacancy_text")


@dataclass(frozen=True, slots=True)
class Recomputed:
    """An assessment that was made again from the original bytes, held against the one that is kept.

    Attributes:
        same: the records are the same to the last byte.
        before: hash of the record that is kept.
        after: hash of the new one.
        changed: names of the fields of `Assessment` that differ.
        why: what it is made with that was another then: `metier_version`, `model`, `taxonomy`,
            `expertise_model`, `limits`, `ocr`, `document_text`, `vacancy_text`. Empty where nothing was.
    """

    same: bool
    before: str
    after: str
    changed: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """A record with what it was made from, as it is kept."""

    record: Assessment
    options: dict[str, Any]
    inputs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Read:
    """A document and the vacancy that it is held against, as they were read."""

    document: Document
    document_sha256: str
    vacancy: Document | None = None
    vacancy_sha256: str | None = None


def assess(
    service: Service, caller: Caller, document: str, *, vacancy: str | None = None, once: Once | None = None
) -> StoredAssessment:
    """Assess a document now, with the models and the taxonomy in use, and keep what is said of it.

    Where the one before was made from the same and says the same, that one is returned.

    Args:
        service: to assess with.
        caller: a recruiter.
        document: id of the document; it is read where that was not done yet.
        vacancy: id of what to hold it against, or None.
        once: makes it done once.

    Raises:
        Forbidden: the caller is no recruiter.
        NotFound: there is no such document or vacancy in the workspace.
        DocumentError: the file cannot be read; the class says why.
        InvalidInput: the vacancy asks for no skill of the taxonomy in use.
        Overloaded: too many wait for the models.
    """
    caller.require(KeyRole.RECRUITER)
    before = found_before(service, caller, once, _ASSESSMENT)
    if before is not None:
        return get(service, caller, before[_ASSESSMENT])
    new = compute(service, caller, document, vacancy=vacancy)
    with service.database.transaction() as transaction:
        kept = run_once(
            transaction, caller, once, _ASSESSMENT, lambda: {_ASSESSMENT: keep(transaction, caller, new).id}
        )
        return stored.get(transaction, caller.workspace, kept[_ASSESSMENT])


def compute(service: Service, caller: Caller, document: str, *, vacancy: str | None = None) -> NewAssessment:
    """Return an assessment that is yet to be kept; for jobs, which keep it along with the step it is of.

    Args:
        service: to assess with.
        caller: a recruiter.
        document: id of the document; it is read where that was not done yet.
        vacancy: id of what to hold it against, or None.

    Raises:
        Forbidden: the caller is no recruiter.
        NotFound: there is no such document or vacancy in the workspace.
        DocumentError: the file cannot be read; the class says why.
        InvalidInput: the vacancy asks for no skill of the taxonomy in use.
        Overloaded: too many wait for the models.
    """
    caller.require(KeyRole.RECRUITER)
    with service.database.reading() as transaction:
        found, asked = _find(transaction, caller.workspace, document, vacancy)
        own = stored_taxonomies.in_use(transaction, caller.workspace)
    read = _Read(
        documents.read(service, caller, found.id),
        found.sha256,
        documents.read(service, caller, asked.id) if asked else None,
        asked.sha256 if asked else None,
    )
    taxonomy = taxonomies.parsed(service, caller.workspace, own.id) if own else None
    made = _make(service, read, taxonomy, service.this_month(), own.id if own else None)
    return NewAssessment(found.id, made.record, vacancy, made.options, made.inputs)


def keep(transaction: Transaction, caller: Caller, new: NewAssessment) -> StoredAssessment:
    """Keep what `compute` gave; where the one before says the same from the same, that one is returned.

    Raises:
        NotFound: the document or the vacancy was erased meanwhile.
    """
    return stored.add(transaction, caller.workspace, caller.actor, new)[0]


def get(service: Service, caller: Caller, assessment: str) -> StoredAssessment:
    """Return an assessment.

    Raises:
        NotFound: there is none of that id in the workspace, or it was erased.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.get(transaction, caller.workspace, assessment)


def record(service: Service, caller: Caller, assessment: str) -> Assessment:
    """Return what an assessment says.

    Raises:
        NotFound: there is none of that id in the workspace, or it was erased.
        StoreDamaged: it is not as it was kept.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.record(transaction, caller.workspace, assessment)


def page(
    service: Service, caller: Caller, document: str, *, after: str | None = None, limit: int = 50
) -> Page[StoredAssessment]:
    """Return all assessments of a document, the latest first.

    Raises:
        NotFound: there is no such document in the workspace.
        InvalidInput: `limit` or `after` is out of its range.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.page(transaction, caller.workspace, document, after=after, limit=limit)


def latest(service: Service, caller: Caller, document: str, vacancy: str | None) -> StoredAssessment | None:
    """Return the latest assessment of a document against a vacancy, or against none; None without one.

    Raises:
        NotFound: there is no such document or vacancy in the workspace.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.latest(transaction, caller.workspace, document, vacancy)


def recompute(service: Service, caller: Caller, assessment: str) -> Recomputed:
    """Make an assessment again and compare; nothing of it is kept but an entry of the log.

    The original bytes are read anew, for the month of then and with the taxonomy of then where that is the
    workspace's own. The models, metier itself and the taxonomy of the server are those of now.

    Raises:
        Forbidden: the caller is no recruiter.
        NotFound: there is none of that id in the workspace, or it, its document or its vacancy was erased.
        DocumentError: the file cannot be read any more.
        InvalidInput: the vacancy asks for no skill of the taxonomy.
        Overloaded: too many wait for the models.
    """
    caller.require(KeyRole.RECRUITER)
    workspace = caller.workspace
    with service.database.reading() as transaction:
        before = stored.get(transaction, workspace, assessment)
        kept = stored.record(transaction, workspace, assessment)
        found, asked = _find(transaction, workspace, before.document, before.vacancy)
        files = [stored_documents.content(transaction, workspace, one.id) for one in (found, asked) if one]
    year, month = map(int, before.as_of.split("-"))
    as_of = YearMonth(year, month)
    read = _read_again(service, found, asked, files, as_of)
    own = before.inputs.get("taxonomy")
    taxonomy = taxonomies.parsed(service, workspace, own) if own else None
    made = _make(service, read, taxonomy, as_of, own)
    after = stored.record_hash(made.record)
    same = after == before.record_sha256
    changed = [one.name for one in fields(kept) if getattr(kept, one.name) != getattr(made.record, one.name)]
    event = Event(
        "assessment.recompute",
        assessment,
        made.record.provenance.model_sha256,
        _SAME if same else _DIFFERENT,
        {"before": before.record_sha256, "after": after},
    )
    with service.database.transaction() as transaction:
        log.append(transaction, workspace, caller.actor, event)
    return Recomputed(same, before.record_sha256, after, tuple(changed), _why(before, made))


def _find(
    transaction: Transaction, workspace: str, document: str, vacancy: str | None
) -> tuple[StoredDocument, StoredDocument | None]:
    """Return a document, and that of the vacancy."""
    found = stored_documents.get(transaction, workspace, document)
    if vacancy is None:
        return found, None
    asked = vacancies.get(transaction, workspace, vacancy).document
    return found, stored_documents.get(transaction, workspace, asked)


def _read_again(
    service: Service,
    found: StoredDocument,
    asked: StoredDocument | None,
    files: list[bytes],
    as_of: YearMonth,
) -> _Read:
    read = [
        read_file(service, file, name=one.name, role=one.role, as_of=as_of)
        for one, file in zip([found, *([asked] if asked else [])], files, strict=True)
    ]
    if asked is None:
        return _Read(read[0], found.sha256)
    return _Read(read[0], found.sha256, read[1], asked.sha256)


def _make(
    service: Service, read: _Read, taxonomy: Taxonomy | None, as_of: YearMonth, taxonomy_id: str | None
) -> _Made:
    """Return what the engine says, with all that it rests on."""
    with service.engines.engine(taxonomy, as_of) as engine:
        prepared: PreparedVacancy | None = None
        if read.vacancy is not None:
            prepared = service.engines.prepared(engine, read.vacancy)
        record = engine.assess(read.document, vacancy=prepared)
        expertise_model = _expertise_model(engine)
    inputs = {
        "document": read.document_sha256,
        "document_text": _hash(read.document),
        "vacancy": read.vacancy_sha256,
        "vacancy_text": _hash(read.vacancy) if read.vacancy else None,
        "taxonomy": taxonomy_id,
        "expertise_model": expertise_model,
    }
    limits, ocr = service.options.limits, service.options.ocr
    options = {
        "ocr": "+".join(ocr.languages),
        # Whole numbers alone are kept, since floats may be written in more than one way.
        "ocr_timeout_ms": round(ocr.timeout_s * 1000),
        "max_bytes": limits.max_bytes,
        "max_pages": limits.max_pages,
        "max_chars": limits.max_chars,
        "timeout_ms": round(limits.timeout_s * 1000),
    }
    return _Made(record, options, inputs)


def _expertise_model(engine: Engine) -> str | None:
    return engine.levels.model.sha256 if engine.levels else None


def _hash(document: Document) -> str:
    return sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()


def _why(before: StoredAssessment, made: _Made) -> tuple[str, ...]:
    """Return what an assessment was made with that is another now."""
    now = made.record.provenance
    pairs: dict[str, tuple[object, object]] = {
        "metier_version": (before.metier_version, now.metier_version),
        "model": (before.model_sha256, now.model_sha256),
        "taxonomy": (before.taxonomy_sha256, now.taxonomy_sha256),
        "expertise_model": (before.inputs.get("expertise_model"), made.inputs["expertise_model"]),
        "limits": (_limits(before.options), _limits(made.options)),
        "ocr": (before.options.get("ocr"), made.options["ocr"]),
        **{name: (before.inputs.get(name), made.inputs[name]) for name in _TEXTS},
    }
    return tuple(name for name, (then, this) in pairs.items() if then != this)


def _limits(options: Mapping[str, Any]) -> list[Any]:
    return [value for name, value in sorted(options.items()) if name != "ocr"]
