"""Connections to a PostgreSQL server, and what goes wrong with them in the words of metier."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from metier._extras import require
from metier.errors import (
    BackendError,
    InvalidInput,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from psycopg import Connection

T = TypeVar("T")

_CONNECT_TIMEOUT_S: Final = 10
# By the start of the SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html): the first that fits.
_ERRORS: Final[tuple[tuple[tuple[str, ...], type[BackendError], str], ...]] = (
    (
        ("55P03", "57014", "40P01", "40001"),
        StoreBusy,
        "is busy: another holds the store for too long. Nothing was changed; try again later.",
    ),
    (
        ("53100", "53200"),
        StoreFull,
        "has no disk or memory left. Nothing was changed; give it room and try again.",
    ),
    (
        ("42P01", "42703", "3F000", "XX"),
        StoreDamaged,
        "has damaged tables in this schema, or tables of another program. Restore a backup, or name another "
        "schema.",
    ),
    (
        ("42704", "42883", "58P01", "0A000"),
        StoreUnavailable,
        "lacks pgvector, or has it off the search path. Install pgvector 0.8 or later.",
    ),
    (
        ("42501",),
        StoreUnavailable,
        "denies this user a right. The first write needs CREATE on the database, and an administrator to run "
        "CREATE EXTENSION vector where that is denied.",
    ),
    (("25006",), StoreUnavailable, "takes no writes: it is a standby or set to read only. Name its primary."),
    (("3D000",), StoreUnavailable, "has no database of that name. Create it."),
)
_LOST: Final = (
    "cannot be reached, or refuses the user, the password or the database. Check the connection string, and "
    "that the server runs."
)


class Session:
    """One server: makes connections to it, and keeps one for reading, which threads take in turn.

    Args:
        url: connection string of libpq, as a URL or as `key=value` words. It is never shown.
        busy_timeout_s: how long a statement waits for a lock.

    Raises:
        InvalidInput: the url cannot be read.
        MissingExtra: psycopg is not installed.
    """

    def __init__(self, url: str, *, busy_timeout_s: float) -> None:
        self._url = url
        self._wait_ms = max(1, round(busy_timeout_s * 1000))
        self.place = place_of(url)
        self._lock = Lock()
        self._kept: Connection[tuple[Any, ...]] | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"Session({self.place!r})"

    def connect(self) -> Connection[tuple[Any, ...]]:
        """Return a new connection in autocommit mode.

        Raises:
            InvalidInput: `close` was called.
            StoreUnavailable: the server cannot be reached, or its database does not hold UTF-8.
        """
        if self._closed:
            raise InvalidInput(f"The store at {self.place} is closed. Open it anew.")
        psycopg = require("psycopg")
        own = {"application_name": "metier", "client_encoding": "UTF8"}
        if "connect_timeout" not in psycopg.conninfo.conninfo_to_dict(self._url):
            own["connect_timeout"] = str(_CONNECT_TIMEOUT_S)
        with self.translated():
            # No prepared statements: they would bind the connection to one server behind a pooler.
            made: Connection[tuple[Any, ...]] = psycopg.connect(
                self._url, autocommit=True, prepare_threshold=None, **own
            )
        if made.info.parameter_status("server_encoding") != "UTF8":
            made.close()
            raise StoreUnavailable(f"The database at {self.place} must be in UTF8. Create one that is.")
        with self.translated():
            made.execute(f"SET lock_timeout = {self._wait_ms}")
        return made

    def read(self, work: Callable[[Connection[tuple[Any, ...]]], T]) -> T:
        """Return what `work` returns for the kept connection; if that is lost, once more for a new one.

        Raises:
            BackendError: as `translated` says.
        """
        psycopg = require("psycopg")
        with self._lock, self.translated():
            used = self._kept is not None
            try:
                return work(self._reading())
            except psycopg.OperationalError:
                if not used or self._kept is None or not self._kept.closed:
                    raise
            return work(self._reading())

    @contextmanager
    def transaction(self) -> Iterator[Connection[tuple[Any, ...]]]:
        """Give a transaction on a connection of its own, which waits for locks no longer than allowed."""
        with self.translated(), self.connect() as connection, connection.transaction():
            # Again, since a pooler may give a transaction another session.
            connection.execute(f"SET LOCAL lock_timeout = {self._wait_ms}")
            # A rebuild may think for long between two batches.
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn errors of psycopg into those of metier.

        The originals are dropped, since their details quote rows and connection strings.
        """
        psycopg = require("psycopg")
        try:
            yield
        except psycopg.Error as error:
            raise self._named(error.sqlstate or "", lost=_is_lost(error)) from None

    def close(self) -> None:
        """Close the kept connection, for good."""
        with self._lock:
            self._closed = True
            if self._kept is not None:
                self._kept.close()

    def _reading(self) -> Connection[tuple[Any, ...]]:
        if self._kept is None or self._kept.closed or self._closed:
            self._kept = self.connect()
        return self._kept

    def _named(self, state: str, *, lost: bool) -> BackendError:
        for states, kind, words in _ERRORS:
            if state.startswith(states):
                return kind(f"The server at {self.place} {words} SQLSTATE {state}.")
        if lost:
            return StoreUnavailable(f"The server at {self.place} {_LOST}")
        return BackendError(f"The server at {self.place} fails (SQLSTATE {state}). Its log says more.")


def place_of(url: str) -> str:
    """Return host, port and database of a connection string: what may be shown of it.

    Raises:
        InvalidInput: it cannot be read.
    """
    psycopg = require("psycopg")
    try:
        known = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        known = None
    if known is None:
        raise InvalidInput(
            "A PostgreSQL address must be like postgresql://user@host:5432/database. "
            f"Got {len(url)} characters that are not; percent-encode special characters of the password."
        )
    host, database = str(known.get("host", "")), known.get("dbname", "")
    if host.startswith("/"):
        return f"postgresql:///{database}?host={host}"
    return f"postgresql://{host}{':' if 'port' in known else ''}{known.get('port', '')}/{database}"


def _is_lost(error: Exception) -> bool:
    psycopg = require("psycopg")
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
