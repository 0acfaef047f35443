"""The database of the service as one SQLite file."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from metier._extras import require
from metier.errors import NotFound, StoreDamaged, StoreUnavailable
from metier.store.sqlite_connection import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

APPLICATION_ID: Final = 0x6D747773  # "mtws"


class SqlitePlace:
    """A file, and what is done otherwise with it than with a server.

    Args:
        path: of the file.
        timeout_s: how long to wait for other writers.
    """

    def __init__(self, path: Path, *, timeout_s: float) -> None:
        self.path = path
        self.name = str(path)
        self._timeout_s = timeout_s
        self._file: tuple[int, int] | None = None

    def prepare(self, *, create: bool) -> None:
        """Make the file where there is none, and make sure that it can be a database of the service.

        Raises:
            NotFound: there is none, and `create` is False.
            StoreDamaged: it is a database of another program, or was cut off.
            StoreUnavailable: it cannot be made.
        """
        if not self.path.exists() and not create:
            raise NotFound(f"There is no database at {self.path}. Make one: metier serve.")
        if self.path.is_dir():
            raise StoreUnavailable(f"{self.path} is a folder. Name a file.")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._check_whole()
            self.path.touch(mode=0o600)  # SQLite gives its journals the same rights
        except OSError as exc:
            raise StoreUnavailable(
                f"{self.path} cannot be made: {exc.strerror}. Name another place."
            ) from exc
        connection = self._connect()
        try:
            # In one statement, so that no other process makes the tables between the two answers.
            owner, n_tables = connection.execute(
                "SELECT application_id, (SELECT count(*) FROM sqlite_master) FROM pragma_application_id"
            ).fetchone()
            if owner != APPLICATION_ID and (owner or n_tables):
                raise StoreDamaged(f"{self.path} is a database of another program. Name another file.")
            self._keep_journal(connection)
        finally:
            connection.close()

    def engine(self) -> Engine:
        """Return what makes connections."""
        sa = require("sqlalchemy")
        made: Engine = sa.create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=sa.QueuePool,
            pool_size=8,
            max_overflow=56,
            pool_timeout=self._timeout_s,
            hide_parameters=True,
        )
        return made

    def begin(self, connection: Connection, *, read_only: bool) -> None:
        """Begin a transaction: of one state of the file, or as its only writer."""
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    def lock_tables(self, connection: Connection) -> None:
        """Keep others from making the tables, and say whose they are; the only writer has no more to do."""
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")

    def check_same(self) -> None:
        """Refuse to go on with a file that is no longer at its place: what is written to it would be lost.

        Raises:
            StoreUnavailable: it is gone, or another is there.
        """
        try:
            now = os.stat(self.path)
        except OSError as exc:
            raise StoreUnavailable(f"{self.path} cannot be opened: {exc.strerror}. Put it back.") from exc
        self._file = self._file or (now.st_dev, now.st_ino)
        if self._file != (now.st_dev, now.st_ino):
            raise StoreUnavailable(f"{self.path} was replaced by another file. Open it again.")

    def scrub(self, connection: Connection) -> bool:
        """Empty the journal, where what was erased may still stand; tell whether nobody hindered that."""
        try:
            (busy, *_) = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        except require("sqlalchemy.exc").OperationalError as exc:
            if exc.orig.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise
            return False
        return not busy

    def _connect(self) -> sqlite3.Connection:
        return connect(self.path, mode="rw", timeout_s=self._timeout_s)

    def _check_whole(self) -> None:
        journal = self.path.with_name(f"{self.path.name}-wal")
        # SQLite would throw the journal away, and with it what may be the only copy of the last changes.
        if _size(journal) and not _size(self.path):
            raise StoreDamaged(
                f"{self.path} is empty, but its journal {journal.name} is not: the file was cut off. "
                "Nothing in it was changed. Put back a copy of it, or move both away."
            )

    def _keep_journal(self, connection: sqlite3.Connection) -> None:
        """Turn on the write-ahead log, which SQLite refuses at once while another process does the same."""
        deadline = time.monotonic() + self._timeout_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.OperationalError as exc:
                if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                    raise
                time.sleep(0.01)
            else:
                return


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
