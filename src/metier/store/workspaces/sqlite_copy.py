"""A copy of the service's SQLite file, taken while it is in use: all of one moment."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from metier.errors import InvalidInput, NotFound, StoreDamaged, StoreFull, StoreUnavailable
from metier.store.workspaces.sqlite_place import APPLICATION_ID

_PAGES: Final = 2000


def copy_database(source: Path, target: Path, *, timeout_s: float = 60.0) -> int:
    """Copy the database, check the copy, and return its size in bytes; writers go on meanwhile.

    Args:
        source: the file of the service.
        target: a file that is not there yet; it is there whole, or not at all.
        timeout_s: how long to wait for a writer.

    Raises:
        NotFound: there is no such database.
        InvalidInput: something is at `target` already.
        StoreDamaged: the file is no database of the service, or the copy of it is damaged.
        StoreFull: no room.
        StoreUnavailable: one of the two cannot be read or written.

    Source: sqlite.org/backup.html.
    """
    if not source.is_file():
        raise NotFound(f"There is no database at {source}.")
    if target.exists():
        raise InvalidInput(f"{target} is there already. Name a new file.")
    part = target.with_name(f"{target.name}.partial")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # as private as what it is a copy of
        with closing(_opened(source, timeout_s)) as there, closing(sqlite3.connect(part)) as here:
            _check_ours(there, source)
            there.backup(here, pages=_PAGES)
            _check_whole(here, source)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.rename(target)
    except sqlite3.Error as exc:
        code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
        kind = StoreFull if code == sqlite3.SQLITE_FULL else StoreUnavailable
        raise kind(f"{source} cannot be copied to {target}. Check both folders and the disk.") from exc
    except OSError as exc:
        raise StoreUnavailable(f"{target} cannot be written: {exc.strerror}. Name another place.") from exc
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return target.stat().st_size


def _opened(source: Path, timeout_s: float) -> sqlite3.Connection:
    return sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=timeout_s)


def _check_ours(connection: sqlite3.Connection, source: Path) -> None:
    try:
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
    except sqlite3.DatabaseError:
        owner = None
    if owner != APPLICATION_ID:
        raise StoreDamaged(f"{source} is no database of the service.")


def _check_whole(connection: sqlite3.Connection, source: Path) -> None:
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise StoreDamaged(f"{source} is damaged, so that no whole copy of it can be made.")
