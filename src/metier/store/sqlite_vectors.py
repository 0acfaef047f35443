"""The vectors of a SQLite store as a matrix in memory that follows what is written to the file."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import StoreDamaged
from metier.store.exact import longest_row
from metier.store.filters import EVERYTHING, Filter
from metier.store.sqlite_filters import clause_of
from metier.store.sqlite_rows import from_half, read_head

_BLOCK: Final = 4096
_MAX_MASKS: Final = 16
_DAMAGED: Final = (
    "The vectors of the index are damaged. Put back a copy of it, or move it away and index the "
    "documents again."
)
_NEW: Final = """
    SELECT documents.number, documents.id, vectors.vector
    FROM vectors JOIN documents ON documents.number = vectors.document
    WHERE vectors.document > ? ORDER BY vectors.document
"""


@dataclass(frozen=True, slots=True)
class VectorState:
    """The vectors of all documents as one transaction sees them.

    Attributes:
        change: the write that it shows.
        matrix: (n, dim) float32, rounded to half precision.
        numbers: (n,) of the documents, rising.
        ids: n of them.
        alive: (n,) False for documents that are no longer there.
        longest: L2 norm of the longest row or more.
        masks: rows that pass some filters, kept from earlier searches.
    """

    change: int
    matrix: NDArray[np.float32]
    numbers: NDArray[np.int64]
    ids: list[str]
    alive: NDArray[np.bool_]
    longest: float = 0.0
    masks: dict[Filter, NDArray[np.bool_]] = field(default_factory=dict)


class VectorCache:
    """Keeps the matrix, and brings it up to date with what other connections and processes have written.

    Rows are only ever added behind those there are, so a state that a search still uses stays as it is.
    Rows of removed documents are passed over, and thrown away when they are more than half.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = _empty(0)
        self._spare: NDArray[np.float32] | None = None
        self._removal = 0

    def follow(self, connection: sqlite3.Connection) -> VectorState:
        """Return the vectors as a transaction sees them that has read nothing yet.

        Raises:
            StoreDamaged: a vector has the wrong length, or is not finite.
        """
        # The first read sets what the transaction sees. Within the lock, that is never older than the state.
        with self._lock:
            head = read_head(connection)
            if head.identity is None or head.change == self._state.change:
                return self._state
            if head.identity.dim != self._state.matrix.shape[1] or head.change < self._state.change:
                self._state = _empty(head.identity.dim)
            if head.removal != self._removal:
                self._state = _without_removed(connection, self._state)
            self._state = self._with_new(connection, self._state, head.change)
            self._removal = head.removal
            return self._state

    def _with_new(self, connection: sqlite3.Connection, state: VectorState, change: int) -> VectorState:
        n, dim = state.matrix.shape
        last = int(state.numbers[-1]) if n else 0
        (n_new,) = connection.execute("SELECT count(*) FROM vectors WHERE document > ?", (last,)).fetchone()
        if not n_new:
            return replace(state, change=change, masks={})
        self._spare = buffer = self._room(state.matrix, n_new)
        numbers: list[int] = []
        ids = list(state.ids)
        rows = connection.execute(_NEW, (last,))
        while block := rows.fetchmany(_BLOCK):
            start = len(ids)
            numbers.extend(row[0] for row in block)
            ids.extend(row[1] for row in block)
            buffer[start : len(ids)] = _vectors([row[2] for row in block], dim)
        return VectorState(
            change=change,
            matrix=buffer[: len(ids)],
            numbers=np.concatenate([state.numbers, np.array(numbers, np.int64)]),
            ids=ids,
            alive=np.concatenate([state.alive, np.ones(len(ids) - n, np.bool_)]),
            longest=max(state.longest, longest_row(buffer[n : len(ids)])),
        )

    def _room(self, matrix: NDArray[np.float32], n_new: int) -> NDArray[np.float32]:
        """Return a buffer that begins with a matrix and has room for new rows behind it."""
        n, dim = matrix.shape
        if self._spare is not None and len(self._spare) >= n + n_new:
            still_used = matrix.base is self._spare
            if still_used:
                return self._spare
        # A quarter more than needed, so that documents that come one by one do not each copy the matrix.
        buffer = np.empty((n + n_new + n // 4, dim), np.float32)
        buffer[:n] = matrix
        return buffer


def mask_of(connection: sqlite3.Connection, state: VectorState, where: Filter) -> NDArray[np.bool_] | None:
    """Return which rows (n,) pass a filter, or None for all."""
    if where == EVERYTHING:
        return None if state.alive.all() else state.alive
    known = state.masks.get(where)
    if known is not None:
        return known
    clause = clause_of(where)
    numbers = _numbers(connection, f"SELECT number FROM documents WHERE {clause.sql}", clause.values)
    rows = np.searchsorted(state.numbers, numbers)
    if not np.array_equal(state.numbers[np.minimum(rows, len(state.numbers) - 1)], numbers):
        raise StoreDamaged(_DAMAGED)
    mask = np.zeros(len(state.numbers), np.bool_)
    mask[rows] = True
    if len(state.masks) >= _MAX_MASKS:
        state.masks.clear()
    state.masks[where] = mask
    return mask


def _empty(dim: int) -> VectorState:
    return VectorState(-1, np.empty((0, dim), np.float32), np.empty(0, np.int64), [], np.empty(0, np.bool_))


def _without_removed(connection: sqlite3.Connection, state: VectorState) -> VectorState:
    there = _numbers(connection, "SELECT number FROM documents INDEXED BY sqlite_autoindex_documents_1", ())
    alive = np.isin(state.numbers, there, assume_unique=True)
    if np.count_nonzero(alive) * 2 >= len(alive):
        return replace(state, alive=alive, masks={})
    rows = np.flatnonzero(alive)
    ids = [state.ids[row] for row in rows]
    return VectorState(state.change, state.matrix[rows], state.numbers[rows], ids, alive[rows], state.longest)


def _numbers(
    connection: sqlite3.Connection, sql: str, values: tuple[str | float | bytes, ...]
) -> NDArray[np.int64]:
    return np.fromiter((row[0] for row in connection.execute(sql, values)), np.int64)


def _vectors(blobs: list[bytes], dim: int) -> NDArray[np.float32]:
    if not all(isinstance(blob, bytes) and len(blob) == 2 * dim for blob in blobs):
        raise StoreDamaged(_DAMAGED)
    try:
        return from_half(b"".join(blobs), dim)
    except ValueError as exc:
        raise StoreDamaged(_DAMAGED) from exc
