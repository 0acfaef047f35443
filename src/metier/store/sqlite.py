"""A store in one SQLite file: nothing to install, nothing to run, and exact.

Vectors are searched in memory, where they take 4 bytes a number; text by SQLite's full-text index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput, MetierError, NotFound, StoreBusy
from metier.store import sqlite_rows, sqlite_schema, sqlite_terms
from metier.store.checks import check_identity, check_ids, check_query, check_top_k, checked
from metier.store.entries import Entry, Identity, Scored, StoreStats
from metier.store.exact import nearest_rows
from metier.store.filters import EVERYTHING, Filter
from metier.store.sqlite_connection import Connections
from metier.store.sqlite_erasure import Leisure, erase_traces
from metier.store.sqlite_filters import clause_of
from metier.store.sqlite_vectors import VectorCache, mask_of

DEFAULT_TIMEOUT_S: Final = 30.0
MAX_TIMEOUT_S: Final = 86_400.0


class SqliteStore:
    """Implements `Store` in a SQLite file; make it with `open`. Threads may share it.

    A write has reached the disk when it returns. Beside the file stand its journal (`-wal`) and an index of
    that (`-shm`); the three belong together. It must stand on a disk of this machine, not on a network share.

    Args:
        connections: to a file that `open` has prepared.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._vectors = VectorCache()
        self._leisure = Leisure()
        self._replaced = False

    @classmethod
    def open(cls, path: Path, *, timeout_s: float = DEFAULT_TIMEOUT_S, read_only: bool = False) -> Self:
        """Return the store in a file; a new one if there is no file, or an empty one.

        Finishes an erasure that was interrupted, if no other process is in the way.

        Args:
            path: the file, in a folder that exists.
            timeout_s: how long to wait for other processes before `StoreBusy`, 0 to 86,400.
            read_only: never write; then there must be a store already.

        Raises:
            InvalidInput: the timeout is out of its range.
            NotFound: there is no store to read.
            StoreDamaged: the file is no database, or that of another program; it stays as it is.
            StoreUnavailable: it cannot be opened, or a later version of metier made it.
            StoreBusy: another process holds it for too long.
        """
        if not 0 <= timeout_s <= MAX_TIMEOUT_S:
            raise InvalidInput(f"timeout_s must be from 0 to {MAX_TIMEOUT_S:g}. Got {timeout_s}.")
        begin = sqlite_schema.check if read_only else sqlite_schema.prepare
        begin(path, timeout_s=timeout_s)
        store = cls(Connections(path, timeout_s=timeout_s, read_only=read_only))
        if not read_only:
            store._finish()
        return store

    @property
    def identity(self) -> Identity | None:
        """Return what the index was made with, or None before the first document."""
        with self._connections.reading() as connection:
            return sqlite_rows.read_head(connection).identity

    def upsert(self, entries: Sequence[Entry], *, identity: Identity) -> None:
        """Add or replace documents; `Store.upsert` is the contract.

        Replaced ones are erased as by `delete`, but not each time if that takes long: at the latest when the
        store is closed, or opened again.
        """
        new = list(checked(entries, identity))
        with self._connections.writing() as connection:
            self._check_identity(connection, identity)
            sqlite_terms.follow_stemmer(connection)
            removed = _remove(connection, [entry.id for entry in new])
            for entry in new:
                _add(connection, entry)
            if new:
                sqlite_rows.write_head(connection, identity, removed=removed > 0)
        if removed:
            self._replaced = not self._leisure.erase(self._connections)

    def rebuild(self, entries: Iterable[Entry], *, identity: Identity) -> int:
        """Replace all documents; `Store.rebuild` is the contract. Other writers wait until it ends."""
        count = 0
        with self._connections.writing() as connection:
            sqlite_terms.remove_all_terms(connection)
            for table in ("skills", "vectors", "texts", "documents"):
                connection.execute(f"DELETE FROM {table}")
            sqlite_terms.follow_stemmer(connection)
            for entry in checked(entries, identity):
                _add(connection, entry)
                count += 1
            sqlite_rows.write_head(connection, identity, removed=True)
        self._replaced = not erase_traces(self._connections, patience_s=0.0)
        return count

    def delete(self, ids: Sequence[str]) -> int:
        """Erase documents; `Store.delete` is the contract. It writes the full-text index anew.

        Raises:
            StoreBusy: if it says that the documents are deleted, a reader holds on to a state with traces of
                them; to finish, open the store again, or delete the same ids or none.
        """
        check_ids(ids)
        with self._connections.writing() as connection:
            sqlite_terms.follow_stemmer(connection)
            removed = _remove(connection, ids)
            if removed:
                sqlite_rows.write_head(connection, None, removed=True)
        if not erase_traces(self._connections):
            raise StoreBusy(
                f"{removed} documents are deleted from {self._connections.path}, but another process still "
                "reads it, so traces of them are left in its journal. Opening it again when that has ended "
                "erases them: metier search stats."
            )
        return removed

    def get(self, ids: Sequence[str]) -> list[Entry]:
        """Return documents in the order of the ids; `Store.get` is the contract."""
        check_ids(ids)
        with self._connections.reading() as connection:
            numbers = sqlite_rows.numbers_of(connection, ids)
            for identifier in ids:
                if identifier not in numbers:
                    raise NotFound(f"There is no document {identifier} in {self._connections.path}.")
            wanted = [numbers[identifier] for identifier in ids]
            return list(sqlite_rows.read_entries(connection, wanted, _dim(connection)))

    def entries(self) -> Iterator[Entry]:
        """Yield all documents in order of their ids; `Store.entries` is the contract.

        Until it has ended or is closed, the journal grows with every write, and `delete` cannot finish.
        """
        with self._connections.reading() as connection:
            numbers = [row[0] for row in connection.execute("SELECT number FROM documents ORDER BY id")]
            yield from sqlite_rows.read_entries(connection, numbers, _dim(connection))

    def digests(self) -> Mapping[str, str]:
        """Return the digest of every document, by id."""
        with self._connections.reading() as connection:
            return dict(connection.execute("SELECT id, digest FROM documents ORDER BY id"))

    def count(self, where: Filter = EVERYTHING) -> int:
        """Return how many documents pass a filter."""
        clause = clause_of(where)
        with self._connections.reading() as connection:
            sql = f"SELECT count(*) FROM documents WHERE {clause.sql}"
            return int(connection.execute(sql, clause.values).fetchone()[0])

    def nearest(self, vector: NDArray[np.float32], *, top_k: int, where: Filter = EVERYTHING) -> list[Scored]:
        """Return the documents whose vectors are nearest; `Store.nearest` is the contract.

        The first search reads all vectors; later ones what was written since.
        """
        check_top_k(top_k)
        with self._connections.reading() as connection:
            state = self._vectors.follow(connection)
            if not len(state.matrix):
                return []
            check_query(vector, state.matrix.shape[1])
            mask = mask_of(connection, state, where)
        return nearest_rows(state.matrix, state.ids, vector, top_k=top_k, mask=mask, longest=state.longest)

    def matching(self, query: str, *, top_k: int, where: Filter = EVERYTHING) -> list[Scored]:
        """Return the documents that share words with a query; `Store.matching` is the contract.

        In a long query the terms that tell most are searched for; `bm25.telling_terms` says which.
        """
        check_top_k(top_k)
        clause = clause_of(where)
        with self._connections.reading() as connection:
            return sqlite_terms.match_terms(connection, query, top_k=top_k, where=clause)

    def stats(self) -> StoreStats:
        """Return what the store holds."""
        path = self._connections.path
        with self._connections.reading() as connection:
            languages = _counts(connection, "language")
            (passages,) = connection.execute("SELECT coalesce(sum(n_passages), 0) FROM documents").fetchone()
            return StoreStats(
                identity=sqlite_rows.read_head(connection).identity,
                documents=dict(sorted(_counts(connection, "role").items())),
                languages=dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
                passages=passages,
                bytes=sum(_size(path.with_name(path.name + end)) for end in ("", "-wal", "-shm")),
                place=str(path),
            )

    def close(self) -> None:
        """Finish the erasure of replaced documents if no reader is in the way, and close the file."""
        # What cannot be finished now is marked in the file, for whoever opens it next.
        with suppress(MetierError):
            if self._replaced:
                self._finish()
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _finish(self) -> None:
        """Erase what is left of removed documents, if no other process is in the way."""
        self._replaced = not erase_traces(self._connections, patience_s=0.0)

    def _check_identity(self, connection: sqlite3.Connection, identity: Identity) -> None:
        if connection.execute("SELECT 1 FROM documents LIMIT 1").fetchone():
            own = sqlite_rows.read_head(connection).identity
            check_identity(own, identity, place=str(self._connections.path))


def _add(connection: sqlite3.Connection, entry: Entry) -> None:
    number = sqlite_rows.insert(connection, entry)
    sqlite_terms.add_terms(connection, number, title=entry.title, text=entry.text)


def _remove(connection: sqlite3.Connection, ids: Sequence[str]) -> int:
    numbers = sqlite_rows.numbers_of(connection, ids).values()
    for number in numbers:
        sqlite_terms.remove_terms(connection, number)
        connection.execute("DELETE FROM documents WHERE number = ?", (number,))
    return len(numbers)


def _dim(connection: sqlite3.Connection) -> int:
    identity = sqlite_rows.read_head(connection).identity
    return identity.dim if identity else 0


def _counts(connection: sqlite3.Connection, column: str) -> dict[str, int]:
    rows = connection.execute(f"SELECT {column}, count(*) FROM documents GROUP BY {column}")
    return {sqlite_rows.to_text(value): n for value, n in rows}


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
