"""Opens a store by the place that a person names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from metier.errors import NotFound, StoreUnavailable
from metier.store.protocol import Store

SERVER_PREFIXES: Final = ("postgresql://", "postgres://")


def open_store(place: str, *, must_exist: bool = False) -> Store:
    """Return the store at a place: a file for SQLite, or a postgresql:// address.

    Args:
        place: a path, or an address. Folders on the way to a new file are made.
        must_exist: refuse a file that is not there, instead of starting a new index.

    Raises:
        NotFound: there is no such file.
        BackendError: it cannot be opened, reached, or is no index.
        MissingExtra: an address, and the `postgres` extra is not installed.
    """
    if place.startswith(SERVER_PREFIXES):
        from metier.store.postgres import PostgresStore

        return PostgresStore.open(place)
    from metier.store.sqlite import SqliteStore

    path = Path(place)
    if must_exist and not path.exists():
        raise NotFound(f"There is no index at {path}. Make one: metier search index FOLDER --role resume.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be made: {error.strerror}. Name another place.") from error
    return SqliteStore.open(path)
