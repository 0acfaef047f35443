"""The job that puts all documents of a workspace into its search index, and what puts in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from metier.documents.source import Source
from metier.engine.indexing import EntryMaker, ToIndex
from metier.errors import InvalidInput, NotFound
from metier.service import taxonomies
from metier.service.access import program
from metier.service.documents import read
from metier.service.service import Service
from metier.service.work.work import Work
from metier.store.entries import Entry
from metier.store.opening import SERVER_PREFIXES, open_store
from metier.store.protocol import Store
from metier.store.workspaces import documents, vacancies
from metier.store.workspaces.rows import every
from metier.store.workspaces.vacancies import VacancyState
from metier.types import Role

KIND: Final = "index"
MAX_ATTEMPTS: Final = 20
NO_MODEL: Final = "none"
SAME: Final = "same"
PUT: Final = "put"


@dataclass(frozen=True, slots=True)
class StoredId:
    """Which document: its workspace and its id there."""

    workspace: str
    document: str


def index_workspace(work: Work) -> dict[str, Any]:
    """Put every resume, and what every open vacancy asks for, into the index; take all else out.

    An index that another model made is begun anew. One step is one document; to go on after a stop, each is
    looked at again, which costs little where the index holds it as it is.
    """
    service, workspace = work.service, work.job.workspace
    if service.options.search_model == NO_MODEL:
        return {"put": 0, "same": 0, "failed": 0, "removed": 0}
    wanted = _wanted(service, workspace)
    done = work.steps_done()
    work.tell(total=len(wanted.keys() | done.keys()))
    with open_store(service.index_of(workspace)) as store:
        removed = _clear_others(service, workspace, store) + _sweep(store, wanted)
        found: Counter[str] = Counter()
        for document, role in wanted.items():
            work.check()
            outcome = _put_live(service, store, StoredId(workspace, document), role)
            found[outcome] += 1
            if document not in done:
                work.finish_step(document, result={"index": outcome})
        removed += _sweep(store, _wanted(service, workspace))
    failed = found.total() - found[PUT] - found[SAME]
    return {"put": found[PUT], "same": found[SAME], "failed": failed, "removed": removed}


def put(service: Service, workspace: str, document: str, role: Role) -> str:
    """Put a document into the index of its workspace; return `put`, `same`, or the code of why it cannot be.

    One that is erased meanwhile does not stay.

    Raises:
        ModelMismatch: another model made the index.
        BackendError: the index or the database fails.
    """
    with open_store(service.index_of(workspace)) as store:
        return _put_live(service, store, StoredId(workspace, document), role)


def forget(service: Service, workspace: str, ids: Sequence[str]) -> int:
    """Erase documents from the index of a workspace; return how many it held.

    Raises:
        BackendError: the index fails.
    """
    with opened(service, workspace) as store:
        return 0 if store is None else _delete(store, ids)


@contextmanager
def opened(service: Service, workspace: str) -> Iterator[Store | None]:
    """Give the index of a workspace, or None where there is none yet.

    Raises:
        BackendError: the index fails.
    """
    place = service.index_of(workspace)
    if not place.startswith(SERVER_PREFIXES) and not Path(place).exists():
        yield None
        return
    with open_store(place) as store:
        yield store


def _put_live(service: Service, store: Store, which: StoredId, role: Role) -> str:
    try:
        with service.database.reading() as transaction:
            content = documents.content(transaction, which.workspace, which.document)
        taxonomy = taxonomies.in_use(service, which.workspace)
        with service.engines.maker(taxonomy, service.this_month()) as maker:
            item = maker.prepare(Source(which.document, data=content), role=role)
            outcome = _put(service, which, maker, store, item)
        with service.database.reading() as transaction:
            documents.get(transaction, which.workspace, which.document)
    except NotFound as error:
        # It was erased, perhaps while its entry was being made.
        _delete(store, [which.document])
        return error.code
    return outcome


def _put(service: Service, which: StoredId, maker: EntryMaker, store: Store, item: ToIndex) -> str:
    store.upsert([], identity=maker.identity)  # refuses an index of another model
    held = _held(store, which.document)
    if held is not None and held.digest == item.digest and held.role is item.role:
        return SAME
    try:
        document = read(service, program(which.workspace), which.document)
        entry = maker.make_of(replace(document, source=which.document), item)
    except InvalidInput as error:
        _delete(store, [which.document])
        return error.code
    store.upsert([entry], identity=maker.identity)
    return PUT


def _held(store: Store, document: str) -> Entry | None:
    try:
        return store.get([document])[0]
    except NotFound:
        return None


def _delete(store: Store, ids: Sequence[str]) -> int:
    """Erase what the index holds of some documents; where it holds none, do not write it anew for that."""
    held = [document for document in ids if _held(store, document) is not None]
    return store.delete(held) if held else 0


def _clear_others(service: Service, workspace: str, store: Store) -> int:
    """Empty an index that another model made; return how many documents it held."""
    with service.engines.maker(taxonomies.in_use(service, workspace), service.this_month()) as maker:
        own, held = maker.identity, store.identity
    if held is None or (held.sha256, held.dim) == (own.sha256, own.dim):
        return 0
    number = store.count()
    store.rebuild([], identity=own)
    return number


def _sweep(store: Store, wanted: Mapping[str, Role]) -> int:
    """Erase from the index what does not belong there; return how many documents did not."""
    others = [document for document in store.digests() if document not in wanted]
    return store.delete(others) if others else 0


def _wanted(service: Service, workspace: str) -> dict[str, Role]:
    """Return what belongs into the index: ids of documents, the oldest first, with what they are."""
    with service.database.reading() as transaction:
        resumes = [
            item.id for item in every(partial(documents.page, transaction, workspace, role=Role.RESUME))
        ]
        opened = every(partial(vacancies.page, transaction, workspace, state=VacancyState.OPEN))
        adverts = [item.document for item in opened]
    return dict.fromkeys(reversed(resumes), Role.RESUME) | dict.fromkeys(reversed(adverts), Role.VACANCY)
