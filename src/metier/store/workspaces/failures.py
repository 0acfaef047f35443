"""What goes wrong with either database, in the words of metier."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from metier._extras import require
from metier.errors import (
    BackendError,
    Conflict,
    MetierError,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreUnavailable,
)
from metier.store.sqlite_connection import UnreadableText

_MENDING: Final = "Nothing in it was changed. Put back a copy of it."
_DAMAGED: Final = f"is damaged, or is no database of the service. {_MENDING}"
_BUSY: Final = "is being written to by others for too long. Nothing was changed; try again later."
_FULL: Final = "has no room left. Nothing was changed; make room and try again."
_REACH: Final = "cannot be read or written. Check the folder, its permissions and the disk."
_REFUSED: Final = "refuses the change: another made the same thing at once, or it is never to be changed."
# By the primary code that SQLite gives (sqlite.org/rescode.html).
_SQLITE: Final[dict[int, tuple[type[MetierError], str]]] = {
    sqlite3.SQLITE_ERROR: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_PERM: (StoreUnavailable, _REACH),
    sqlite3.SQLITE_BUSY: (StoreBusy, _BUSY),
    sqlite3.SQLITE_LOCKED: (StoreBusy, _BUSY),
    sqlite3.SQLITE_READONLY: (StoreUnavailable, _REACH),
    sqlite3.SQLITE_IOERR: (StoreUnavailable, _REACH),
    sqlite3.SQLITE_CORRUPT: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_FULL: (StoreFull, _FULL),
    sqlite3.SQLITE_CANTOPEN: (StoreUnavailable, _REACH),
    sqlite3.SQLITE_CONSTRAINT: (Conflict, _REFUSED),
    sqlite3.SQLITE_NOTADB: (StoreDamaged, _DAMAGED),
}
# By the start of the SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html): the first that fits.
_POSTGRES: Final[tuple[tuple[tuple[str, ...], type[MetierError], str], ...]] = (
    (("55P03", "57014", "40P01", "40001"), StoreBusy, _BUSY),
    (("53100", "53200", "54000"), StoreFull, _FULL),
    (
        ("53300",),
        StoreUnavailable,
        "takes no more connections. Raise its max_connections, or run fewer workers.",
    ),
    (("23", "P0001"), Conflict, _REFUSED),
    (("42P01", "42703", "3F000", "XX"), StoreDamaged, _DAMAGED),
    (
        ("42501",),
        StoreUnavailable,
        "denies this user a right. The first start needs CREATE on the database.",
    ),
    (("25006",), StoreUnavailable, "takes no writes: it is a standby or set to read only. Name its primary."),
    (("3D000",), StoreUnavailable, "has no database of that name. Create it."),
)
_LOST: Final = (
    "cannot be reached, or went away. What was being committed at that moment may be there or not; "
    "all before is."
)


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Raise errors of SQLAlchemy and of the drivers as metier's own.

    The originals are dropped, since their details may quote rows.
    """
    errors = require("sqlalchemy.exc")
    try:
        yield
    except errors.DBAPIError as error:
        raise error_for(error.orig, place) from None
    except errors.TimeoutError:
        raise StoreBusy(f"{place} has no connection free: too many are at work. Try again later.") from None
    except UnreadableText:
        raise StoreDamaged(f"{place} {_DAMAGED}") from None
    except sqlite3.Error as error:
        raise error_for(error, place) from None


def error_for(error: Any, place: str) -> MetierError:
    """Return the error to raise for one of sqlite3 or psycopg."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code is None and isinstance(error, sqlite3.OperationalError):
            code = sqlite3.SQLITE_CORRUPT  # text of a row that is no UTF-8
        kind, words = _SQLITE.get((code or 0) & 0xFF, (BackendError, "cannot be used."))
        return kind(f"{place} {words}")
    state = getattr(error, "sqlstate", None) or ""
    for states, kind, words in _POSTGRES:
        if state.startswith(states):
            return kind(f"{place} {words} SQLSTATE {state}.")
    psycopg = require("psycopg")
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return StoreUnavailable(f"{place} {_LOST}")
    return BackendError(f"{place} fails (SQLSTATE {state or 'none'}). The log of the server says more.")
