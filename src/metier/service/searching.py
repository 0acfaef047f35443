"""Search in the documents of a workspace; what was erased is never shown, whatever the index still holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from metier.engine.search import MOST_HITS, Rerank, Searcher, SearchOptions
from metier.errors import InvalidInput, ModelMismatch, NotFound
from metier.search.hits import Hit, SearchResult
from metier.service import taxonomies
from metier.service.access import Caller
from metier.service.detecting import check_passing
from metier.service.service import Service
from metier.service.work.index import NO_MODEL, opened
from metier.store.workspaces import documents, people
from metier.store.workspaces.documents import StoredDocument
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.people import Person
from metier.store.workspaces.rows import MAX_LIMIT

_MORE: Final = 2


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A document that was found.

    Attributes:
        document: it, as the workspace has it.
        person: whom it is about, or None.
        hit: why it was found.
    """

    document: StoredDocument
    person: Person | None
    hit: Hit


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        result: the hits, and how many documents were searched; none where there is no index yet.
        hits: the same hits, each with its document.
    """

    result: SearchResult
    hits: tuple[SearchHit, ...]


def query(service: Service, caller: Caller, text: str, *, options: SearchOptions) -> Found:
    """Return the documents that fit some words, such as "python developer with kafka".

    Raises:
        InvalidInput: no word in the text, the filter names a skill that is not in the taxonomy, search is
            switched off, or a reranking that the service does not offer.
        LimitExceeded: the text is longer than 50,000 characters, or than the limits allow.
        ModelMismatch: another model made the index; the job `index` makes it anew.
        Overloaded: too many wait for the models.
        BackendError: the index fails.
    """
    caller.require(KeyRole.VIEWER)
    check_passing(service, text)
    return _live(service, caller, options, lambda searcher, wanted: searcher.query(text, wanted))


def similar(service: Service, caller: Caller, document: str, *, options: SearchOptions) -> Found:
    """Return the documents that fit one of the workspace: for a resume vacancies, for a vacancy resumes.

    Another role may be asked for by the filter.

    Raises:
        NotFound: there is no document of that id, or the index does not hold it yet.
        InvalidInput: as for `query`.
        ModelMismatch: another model made the index; the job `index` makes it anew.
        Overloaded: too many wait for the models.
        BackendError: the index fails.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        documents.get(transaction, caller.workspace, document)

    def look(searcher: Searcher, wanted: SearchOptions) -> SearchResult:
        try:
            return searcher.similar_to(document, wanted)
        except NotFound as error:
            raise NotFound(
                f"The search index does not hold the document {document} yet. Start the job index."
            ) from error

    return _live(service, caller, options, look)


def _live(
    service: Service,
    caller: Caller,
    options: SearchOptions,
    look: Callable[[Searcher, SearchOptions], SearchResult],
) -> Found:
    """Search until there are enough hits that are not erased, or no more hits."""
    wanted = options
    while True:
        result = _search(service, caller, wanted, look)
        found = _shown(service, caller, result)
        enough = len(found) >= options.top_k or len(result.hits) < wanted.top_k or wanted.top_k == MOST_HITS
        if enough:
            break
        wanted = replace(options, top_k=min(MOST_HITS, _MORE * wanted.top_k))
    n_gone = len(result.hits) - len(found)
    ranked = tuple(
        replace(item, hit=replace(item.hit, rank=rank))
        for rank, item in enumerate(found[: options.top_k], start=1)
    )
    shown = replace(result, hits=tuple(item.hit for item in ranked), n_searched=result.n_searched - n_gone)
    return Found(shown, ranked)


def _search(
    service: Service,
    caller: Caller,
    options: SearchOptions,
    look: Callable[[Searcher, SearchOptions], SearchResult],
) -> SearchResult:
    if options.rerank is Rerank.PAIRWISE:
        raise InvalidInput("Search here reorders hits by coverage at most: rerank must be none or coverage.")
    if service.options.search_model == NO_MODEL:
        raise InvalidInput("Search is switched off: it compares vectors. Set search_model to an encoder.")
    taxonomy = taxonomies.in_use(service, caller.workspace)
    with (
        service.engines.maker(taxonomy, service.this_month()) as maker,
        opened(service, caller.workspace) as store,
    ):
        if store is None or store.identity is None:
            return SearchResult((), 0, maker.identity.encoder, maker.identity.sha256)
        try:
            return look(Searcher(maker, store), options)
        except ModelMismatch as error:
            raise ModelMismatch(
                "The search index was made with another model than the one in use. Start the job index: it "
                "makes the index anew."
            ) from error


def _shown(service: Service, caller: Caller, result: SearchResult) -> list[SearchHit]:
    """Return the hits that are live documents of the caller's workspace."""
    ids = [hit.document_id for hit in result.hits]
    found: list[SearchHit] = []
    with service.database.reading() as transaction:
        live: set[str] = set()
        for start in range(0, len(ids), MAX_LIMIT):
            live |= documents.live(transaction, caller.workspace, ids[start : start + MAX_LIMIT])
        for hit in result.hits:
            if hit.document_id in live:
                document = documents.get(transaction, caller.workspace, hit.document_id)
                person = document.person and people.get(transaction, caller.workspace, document.person)
                found.append(SearchHit(document, person or None, hit))
    return found
