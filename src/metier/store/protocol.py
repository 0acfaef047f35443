"""What every store offers: documents with their vectors, full text and fields, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from metier.store.entries import Entry, Identity, Scored, StoreStats
from metier.store.filters import EVERYTHING, Filter


class Store(Protocol):
    """Keeps documents and finds them; use it as a context manager, or call `close`.

    What one call writes is there for every later reader, whole or not at all, also after a crash. Readers
    go on while a writer writes and see the state before or after. All methods raise `StoreBusy` when
    another process writes for too long, `StoreDamaged` when the database cannot be read, `StoreFull` when
    the disk is full and `StoreUnavailable` when it cannot be reached; what was committed before stays.
    `metier.store.contract.check_store` holds any implementation to this.
    """

    @property
    def identity(self) -> Identity | None:
        """Return what the index was made with, or None before the first document."""
        ...

    def upsert(self, entries: Sequence[Entry], *, identity: Identity) -> None:
        """Add documents, or replace those with the same ids; all of them or none.

        Raises:
            InvalidInput: an id comes twice, or a vector has another length than the identity says.
            ModelMismatch: the store holds documents that another encoder made; the message names the
                command that rebuilds it.
        """
        ...

    def rebuild(self, entries: Iterable[Entry], *, identity: Identity) -> int:
        """Replace all documents and the identity in one transaction; return how many there are now.

        Readers see the old state until it ends. The iterable may read from this store while it is taken.

        Raises:
            InvalidInput: as for `upsert`; then nothing has changed.
        """
        ...

    def delete(self, ids: Sequence[str]) -> int:
        """Erase documents so that no byte of them is left on the disk; return how many there were.

        Unknown ids are passed over. Many in one call cost little more than one.

        Raises:
            StoreBusy: nothing was changed; or the documents are gone, and a reader holds on to traces of
                them on the disk, which the next call erases. The message says which.
        """
        ...

    def get(self, ids: Sequence[str]) -> list[Entry]:
        """Return documents in the order of the ids.

        Raises:
            NotFound: there is none of an id.
        """
        ...

    def entries(self) -> Iterator[Entry]:
        """Yield all documents in order of their ids, as they stood when the first was taken."""
        ...

    def digests(self) -> Mapping[str, str]:
        """Return the digest of every document, by id."""
        ...

    def count(self, where: Filter = EVERYTHING) -> int:
        """Return how many documents pass a filter."""
        ...

    def nearest(self, vector: NDArray[np.float32], *, top_k: int, where: Filter = EVERYTHING) -> list[Scored]:
        """Return the documents whose vectors are nearest, by falling cosine; equal ones in order of id.

        The score is the product with the kept vector, in float64, rounded to six places; it depends on the
        two vectors alone.

        Args:
            vector: (dim,) of L2 norm 1.
            top_k: how many at most, at least 1.
            where: which are looked at.

        Raises:
            InvalidInput: top_k below 1, or a vector of another length.
        """
        ...

    def matching(self, query: str, *, top_k: int, where: Filter = EVERYTHING) -> list[Scored]:
        """Return the documents that share words with a query, the best first; equal ones in order of id.

        Words are compared by their stems, in English and in Russian. The title counts more than the text.
        A query without a word, or with none that is known, gives none; any text is a valid query.

        Raises:
            InvalidInput: top_k below 1.
        """
        ...

    def stats(self) -> StoreStats:
        """Return what the store holds."""
        ...

    def close(self) -> None:
        """Give back what the store holds open; it cannot be used after."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
