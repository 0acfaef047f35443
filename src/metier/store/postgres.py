"""A store in PostgreSQL with pgvector, for many documents and many machines.

Vectors and words are looked up in the server; what they score is computed here, by the code that all stores
share. Below `approximate_from` documents the nearest vectors are found exactly. From there on an HNSW index
picks candidates, which are scored exactly: scores stay the same, but a near document may be missed.

`delete` and `rebuild` leave no byte of what they remove in any file of a table or an index, nor in the
server's catalogs. They cost as much as to copy what remains, so delete many documents in one call. What an
`upsert` replaces stays until the next of the two.

Beyond the reach of any client are the write-ahead log, standbys, archives and backups, and the free blocks of
the disk. The log of a server with `wal_recycle = off` forgets after `SELECT pg_switch_wal()` and
`CHECKPOINT`, unless a replication slot or `wal_keep_size` holds it back; with `wal_recycle = on`, old
files are overwritten only in time. A server told to log parameters (`log_parameter_max_length`) may keep
texts in its own log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import BackendError, InvalidInput, MetierError, NotFound
from metier.store.checks import check_identity, check_query, check_top_k, checked
from metier.store.entries import Entry, Identity, Scored, StoreStats
from metier.store.filters import EVERYTHING, Filter
from metier.store.postgres_filters import filter_sql
from metier.store.postgres_rows import ENTRY_COLUMNS, entry_of, to_text
from metier.store.postgres_schema import (
    State,
    Tables,
    at_present,
    begin_writing,
    check_schema,
    drop_others,
    has_others,
    read_state,
    write_state,
)
from metier.store.postgres_session import Session
from metier.store.postgres_vectors import MAX_INDEXED_DIM, create_vector_index, find_nearest
from metier.store.postgres_words import rank_matching
from metier.store.postgres_writing import erase, replace_all, start_empty, upsert_into

if TYPE_CHECKING:
    from psycopg import Connection

T = TypeVar("T")
_log = logging.getLogger("metier.store.postgres")

APPROXIMATE_FROM: Final = 200_000
_BATCH: Final = 500


class PostgresStore:
    """Implements `Store` on a PostgreSQL server; several processes may use one schema at once.

    Args:
        url: connection string, such as postgresql://user@host/database; its password is never shown.
        schema: where the tables are; made at the first write.
        approximate_from: how many documents make the nearest vectors an approximate search.
        busy_timeout_s: how long a call waits for another writer, above 0.

    Raises:
        InvalidInput: an argument is out of its range, or the url cannot be read.
        MissingExtra: psycopg is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        schema: str = "metier",
        approximate_from: int = APPROXIMATE_FROM,
        busy_timeout_s: float = 10.0,
    ) -> None:
        if approximate_from < 1:
            raise InvalidInput(f"approximate_from must be at least 1. Got {approximate_from}.")
        if not 0 < busy_timeout_s < float("inf"):
            raise InvalidInput(f"busy_timeout_s must be above 0. Got {busy_timeout_s}.")
        self._schema = check_schema(schema)
        self._approximate_from = approximate_from
        self._session = Session(url, busy_timeout_s=busy_timeout_s)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        schema: str = "metier",
        approximate_from: int = APPROXIMATE_FROM,
        busy_timeout_s: float = 10.0,
    ) -> Self:
        """Return a store whose server was reached; it changes nothing there.

        Raises:
            StoreUnavailable: the server cannot be reached.
            StoreDamaged: the schema holds tables that this version cannot read.
        """
        store = cls(url, schema=schema, approximate_from=approximate_from, busy_timeout_s=busy_timeout_s)
        try:
            store._state()
        except MetierError:
            store.close()
            raise
        return store

    def __repr__(self) -> str:
        return f"PostgresStore({self._place!r})"

    @property
    def identity(self) -> Identity | None:
        """Return what the index was made with, or None before the first document."""
        state = self._state()
        return state.identity if state else None

    def upsert(self, entries: Sequence[Entry], *, identity: Identity) -> None:
        """Add documents as `Store.upsert` says; once they are many enough, also index their vectors."""
        given = list(checked(entries, identity))
        if not given:
            return
        with self._session.transaction() as connection:
            state = begin_writing(connection, self._schema)
            if state is not None and state.documents:
                check_identity(state.identity, identity, place=self._place)
            else:
                state = start_empty(connection, self._schema, state, identity)
            state = upsert_into(connection, self._schema, state, given)
            waiting = self._is_unfinished(connection, state)
        if waiting:
            self._finish()

    def rebuild(self, entries: Iterable[Entry], *, identity: Identity) -> int:
        """Replace all documents as `Store.rebuild` says."""
        with self._session.transaction() as connection:
            state = begin_writing(connection, self._schema)
            given = checked(entries, identity)
            state = replace_all(connection, self._schema, state, given, identity)
        self._finish()
        return state.documents

    def delete(self, ids: Sequence[str]) -> int:
        """Erase documents as `Store.delete` says, at the cost of a copy of those that remain.

        An index of vectors is made anew after that; until then vectors are compared exactly.

        Raises:
            StoreBusy: a reader holds the old tables for too long; then nothing was deleted.
        """
        if self._state() is None:
            return 0
        with self._session.transaction() as connection:
            state = begin_writing(connection, self._schema)
            if state is None:
                return 0
            gone, state = erase(connection, self._schema, state, _known(ids))
            waiting = self._is_unfinished(connection, state)
        if waiting:
            self._finish()
        return gone

    def get(self, ids: Sequence[str]) -> list[Entry]:
        """Return documents in the order of the ids, as `Store.get` says."""

        def look(connection: Connection[tuple[Any, ...]], state: State | None) -> dict[str, Entry]:
            if state is None or not ids:
                return {}
            query = f"{self._select_entries(state)} WHERE id = ANY(%s)"
            with connection.cursor(binary=True) as cursor:
                cursor.execute(query, [_known(ids)])
                return {row[0]: entry_of(row) for row in cursor}

        found = self._read(look)
        for identifier in ids:
            if identifier not in found:
                raise NotFound(f"There is no document {identifier!r} in {self._place}. Index it first.")
        return [found[identifier] for identifier in ids]

    def entries(self) -> Iterator[Entry]:
        """Yield all documents in order of their ids, as they stood when the first was taken."""
        with self._session.translated(), self._session.connect() as connection:
            if not at_present(connection, self._schema, self._declare):
                return
            cursor = connection.cursor(binary=True)
            while rows := cursor.execute(f"FETCH {_BATCH} FROM every").fetchall():
                yield from map(entry_of, rows)

    def digests(self) -> Mapping[str, str]:
        """Return the digest of every document, by id."""
        rows = self._rows("SELECT id, digest FROM {documents}")
        return {identifier: to_text(digest) for identifier, digest in rows}

    def count(self, where: Filter = EVERYTHING) -> int:
        """Return how many documents pass a filter."""
        condition, values = filter_sql(where)
        return sum(
            row[0] for row in self._rows("SELECT count(*) FROM {documents} WHERE " + condition, values)
        )

    def nearest(self, vector: NDArray[np.float32], *, top_k: int, where: Filter = EVERYTHING) -> list[Scored]:
        """Return the documents whose vectors are nearest, as `Store.nearest` says.

        Raises:
            InvalidInput: top_k below 1, or a vector of another length.
        """
        check_top_k(top_k)

        def look(connection: Connection[tuple[Any, ...]], state: State | None) -> list[Scored]:
            if state is None:
                return []
            check_query(vector, state.identity.dim)
            return find_nearest(connection, self._schema, state, vector, top_k, where)

        return self._read(look)

    def matching(self, query: str, *, top_k: int, where: Filter = EVERYTHING) -> list[Scored]:
        """Return the documents that share words with a query, as `Store.matching` says.

        The terms that tell most pick some 200 candidates or more, which are ranked by BM25.

        Raises:
            InvalidInput: top_k below 1.
        """
        check_top_k(top_k)

        def look(connection: Connection[tuple[Any, ...]], state: State | None) -> list[Scored]:
            if state is None or not state.documents:
                return []
            return rank_matching(connection, self._schema, state, query, top_k, where)

        return self._read(look)

    def stats(self) -> StoreStats:
        """Return what the store holds."""
        by_role = self._rows("SELECT role, count(*) FROM {documents} GROUP BY role ORDER BY role")
        by_language = self._rows(
            "SELECT language, count(*) FROM {documents} GROUP BY language ORDER BY count(*) DESC, language"
        )
        passages = self._rows("SELECT coalesce(sum(n_passages), 0)::bigint FROM {documents}")
        sizes = self._rows(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class AS c "
            "JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind = 'r'",
            [self._schema],
        )
        return StoreStats(
            identity=self.identity,
            documents=dict(by_role),
            languages={to_text(language): number for language, number in by_language},
            passages=sum(row[0] for row in passages),
            bytes=sum(row[0] for row in sizes),
            place=self._place,
        )

    def close(self) -> None:
        """Give back the connection; the store cannot be used after."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _place(self) -> str:
        return f"{self._session.place}, schema {self._schema}"

    def _read(self, work: Callable[[Connection[tuple[Any, ...]], State | None], T]) -> T:
        return self._session.read(lambda connection: at_present(connection, self._schema, work))

    def _state(self) -> State | None:
        return self._session.read(lambda connection: read_state(connection, self._schema))

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query on `{documents}`; none before the first document."""

        def look(connection: Connection[tuple[Any, ...]], state: State | None) -> list[tuple[Any, ...]]:
            if state is None:
                return []
            documents = Tables(self._schema, state.generation).documents
            query_here = query.format(documents=documents)
            rows: list[tuple[Any, ...]] = connection.execute(query_here, values).fetchall()
            return rows

        return self._read(look)

    def _declare(self, connection: Connection[tuple[Any, ...]], state: State | None) -> bool:
        """Begin a transaction with a cursor over all documents; tell whether there can be some."""
        if state is None:
            return False
        connection.execute("BEGIN READ ONLY")
        try:
            connection.execute(f"DECLARE every CURSOR FOR {self._select_entries(state)} ORDER BY id")
        except require("psycopg").Error:
            connection.execute("ROLLBACK")
            raise
        return True

    def _select_entries(self, state: State) -> str:
        tables = Tables(self._schema, state.generation)
        return f"SELECT {ENTRY_COLUMNS} FROM {tables.documents} JOIN {tables.texts} USING (id)"

    def _is_unfinished(self, connection: Connection[tuple[Any, ...]], state: State) -> bool:
        return self._wants_index(state) or has_others(connection, self._schema, state.generation)

    def _wants_index(self, state: State) -> bool:
        many = state.documents >= self._approximate_from
        return many and not state.approximate and state.identity.dim <= MAX_INDEXED_DIM

    def _finish(self) -> None:
        """Drop what no longer counts and index the vectors if they are many.

        All is committed and searched exactly without that, so a failure is no error of the call before; the
        next write tries again.
        """
        try:
            with self._session.transaction() as connection:
                state = begin_writing(connection, self._schema)
                if state is None:
                    return
                if self._wants_index(state):
                    create_vector_index(connection, Tables(self._schema, state.generation))
                    write_state(connection, self._schema, replace(state, approximate=True))
            with self._session.transaction() as connection:
                state = begin_writing(connection, self._schema)
                if state is not None:
                    drop_others(connection, self._schema, state.generation)
        except BackendError as error:
            _log.warning(
                "%s: documents are written; the rest waits for the next write: %s", self._place, error
            )


def _known(ids: Sequence[str]) -> list[str]:
    """Return those that can be ids of documents; a server refuses some other texts as parameters."""
    return [identifier for identifier in ids if identifier.isprintable()]
