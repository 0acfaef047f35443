"""Tables of the PostgreSQL store, and how a whole set of them takes the place of another.

Documents live in a generation of tables, such as `documents_7`, `texts_7`, `words_7` and `terms_7`, and the
one row of `meta` says which generation counts. A rebuild fills a new generation in its transaction, so that
readers see the old one until it commits. To erase is to copy what remains into a new generation and drop the
old one, in one transaction: PostgreSQL leaves the bytes of deleted rows in their pages, VACUUM frees such
room without clearing it, and VACUUM FULL copies rows that an older snapshot of any session might still see.
No column has planner statistics, since those keep values of rows in a catalog that outlives the table. Texts
are `bytea` in UTF-8, since they may hold NUL, which the type text cannot; convert_from(text, 'UTF8') shows
them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from metier._extras import require
from metier.errors import InvalidInput, StoreDamaged, StoreUnavailable
from metier.store.entries import Identity

if TYPE_CHECKING:
    from psycopg import Connection

T = TypeVar("T")

LAYOUT: Final = 1
"""Version of the tables; raised when they change."""

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,30}")
# In the order in which statements lock them that read two, and so in which they are dropped: no circle forms.
_KINDS: Final = ("terms", "words", "documents", "texts")
_GENERATION: Final = re.compile(rf"({'|'.join(_KINDS)})_(\d+)")
_PGVECTOR: Final = (0, 8)
_WHOLE_PAGE: Final = 8160


@dataclass(frozen=True, slots=True)
class State:
    """What `meta` says.

    Attributes:
        generation: number of the tables that count.
        identity: what made their vectors.
        documents: how many there are.
        n_terms: length of all documents together.
        approximate: whether the vectors have an HNSW index.
    """

    generation: int
    identity: Identity
    documents: int
    n_terms: int
    approximate: bool


@dataclass(frozen=True, slots=True)
class Tables:
    """Names of the tables of a generation, with their schema, ready to stand in SQL."""

    schema: str
    generation: int

    @property
    def documents(self) -> str:
        """Return the table of documents: their vectors and all that a filter asks for, so kept narrow."""
        return f'"{self.schema}"."documents_{self.generation}"'

    @property
    def texts(self) -> str:
        """Return the table of all else that documents have, which no search reads."""
        return f'"{self.schema}"."texts_{self.generation}"'

    @property
    def words(self) -> str:
        """Return the table of the documents' words."""
        return f'"{self.schema}"."words_{self.generation}"'

    @property
    def terms(self) -> str:
        """Return the table that says how many documents hold a term."""
        return f'"{self.schema}"."terms_{self.generation}"'


