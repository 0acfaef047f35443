"""The tables of a SQLite store, and how a file becomes one or is brought up to date."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from metier.errors import NotFound, StoreDamaged, StoreUnavailable
from metier.store.sqlite_connection import connect, translated

APPLICATION_ID: Final = 0x6D746965  # "mtie"

# Names and texts are kept as UTF-8 bytes, since they may hold what SQLite's text cannot: NUL characters and
# lone surrogates. The columns that end in `_key` hold the same in lower case, for filters. Texts and vectors
# stand apart from `documents` so that filters and the matrix are read without them. `number` is never used
# twice, so that a reader knows what is new by its being higher than all it has seen.
_TABLES: Final = (
    """
    CREATE TABLE meta (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        encoder BLOB,
        sha256 TEXT,
        dim INTEGER,
        stemmer TEXT NOT NULL,
        change INTEGER NOT NULL,
        removal INTEGER NOT NULL,
        unerased INTEGER
    )""",
    """
    CREATE TABLE documents (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        role BLOB NOT NULL,
        source BLOB NOT NULL,
        title BLOB NOT NULL,
        digest TEXT NOT NULL,
        language BLOB NOT NULL,
        level BLOB,
        place BLOB,
        years REAL,
        date TEXT,
        language_key BLOB NOT NULL,
        level_key BLOB,
        place_key BLOB,
        n_passages INTEGER NOT NULL
    )""",
    """
    CREATE TABLE texts (
        document INTEGER PRIMARY KEY REFERENCES documents (number) ON DELETE CASCADE,
        text BLOB NOT NULL,
        spans BLOB NOT NULL,
        vectors BLOB NOT NULL
    )""",
    """
    CREATE TABLE vectors (
        document INTEGER PRIMARY KEY REFERENCES documents (number) ON DELETE CASCADE,
        vector BLOB NOT NULL
    )""",
    """
    CREATE TABLE skills (
        document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        id BLOB NOT NULL,
        name BLOB NOT NULL,
        label TEXT NOT NULL,
        importance TEXT,
        choice INTEGER NOT NULL,
        key BLOB NOT NULL,
        PRIMARY KEY (document, position)
    ) WITHOUT ROWID""",
    "CREATE INDEX skills_by_key ON skills (key, document)",
    # The tokenizer takes all that `find_terms` puts into a term as part of it, so a term is one token.
    """
    CREATE VIRTUAL TABLE terms USING fts5 (
        title, text, content = '', tokenize = "ascii tokenchars '.+#-'''"
    )""",
    "CREATE VIRTUAL TABLE vocabulary USING fts5vocab (terms, row)",
    "INSERT INTO meta (one, stemmer, change, removal) VALUES (1, '', 0, 0)",
)

# Statements that lead from each version of the schema to the next; a version is never edited once released.
MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_TABLES,)


def prepare(path: Path, *, timeout_s: float) -> None:
    """Make a file into an empty store if there is none, and bring an older one up to date.

    Raises:
        StoreDamaged: the file is no database, or that of another program; it stays as it is.
        StoreUnavailable: it cannot be opened, or a later version of metier made it.
        StoreBusy: another process holds it for too long.
    """
    _check_place(path)
    _keep_to_owner(path)
    with translated(path), _connected(path, mode="rwc", timeout_s=timeout_s) as connection:
        version = _version(connection, path)
        if version < len(MIGRATIONS):
            if not version:
                connection.execute("PRAGMA auto_vacuum = NONE")
            _keep_journal(connection, timeout_s)
            _migrate(connection, path)


def check(path: Path, *, timeout_s: float) -> None:
    """Make sure that a file is a store that can be read, without changing it.

    Raises:
        NotFound: there is none yet.
        StoreDamaged: the file is no database, or that of another program.
        StoreUnavailable: it cannot be opened, or another version of metier made it.
    """
    missing = f"There is no index at {path}. Make one: metier search index."
    if not path.exists():
        raise NotFound(missing)
    _check_place(path)
    with translated(path), _connected(path, mode="ro", timeout_s=timeout_s) as connection:
        version = _version(connection, path)
    if not version:
        raise NotFound(missing)
    if version < len(MIGRATIONS):
        raise StoreUnavailable(
            f"{path} was made by an earlier version of metier. Open it for writing "
            "once to bring it up to date."
        )


def _check_place(path: Path) -> None:
    if not path.parent.is_dir():
        raise StoreUnavailable(f"{path} cannot be opened: there is no folder {path.parent}. Make it first.")
    journal = path.with_name(f"{path.name}-wal")
    # SQLite would throw the journal away, and with it what may be the only copy of the last changes.
    if _size(journal) and not _size(path):
        raise StoreDamaged(
            f"{path} is empty, but its journal {journal.name} is not: the file was cut off. Nothing in it "
            "was changed. Put back a copy of it, or move both away and index the documents again."
        )


def _keep_to_owner(path: Path) -> None:
    """Make a new file readable by its owner alone, as are its journals then: it holds texts of resumes."""
    if not path.exists():
        with suppress(OSError):  # SQLite says better what is in the way
            path.touch(mode=0o600)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


@contextmanager
def _connected(path: Path, *, mode: str, timeout_s: float) -> Iterator[sqlite3.Connection]:
    connection = connect(path, mode=mode, timeout_s=timeout_s)
    try:
        yield connection
    finally:
        connection.close()


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of the schema, 0 for an empty file."""
    # In one statement, so that no other process makes the store between one answer and the next.
    owner, version, n_tables = connection.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
        "FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    if owner != APPLICATION_ID and (owner or version or n_tables):
        raise StoreDamaged(f"{path} is a database of another program. Choose another file for the index.")
    if version > len(MIGRATIONS):
        raise StoreUnavailable(
            f"{path} was made by a later version of metier (schema {version}; this one knows "
            f"{len(MIGRATIONS)}). Update metier."
        )
    return int(version)


def _keep_journal(connection: sqlite3.Connection, timeout_s: float) -> None:
    """Turn on the write-ahead log, which SQLite refuses at once while another process does the same."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statements in MIGRATIONS[_version(connection, path) :]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")
