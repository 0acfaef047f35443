"""A store in memory, for tests and small collections: nothing outlives it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput, NotFound
from metier.store.bm25 import (
    PLACES,
    TEXT_WEIGHT,
    TITLE_WEIGHT,
    bm25,
    inverse_frequency,
    query_counts,
    telling_terms,
)
from metier.store.checks import check_identity, check_ids, check_query, check_top_k, checked
from metier.store.entries import Entry, Identity, Scored, StoreStats
from metier.store.exact import nearest_rows
from metier.store.filters import EVERYTHING, Filter
from metier.store.terms import find_terms


class MemoryStore:
    """Implements `Store` in dictionaries; takes nothing to make. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._identity: Identity | None = None
        self._kept: dict[str, _Kept] = {}
        self._closed = False

    @property
    def identity(self) -> Identity | None:
        """Return what the index was made with, or None before the first document."""
        self._check_open()
        return self._identity

    def upsert(self, entries: Sequence[Entry], *, identity: Identity) -> None:
        """Add or replace documents; `Store.upsert` is the contract."""
        self._check_open()
        new = {entry.id: _kept(entry) for entry in checked(entries, identity)}
        with self._lock:
            check_identity(self._identity if self._kept else None, identity, place="This store")
            if new:
                self._kept = self._kept | new
                self._identity = identity

    def rebuild(self, entries: Iterable[Entry], *, identity: Identity) -> int:
        """Replace all documents; `Store.rebuild` is the contract."""
        self._check_open()
        new = {entry.id: _kept(entry) for entry in checked(entries, identity)}
        with self._lock:
            self._kept = new
            self._identity = identity
        return len(new)

    def delete(self, ids: Sequence[str]) -> int:
        """Remove documents; return how many there were."""
        self._check_open()
        gone = set(check_ids(ids))
        with self._lock:
            before = self._kept
            self._kept = {identifier: kept for identifier, kept in before.items() if identifier not in gone}
            return len(before) - len(self._kept)

    def get(self, ids: Sequence[str]) -> list[Entry]:
        """Return documents in the order of the ids; `Store.get` is the contract."""
        self._check_open()
        kept = self._kept
        for identifier in check_ids(ids):
            if identifier not in kept:
                raise NotFound(f"There is no document {identifier} in this store.")
        return [_copy(kept[identifier].entry) for identifier in ids]

    def entries(self) -> Iterator[Entry]:
        """Yield all documents in order of their ids; `Store.entries` is the contract."""
        self._check_open()
        kept = self._kept
        for identifier in sorted(kept):
            yield _copy(kept[identifier].entry)

    def digests(self) -> Mapping[str, str]:
        """Return the digest of every document, by id."""
        self._check_open()
        return {identifier: kept.entry.digest for identifier, kept in sorted(self._kept.items())}

    def count(self, where: Filter = EVERYTHING) -> int:
        """Return how many documents pass a filter."""
        self._check_open()
        return sum(where.holds(kept.entry) for kept in self._kept.values())

    def nearest(self, vector: NDArray[np.float32], *, top_k: int, where: Filter = EVERYTHING) -> list[Scored]:
        """Return the documents whose vectors are nearest; `Store.nearest` is the contract."""
        self._check_open()
        check_top_k(top_k)
        entries = [kept.entry for kept in self._kept.values()]
        if not entries:
            return []
        matrix = np.stack([entry.vector for entry in entries])
        check_query(vector, matrix.shape[1])
        mask = np.array([where.holds(entry) for entry in entries])
        return nearest_rows(matrix, [entry.id for entry in entries], vector, top_k=top_k, mask=mask)

    def matching(self, query: str, *, top_k: int, where: Filter = EVERYTHING) -> list[Scored]:
        """Return the documents that share words with a query; `Store.matching` is the contract."""
        self._check_open()
        check_top_k(top_k)
        kept = self._kept
        counts = query_counts(query)
        n_holding = {term: sum(term in one.terms for one in kept.values()) for term in counts}
        terms = telling_terms(counts, n_holding, n_documents=len(kept))
        idfs = [inverse_frequency(len(kept), n_holding[term]) for term in terms]
        mean = sum(one.n_terms for one in kept.values()) / max(len(kept), 1)
        found = []
        for one in kept.values():
            if any(term in one.terms for term in terms) and where.holds(one.entry):
                counted = [one.terms.get(term, 0.0) for term in terms]
                score = bm25(counted, idfs, n_terms=one.n_terms, mean_terms=mean)
                found.append(Scored(one.entry.id, round(score, PLACES)))
        return sorted(found, key=lambda scored: (-scored.score, scored.id))[:top_k]

    def stats(self) -> StoreStats:
        """Return what the store holds."""
        self._check_open()
        entries = [kept.entry for kept in self._kept.values()]
        languages = Counter(entry.language for entry in entries)
        return StoreStats(
            identity=self._identity,
            documents=dict(sorted(Counter(entry.role.value for entry in entries).items())),
            languages=dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
            passages=sum(len(entry.passages) for entry in entries),
            bytes=0,
            place="memory",
        )

    def close(self) -> None:
        """Forget everything."""
        self._closed = True
        self._kept = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._closed:
            raise InvalidInput("The store is closed. Make another one.")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A document with its terms, counted by weight, and its length in terms."""

    entry: Entry
    terms: Mapping[str, float]
    n_terms: int


def _kept(entry: Entry) -> _Kept:
    title, text = find_terms(entry.title), find_terms(entry.text)
    weights: dict[str, float] = {}
    for terms, weight in ((title, TITLE_WEIGHT), (text, TEXT_WEIGHT)):
        for term in terms:
            weights[term] = weights.get(term, 0.0) + weight
    return _Kept(_copy(entry), weights, len(title) + len(text))


def _copy(entry: Entry) -> Entry:
    """Return a document with vectors of its own, in half precision."""
    return replace(
        entry,
        vector=entry.vector.astype(np.float16).astype(np.float32),
        passage_vectors=entry.passage_vectors.astype(np.float16).astype(np.float32),
    )
