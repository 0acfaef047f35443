"""Opens a store by the place that a person names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from metier.errors import NotFound, StoreUnavailable
from metier.store.protocol import Store

SERVER_PREFIXES: Final = ("postgresql://", "postgres://")
_SCHEMA: Final = re.compile(r"([?&])schema=([^&]*)(?:&|$)")


def open_store(place: str, *, must_exist: bool = False) -> Store:
    """Return the store at a place: a file for SQLite, or a postgresql:// address.

    Args:
        place: a path, or an address. Folders on the way to a new file are made. An address may name the
            schema of the tables among its parameters: `?schema=name`.
        must_exist: refuse a file that is not there, instead of starting a new index.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the address or its schema cannot be read.
        BackendError: it cannot be opened, reached, or is no index.
        MissingExtra: an address, and the `postgres` extra is not installed.
    """
    if place.startswith(SERVER_PREFIXES):
        from metier.store.postgres import PostgresStore

        named = _SCHEMA.search(place)
        if named is None:
            return PostgresStore.open(place)
        return PostgresStore.open(_without_schema(place), schema=named[2])
    from metier.store.sqlite import SqliteStore

    path = Path(place)
    if must_exist and not path.exists():
        raise NotFound(f"There is no index at {path}. Make one: metier search index FOLDER --role resume.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be made: {error.strerror}. Name another place.") from error
    return SqliteStore.open(path)


def with_schema(address: str, schema: str) -> str:
    """Return a postgresql:// address that names a schema, in place of the one that it names already."""
    plain = _without_schema(address)
    return f"{plain}{'&' if '?' in plain else '?'}schema={schema}"


def _without_schema(address: str) -> str:
    return _SCHEMA.sub(lambda found: found[1], address).rstrip("?&")
