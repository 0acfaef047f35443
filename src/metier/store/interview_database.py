"""Interviews in one SQLite file; what is deleted is filled with zeros."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Final

from metier.dialogue import Interview
from metier.errors import BackendError, NotFound, StoreBusy, StoreDamaged, StoreFull, StoreUnavailable
from metier.store.holding import held_file
from metier.store.interview_format import from_text, to_text
from metier.store.interviews import InterviewSummary, check_id, in_order, summary_of
from metier.store.sqlite_connection import UnreadableText, connect

APPLICATION_ID: Final = 0x6D746976  # "mtiv"
_TIMEOUT_S: Final = 5.0
_TABLE: Final = "CREATE TABLE interviews (id TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID"
_DAMAGED: Final = "is damaged or is no store of interviews. Put back a copy of it, or name another file."
_ERRORS: Final[dict[int, tuple[type[BackendError], str]]] = {
    sqlite3.SQLITE_ERROR: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_BUSY: (StoreBusy, "is being written to by another process for too long. Try again."),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "is being written to by another process for too long. Try again."),
    sqlite3.SQLITE_CORRUPT: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_FULL: (
        StoreFull,
        "cannot grow: the disk is full. What was saved before stays. Make room.",
    ),
}


class InterviewDatabase:
    """Implements `InterviewStore` in a SQLite file.

    Args:
        path: the file; it is made with the first interview.

    Raises:
        StoreUnavailable: a folder stands there.
        StoreDamaged: the file is something else; it stays as it is.
    """

    def __init__(self, path: Path) -> None:
        if path.is_dir():
            raise StoreUnavailable(f"{path} is a folder. Name a file, or a folder without that ending.")
        self.path = path
        self._held: set[str] = set()
        if path.exists():
            with self._connection():
                pass

    def save(self, interview: Interview) -> None:
        """Keep an interview; `InterviewStore.save` is the contract."""
        with self._for_change(check_id(interview.id)), self._connection(make=True) as connection:
            connection.execute(
                "INSERT INTO interviews VALUES (?, ?) ON CONFLICT DO UPDATE SET content = excluded.content",
                (interview.id, to_text(interview)),
            )

    def get(self, interview_id: str) -> Interview:
        """Return an interview; `InterviewStore.get` is the contract."""
        check_id(interview_id)
        if not self.path.exists():
            raise self._missing(interview_id)
        with self._connection() as connection:
            row = connection.execute(
                "SELECT CAST(content AS BLOB) FROM interviews WHERE id = ?", (interview_id,)
            ).fetchone()
        if row is None:
            raise self._missing(interview_id)
        return self._interview(interview_id, row[0])

    def list(self) -> tuple[InterviewSummary, ...]:
        """Return what is kept; `InterviewStore.list` is the contract."""
        if not self.path.exists():
            return ()
        found: list[InterviewSummary] = []
        with self._connection() as connection:
            for interview_id, content in connection.execute(
                "SELECT id, CAST(content AS BLOB) FROM interviews"
            ):
                try:
                    found.append(summary_of(self._interview(interview_id, content)))
                except (StoreDamaged, StoreUnavailable):
                    found.append(InterviewSummary(interview_id, damaged=True))
        return in_order(found)

    def delete(self, interview_id: str) -> None:
        """Remove an interview; `InterviewStore.delete` is the contract.

        What was said is zeroed in the file and cut from its journal before this returns.
        """
        check_id(interview_id)
        if not self.path.exists():
            raise self._missing(interview_id)
        with self._for_change(interview_id), self._connection() as connection:
            deleted = connection.execute("DELETE FROM interviews WHERE id = ?", (interview_id,)).rowcount
            if not deleted:
                raise self._missing(interview_id)
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreBusy(
                f"Interview {interview_id} is deleted, but the journal of {self.path} may hold it while "
                "another process reads there. It is emptied with the next deletion."
            )

    @contextmanager
    def hold(self, interview_id: str) -> Iterator[None]:
        """Keep an interview to oneself; `InterviewStore.hold` is the contract."""
        check_id(interview_id)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreUnavailable(
                f"{self.path} cannot be made: {exc.strerror}. Name another place."
            ) from exc
        busy = f"Interview {interview_id} is being held by another process. End it there, or wait."
        with held_file(self.path.with_name(f".{self.path.name}.{interview_id}.lock"), busy=busy):
            self._held.add(interview_id)
            try:
                yield
            finally:
                self._held.discard(interview_id)

    @contextmanager
    def _for_change(self, interview_id: str) -> Iterator[None]:
        """Hold an interview unless this store does so already."""
        with nullcontext() if interview_id in self._held else self.hold(interview_id):
            yield

    def _interview(self, interview_id: str, content: bytes) -> Interview:
        return from_text(
            content, interview_id=interview_id, source=f"Interview {interview_id} in {self.path}"
        )

    def _missing(self, interview_id: str) -> NotFound:
        return NotFound(
            f"There is no interview {interview_id} in {self.path}. List them: metier interview sessions."
        )

    @contextmanager
    def _connection(self, *, make: bool = False) -> Iterator[sqlite3.Connection]:
        """Give a connection of its own; each statement within is committed as it ends."""
        with _translated(self.path):
            if make:
                self.path.touch(mode=0o600)  # SQLite gives its journals the same rights
            with closing(connect(self.path, mode="rw", timeout_s=_TIMEOUT_S)) as connection:
                if _application(connection) != APPLICATION_ID:
                    _prepare(connection, self.path)
                yield connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make an empty file into a store; of two processes that do so at once, the later finds it made."""
    (n_tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
    if n_tables and _application(connection) != APPLICATION_ID:
        raise StoreDamaged(f"{path} {_DAMAGED}")
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("BEGIN IMMEDIATE")
    if _application(connection) != APPLICATION_ID:
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("COMMIT")


def _application(connection: sqlite3.Connection) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    return int(application)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Raise errors of SQLite as metier's own, which name the file and the way out."""
    try:
        yield
    except UnreadableText as exc:
        raise StoreDamaged(f"{path} {_DAMAGED}") from exc
    except sqlite3.Error as exc:
        code = getattr(exc, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        kind, words = _ERRORS.get(code, (StoreUnavailable, "cannot be used. Check the folder and the disk."))
        raise kind(f"{path} {words}") from exc
    except OSError as exc:
        raise StoreUnavailable(f"{path} cannot be used: {exc.strerror}. Check the folder.") from exc
