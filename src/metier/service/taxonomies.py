"""Taxonomies of a workspace's own, and which of them it uses."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from metier.errors import TaxonomyError
from metier.service.access import Caller
from metier.service.files import clean_name
from metier.service.service import Service
from metier.skills.taxonomy import Taxonomy
from metier.skills.taxonomy_files import TAXONOMY_SUFFIXES, dump_taxonomy, load_taxonomy
from metier.store.workspaces import taxonomies as stored
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page
from metier.store.workspaces.taxonomies import StoredTaxonomy

_FILE: Final = "taxonomy"
_KEPT: Final = ".json"
_MOST_NAME_CHARS: Final = 60


def add(service: Service, caller: Caller, content: bytes, *, name: str) -> StoredTaxonomy:
    """Check a taxonomy file and keep it; it is not used yet. The same one again gives that which is there.

    Args:
        service: to keep it in.
        caller: an administrator.
        content: the whole file: YAML, JSON or CSV.
        name: of the file; its ending tells its format.

    Raises:
        Forbidden: the caller is no administrator.
        TaxonomyError: the file breaks a rule; the message says where.
        InvalidInput: the file is too long, or a name in it cannot be kept.
    """
    caller.require(KeyRole.ADMIN)
    taxonomy = _parsed(content, name)
    with service.database.transaction() as transaction:
        return stored.add(
            transaction,
            caller.workspace,
            caller.actor,
            name=taxonomy.name,
            content=dump_taxonomy(taxonomy),
            n_skills=len(taxonomy),
        )[0]


def page(
    service: Service, caller: Caller, *, after: str | None = None, limit: int = 50
) -> Page[StoredTaxonomy]:
    """Return the taxonomies of the workspace's own, the latest first.

    Raises:
        InvalidInput: `limit` or `after` is out of its range.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.page(transaction, caller.workspace, after=after, limit=limit)


def use(service: Service, caller: Caller, taxonomy: str | None) -> StoredTaxonomy | None:
    """Use a taxonomy from now on, or with None that of the server; return what is in use.

    Raises:
        Forbidden: the caller is no administrator.
        NotFound: there is none of that id in the workspace.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.transaction() as transaction:
        return stored.use(transaction, caller.workspace, caller.actor, taxonomy)


def used(service: Service, caller: Caller) -> StoredTaxonomy | None:
    """Return the taxonomy of its own that the workspace uses, or None where it uses that of the server."""
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.in_use(transaction, caller.workspace)


def in_use(service: Service, workspace: str) -> Taxonomy | None:
    """Return the skills that a workspace looks for, or None for those of the server.

    Raises:
        NotFound: there is no such workspace.
    """
    with service.database.reading() as transaction:
        found = stored.in_use(transaction, workspace)
    return None if found is None else parsed(service, workspace, found.id)


def parsed(service: Service, workspace: str, taxonomy: str) -> Taxonomy:
    """Return the skills of a taxonomy of a workspace's own.

    Raises:
        NotFound: there is none of that id in the workspace.
        TaxonomyError: a later version of metier reads it otherwise.
    """
    with service.database.reading() as transaction:
        found = stored.get(transaction, workspace, taxonomy)

    def parse() -> Taxonomy:
        with service.database.reading() as reading:
            return _parsed(stored.content(reading, workspace, taxonomy).encode("utf-8"), f"{_FILE}{_KEPT}")

    return service.engines.taxonomy(found.sha256, parse)


def _parsed(content: bytes, name: str) -> Taxonomy:
    ending = Path(name).suffix.lower()
    if ending not in TAXONOMY_SUFFIXES:
        raise TaxonomyError(
            f"A taxonomy file ends in {', '.join(TAXONOMY_SUFFIXES)}. Got {ending or 'none'}."
        )
    with TemporaryDirectory() as folder:
        # A taxonomy in CSV is called after its file.
        stem = clean_name(name[: -len(ending)])[:_MOST_NAME_CHARS] if ending == ".csv" else _FILE
        path = Path(folder) / f"{stem}{ending}"
        path.write_bytes(content)
        return load_taxonomy(path)
