"""Nearest vectors in PostgreSQL: the server picks candidates, and the shared exact code scores them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.store.entries import Scored
from metier.store.exact import nearest_rows
from metier.store.filters import EVERYTHING, Filter
from metier.store.postgres_filters import filter_sql
from metier.store.postgres_rows import halves_of, read_halfvec
from metier.store.postgres_schema import State, Tables

if TYPE_CHECKING:
    from psycopg import Connection

EXACT_BELOW: Final = 5000
"""A filter that leaves fewer documents than this is answered exactly: an index of all would miss them."""

MAX_INDEXED_DIM: Final = 4000
"""Longest halfvec that pgvector indexes."""

_SLACK: Final = 64
_CANDIDATES: Final = 10
_LEAST_CANDIDATES: Final = 200
_MAX_EF_SEARCH: Final = 1000
_LONGEST: Final = 1.01  # norm of a unit vector after rounding to half precision, with room

Rows = list[tuple[str, bytes, float]]


def find_nearest(
    connection: Connection[tuple[Any, ...]],
    schema: str,
    state: State,
    vector: NDArray[np.float32],
    top_k: int,
    where: Filter,
) -> list[Scored]:
    """Return the nearest documents, as `Store.nearest` says."""
    documents = Tables(schema, state.generation).documents
    rows: Rows | None = None
    if state.approximate and _is_wide(connection, documents, where):
        rows = _approximate(connection, documents, vector, top_k, where)
    if rows is None:
        rows = _exact(connection, documents, vector, top_k, where)
    if not rows:
        return []
    matrix = np.stack([read_halfvec(sent) for _, sent, _ in rows]).astype(np.float32)
    return nearest_rows(matrix, [key for key, _, _ in rows], vector, top_k=top_k)


def _exact(
    connection: Connection[tuple[Any, ...]],
    documents: str,
    vector: NDArray[np.float32],
    top_k: int,
    where: Filter,
) -> Rows:
    """Return all documents that may be among the best, and some more."""
    condition, values = filter_sql(where)
    # Adding zero keeps the planner from an approximate index.
    columns = "SELECT id, vector, (vector <#> %b::float8[]::halfvec) + 0 AS distance"
    sent = "SELECT id, halfvec_send(vector), distance"
    halves = halves_of(vector)
    # Reading twice is rare: only where many are as near as the last of the best.
    rows = _fetch(
        connection,
        f"{sent} FROM ({columns} FROM {documents} WHERE {condition} ORDER BY distance LIMIT %s) AS best",
        [halves, *values, top_k + _SLACK],
    )
    if len(rows) < top_k + _SLACK:
        return rows
    furthest = rows[top_k - 1][2] + 2 * _error(vector)
    if rows[-1][2] > furthest:
        return rows
    return _fetch(
        connection,
        f"{sent} FROM ({columns} FROM {documents} WHERE {condition}) AS every WHERE distance <= %s",
        [halves, *values, furthest],
    )


def _error(vector: NDArray[np.float32]) -> float:
    """Return how far a distance that the server computes may be from the true one, after rounding that."""
    given = vector.astype(np.float64)
    rounded = vector.astype(np.float16).astype(np.float64)
    in_query = float(np.linalg.norm(given - rounded))
    in_sum = len(vector) * 2.0**-23 * float(np.linalg.norm(given))
    return _LONGEST * (in_query + in_sum) + 1e-6


def _is_wide(connection: Connection[tuple[Any, ...]], documents: str, where: Filter) -> bool:
    if where == EVERYTHING:
        return True
    condition, values = filter_sql(where)
    row = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {documents} WHERE {condition} LIMIT %s) AS passing",
        [*values, EXACT_BELOW],
    ).fetchone()
    return row is not None and row[0] == EXACT_BELOW


def _approximate(
    connection: Connection[tuple[Any, ...]],
    documents: str,
    vector: NDArray[np.float32],
    top_k: int,
    where: Filter,
) -> Rows | None:
    """Return candidates from the HNSW index, or None if it gives too few."""
    condition, values = filter_sql(where)
    n_candidates = max(_LEAST_CANDIDATES, _CANDIDATES * top_k)
    halves = halves_of(vector)
    with connection.transaction():
        for setting in (
            f"hnsw.ef_search = {min(n_candidates, _MAX_EF_SEARCH)}",
            "hnsw.iterative_scan = strict_order",
            # Without statistics of a filter the planner may sort all documents instead.
            "enable_seqscan = off",
            "enable_sort = off",
        ):
            connection.execute(f"SET LOCAL {setting}")
        rows = _fetch(
            connection,
            f"SELECT id, halfvec_send(vector), 0.0::float8 FROM {documents} WHERE {condition} "
            "ORDER BY vector <#> %b::float8[]::halfvec LIMIT %s",
            [*values, halves, n_candidates],
        )
    return rows if len(rows) >= top_k else None


def _fetch(connection: Connection[tuple[Any, ...]], query: str, values: list[Any]) -> Rows:
    with connection.cursor(binary=True) as cursor:
        rows: Rows = cursor.execute(query, values).fetchall()
    return rows


def create_vector_index(connection: Connection[tuple[Any, ...]], tables: Tables) -> None:
    """Add an HNSW index of the vectors; takes minutes for some 100,000.

    The graph is built in up to 512 MB of memory, since one that does not fit takes many times as long, and by
    one process, since several share it through /dev/shm, which containers keep small.
    """
    connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
    connection.execute("SET LOCAL max_parallel_maintenance_workers = 0")
    connection.execute(f"CREATE INDEX ON {tables.documents} USING hnsw (vector halfvec_ip_ops)")