def check_schema(name: str) -> str:
    """Return the name of a schema.

    Raises:
        InvalidInput: it would need quotes, or is long.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"A schema must be 1 to 31 of a-z, 0-9 and _, not a digit first. Got {len(name)} characters."
        )
    return name


def read_state(connection: Connection[tuple[Any, ...]], schema: str) -> State | None:
    """Return what `meta` says; None where there is no table yet, or before the first document.

    Raises:
        StoreDamaged: another version of metier made the tables, or something else.
    """
    psycopg = require("psycopg")
    try:
        row = connection.execute(
            "SELECT layout, generation, encoder, sha256, dim, documents, n_terms, approximate "
            f'FROM "{schema}".meta'
        ).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return None
    if row is None:
        return None
    layout, generation, encoder, sha256, dim, documents, n_terms, approximate = row
    if layout != LAYOUT:
        raise StoreDamaged(
            f"The store in schema {schema} has layout {layout}; this version reads {LAYOUT}. "
            "Index anew into another schema."
        )
    return State(generation, Identity(encoder, sha256, dim), documents, n_terms, approximate)


def at_present(
    connection: Connection[tuple[Any, ...]],
    schema: str,
    work: Callable[[Connection[tuple[Any, ...]], State | None], T],
) -> T:
    """Return what `work` returns for the present state, anew if its tables go while it looks at them."""
    psycopg = require("psycopg")
    while True:
        state = read_state(connection, schema)
        try:
            return work(connection, state)
        except (psycopg.errors.UndefinedTable, psycopg.errors.InternalError_):
            later = read_state(connection, schema)
            if state is None or later is None or later.generation == state.generation:
                raise


def begin_writing(connection: Connection[tuple[Any, ...]], schema: str) -> State | None:
    """Wait for other writers, make what is missing and return the state; for the start of a transaction.

    Raises:
        StoreUnavailable: the server has no pgvector of 0.8 or later.
    """
    key = int.from_bytes(hashlib.sha256(f"metier {schema}".encode()).digest()[:8], "big", signed=True)
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    # IF NOT EXISTS alone asks for the right to create even where nothing is missing.
    if connection.execute("SELECT to_regclass(%s)", [f"{schema}.meta"]).fetchone() == (None,):
        _create_meta(connection, schema)
    return read_state(connection, schema)


def _create_meta(connection: Connection[tuple[Any, ...]], schema: str) -> None:
    found = "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
    if connection.execute(found).fetchone() is None:
        connection.execute("CREATE EXTENSION vector")
    row = connection.execute(found).fetchone()
    version = str(row[0]) if row else "none"
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < _PGVECTOR:
        raise StoreUnavailable(f"pgvector must be 0.8 or later. The server has {version}; update it.")
    if connection.execute("SELECT to_regnamespace(%s)", [schema]).fetchone() == (None,):
        connection.execute(f'CREATE SCHEMA "{schema}"')
    connection.execute(
        f'CREATE TABLE "{schema}".meta (single boolean PRIMARY KEY CHECK (single), '
        "layout int NOT NULL, generation bigint NOT NULL, encoder text NOT NULL, sha256 text NOT NULL, "
        "dim int NOT NULL, documents bigint NOT NULL, n_terms bigint NOT NULL, approximate boolean NOT NULL, "
        "changes bigint NOT NULL)"
    )


def write_state(connection: Connection[tuple[Any, ...]], schema: str, state: State) -> None:
    """Replace what `meta` says, and count the change."""
    identity = state.identity
    connection.execute(
        f'INSERT INTO "{schema}".meta AS old VALUES (true, %s, %s, %s, %s, %s, %s, %s, %s, 1) '
        "ON CONFLICT (single) DO UPDATE SET layout = excluded.layout, generation = excluded.generation, "
        "encoder = excluded.encoder, sha256 = excluded.sha256, dim = excluded.dim, "
        "documents = excluded.documents, n_terms = excluded.n_terms, approximate = excluded.approximate, "
        "changes = old.changes + 1",
        [
            LAYOUT,
            state.generation,
            identity.encoder,
            identity.sha256,
            identity.dim,
            state.documents,
            state.n_terms,
            state.approximate,
        ],
    )


def _document_columns(dim: int) -> tuple[str, ...]:
    return (
        'id text COLLATE "C" NOT NULL',
        f"vector halfvec({dim}) NOT NULL",
        "role_key bytea NOT NULL",
        "language_key bytea NOT NULL",
        "level_key bytea",
        "place_key bytea",
        "years float8",
        'date text COLLATE "C"',
        "skill_keys bytea[] NOT NULL",
        "role text NOT NULL",
        "language bytea NOT NULL",
        "digest bytea NOT NULL",
        "n_passages int NOT NULL",
    )


_TEXT_COLUMNS: Final = (
    'id text COLLATE "C" NOT NULL',
    "source bytea NOT NULL",
    "level bytea",
    "place bytea",
    "title bytea NOT NULL",
    "text bytea NOT NULL",
    "skills text NOT NULL",
    "spans int[] NOT NULL",
    "passage_vectors bytea NOT NULL",
)
_WORD_COLUMNS: Final = ('id text COLLATE "C" NOT NULL', "n_terms int NOT NULL", "lexemes tsvector NOT NULL")
_TERM_COLUMNS: Final = ('term text COLLATE "C" NOT NULL', "documents int NOT NULL")


def create_tables(connection: Connection[tuple[Any, ...]], tables: Tables, dim: int) -> None:
    """Make the empty tables of a generation; `create_indexes` is for when they are filled."""
    for table, columns in (
        (tables.documents, _document_columns(dim)),
        (tables.texts, _TEXT_COLUMNS),
        (tables.words, _WORD_COLUMNS),
        (tables.terms, _TERM_COLUMNS),
    ):
        names = [column.partition(" ")[0] for column in columns]
        connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        connection.execute(
            f"ALTER TABLE {table} {', '.join(f'ALTER {name} SET STATISTICS 0' for name in names)}"
        )
    # What a search reads of many rows stays in them, uncompressed where it can.
    connection.execute(f"ALTER TABLE {tables.documents} ALTER vector SET STORAGE MAIN")
    connection.execute(f"ALTER TABLE {tables.words} ALTER lexemes SET STORAGE MAIN")
    connection.execute(f"ALTER TABLE {tables.words} SET (toast_tuple_target = {_WHOLE_PAGE})")


def create_indexes(connection: Connection[tuple[Any, ...]], tables: Tables) -> None:
    """Add to a generation its keys and its index of words."""
    for table in (tables.documents, tables.texts, tables.words):
        connection.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (id)")
    connection.execute(f"ALTER TABLE {tables.terms} ADD PRIMARY KEY (term)")
    connection.execute(f"CREATE INDEX ON {tables.words} USING gin (lexemes)")


def has_others(connection: Connection[tuple[Any, ...]], schema: str, keep: int) -> bool:
    """Tell whether there are tables of another generation."""
    return bool(_others(connection, schema, keep))


def drop_others(connection: Connection[tuple[Any, ...]], schema: str, keep: int) -> None:
    """Drop the tables of all generations but one; waits for their readers."""
    for name in _others(connection, schema, keep):
        connection.execute(f'DROP TABLE "{schema}"."{name}"')


def _others(connection: Connection[tuple[Any, ...]], schema: str, keep: int) -> list[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
    matches = [match for (name,) in rows if (match := _GENERATION.fullmatch(name))]
    others = [match for match in matches if int(match[2]) != keep]
    return [match[0] for match in sorted(others, key=lambda match: _KINDS.index(match[1]))]
