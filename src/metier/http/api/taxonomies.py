"""Taxonomies: the skills that are looked for."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, UploadFile

from metier.http.api.admission import CallerHere, ServiceHere
from metier.http.api.declare import Declared, Routes, Takes
from metier.http.api.paging import PagingHere
from metier.http.schemas.requests import TaxonomyChoice
from metier.service import taxonomies
from metier.service.files import clean_name
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page
from metier.store.workspaces.taxonomies import StoredTaxonomy

routes = Routes("taxonomies")
_UPLOAD = Takes("multipart/form-data", {"file": "(the bytes of skills.json)"})


@routes.post("/taxonomies", Declared(KeyRole.ADMIN, status=201, refuses=(415,), takes=_UPLOAD))
def add_taxonomy(
    service: ServiceHere,
    caller: CallerHere,
    file: Annotated[UploadFile, File(description="A taxonomy; its name ends in .json, .yaml or .csv.")],
) -> StoredTaxonomy:
    """Add a taxonomy of the workspace; it is not used yet.

    The same content again is the taxonomy that is there.
    """
    return taxonomies.add(service, caller, file.file.read(), name=clean_name(file.filename or ""))


@routes.get("/taxonomies", Declared(KeyRole.VIEWER))
def list_taxonomies(service: ServiceHere, caller: CallerHere, paging: PagingHere) -> Page[StoredTaxonomy]:
    """List the taxonomies of the workspace, the latest first."""
    return paging.answer(taxonomies.page(service, caller, after=paging.after, limit=paging.limit))


@routes.put("/taxonomies/in-use", Declared(KeyRole.ADMIN, status=204, refuses=(404,)))
def use_taxonomy(service: ServiceHere, caller: CallerHere, body: TaxonomyChoice) -> None:
    """Say which taxonomy is used from now on; null for the server's own.

    Assessments that are there stay as they are.
    """
    taxonomies.use(service, caller, body.taxonomy)
