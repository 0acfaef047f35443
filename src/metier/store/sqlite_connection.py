"""Connections to a SQLite file: their settings, transactions, and errors in metier's own words."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from metier.errors import (
    BackendError,
    InvalidInput,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreUnavailable,
)

# `secure_delete` fills what is deleted with zeros; with temp_store=MEMORY no text goes to temporary files;
# with synchronous=FULL what is committed survives a power cut.
SETTINGS: Final = (
    "foreign_keys = ON",
    "secure_delete = ON",
    "synchronous = FULL",
    "temp_store = MEMORY",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "cache_size = -16000",
)
_REACH: Final = "Check the folder, its permissions and the disk."
_MENDING: Final = (
    "Nothing in it was changed. Put back a copy of it, or move it away and index the documents again."
)
# By the primary code that SQLite gives (sqlite.org/rescode.html): what is raised, and what is said.
_ERRORS: Final[dict[int, tuple[type[BackendError], str]]] = {
    1: (StoreDamaged, f"is damaged. {_MENDING}"),
    3: (StoreUnavailable, f"cannot be opened: the system forbids it. {_REACH}"),
    5: (StoreBusy, "is being written to by another process for too long. Try again later."),
    6: (StoreBusy, "is being written to by another process for too long. Try again later."),
    8: (StoreUnavailable, f"cannot be written to. {_REACH}"),
    10: (StoreUnavailable, f"cannot be read or written: the disk reports an error. {_REACH}"),
    11: (StoreDamaged, f"is damaged. {_MENDING}"),
    13: (StoreFull, "cannot grow: the disk is full. Nothing was changed. Make room and try again."),
    14: (StoreUnavailable, f"cannot be opened. {_REACH}"),
    26: (StoreDamaged, f"is no index of metier. {_MENDING}"),
}


class UnreadableText(ValueError):
    """What stands for a text in the database is none."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise errors of SQLite as metier's own, which name the file and the way out."""
    try:
        yield
    except sqlite3.Error as exc:
        code = getattr(exc, "sqlite_errorcode", None)
        if code is None and isinstance(exc, sqlite3.OperationalError):
            code = sqlite3.SQLITE_CORRUPT  # text of a row that is no UTF-8
        kind, words = _ERRORS.get((code or 0) & 0xFF, (BackendError, "cannot be used."))
        raise kind(f"{path} {words}") from exc
    except UnreadableText as exc:
        raise StoreDamaged(f"{path} is damaged. {_MENDING}") from exc


def connect(path: Path, *, mode: str, timeout_s: float) -> sqlite3.Connection:
    """Open a connection that leaves transactions to the caller.

    Args:
        path: the database.
        mode: `ro`, `rw`, or `rwc`, which makes the file if there is none.
        timeout_s: how long a statement waits for other processes.

    Raises:
        sqlite3.Error: it cannot be opened.
        UnreadableText: what SQLite says of its damage is no text.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=timeout_s,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for setting in SETTINGS:
            connection.execute(f"PRAGMA {setting}").fetchall()
    except UnicodeDecodeError as exc:
        connection.close()
        raise UnreadableText(f"{path.name} has a damaged schema") from exc
    except BaseException:
        connection.close()
        raise
    return connection


class Connections:
    """A connection for each thread that asks for one at the same time; given back ones are used again.

    Args:
        path: a database that `metier.store.sqlite_schema.prepare` has seen.
        timeout_s: how long to wait for other processes.
        read_only: whether writing is refused.
    """

    def __init__(self, path: Path, *, timeout_s: float, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._file: tuple[int, int] | None = None
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection within a transaction; all it reads is of the state of its first read."""
        with translated(self.path), self._borrowed() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                _roll_back(connection)

    @contextmanager
    def writing(self, *, patience_s: float | None = None) -> Iterator[sqlite3.Connection]:
        """Give a connection within a transaction that is committed at the end, or undone by an error.

        Args:
            patience_s: how long to wait for other writers; as long as for all else by default.
        """
        if self.read_only:
            raise InvalidInput(f"{self.path} was opened for reading. Open it for writing.")
        with translated(self.path), self._borrowed() as connection:
            with _patient(connection, patience_s, self._timeout_s):
                connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                _roll_back(connection)

    def move_journal(self, *, patience_s: float | None = None) -> bool:
        """Write what is committed into the database and empty the journal; tell whether that was possible.

        It is not while a reader needs the journal or another process writes.
        """
        with translated(self.path), self._borrowed() as connection:
            with _patient(connection, patience_s, self._timeout_s):
                try:
                    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                except sqlite3.OperationalError as exc:
                    if exc.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                        raise
                    busy = 1
            return not busy

    def close(self) -> None:
        """Close what is idle now, and the rest as it is given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._closed:
                raise InvalidInput(f"{self.path} is closed. Open it again.")
            self._check_same_file()
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            mode = "ro" if self.read_only else "rw"
            connection = connect(self.path, mode=mode, timeout_s=self._timeout_s)
        try:
            yield connection
        finally:
            with self._lock:
                keep = not self._closed and not connection.in_transaction
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    def _check_same_file(self) -> None:
        """Refuse to go on with a file that is no longer at its place: what is written to it would be lost."""
        try:
            now = os.stat(self.path)
        except OSError as exc:
            raise StoreUnavailable(f"{self.path} cannot be opened: {exc.strerror}. {_REACH}") from exc
        self._file = self._file or (now.st_dev, now.st_ino)
        if self._file != (now.st_dev, now.st_ino):
            raise StoreUnavailable(f"{self.path} was replaced by another file. Open it again.")


@contextmanager
def _patient(connection: sqlite3.Connection, patience_s: float | None, usual_s: float) -> Iterator[None]:
    """Let the statements within wait for other processes as long as is said, and later ones as usual."""
    if patience_s is None:
        yield
        return
    connection.execute(f"PRAGMA busy_timeout = {int(patience_s * 1000)}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(usual_s * 1000)}")


def _roll_back(connection: sqlite3.Connection) -> None:
    # A disk that fails may also fail to roll back; the connection is then closed, which does it.
    if connection.in_transaction:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
