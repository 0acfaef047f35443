"""Keys: who may use the API, and as what."""

from __future__ import annotations

from metier.http.api.admission import CallerHere, ServiceHere
from metier.http.api.declare import Declared, Routes
from metier.http.api.paging import PagingHere
from metier.http.schemas.answers import KeyWithToken
from metier.http.schemas.requests import KeyToAdd
from metier.service import access
from metier.store.workspaces.keys import ApiKey, KeyRole
from metier.store.workspaces.rows import Page

routes = Routes("keys")


@routes.post("/keys", Declared(KeyRole.ADMIN, status=201))
def add_key(service: ServiceHere, caller: CallerHere, body: KeyToAdd) -> KeyWithToken:
    """Add a key.

    The whole of it is shown this once. There is no Idempotency-Key for it: nobody keeps what a request that
    is sent again would have to be answered with.
    """
    key, token = access.add_key(service, caller, name=body.name, role=body.role, lasts_s=body.lasts_s)
    return KeyWithToken(key, token)


@routes.get("/keys", Declared(KeyRole.ADMIN))
def list_keys(service: ServiceHere, caller: CallerHere, paging: PagingHere) -> Page[ApiKey]:
    """List keys, the latest first, revoked ones too."""
    return paging.answer(access.keys(service, caller, after=paging.after, limit=paging.limit))


@routes.delete("/keys/{key}", Declared(KeyRole.ADMIN))
def revoke_key(service: ServiceHere, caller: CallerHere, key: str) -> ApiKey:
    """Take a key back for good, and end the browser sessions that were begun with it."""
    return access.revoke_key(service, caller, key)
