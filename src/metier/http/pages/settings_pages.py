"""What administrators set: the name of the workspace, keys, retention, and the taxonomy in use."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from metier.errors import Forbidden, InvalidInput
from metier.http.pages.forms import PostedBySignedIn, number_of
from metier.http.pages.visit import SignedIn, Visit
from metier.http.problems import problem_of
from metier.service import access, taxonomies, upkeep
from metier.store.workspaces.clock import to_time
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.retention import RetentionKind

router = APIRouter()

_DAY_S: Final = 24 * 3600.0
_MOST_DAYS: Final = 3_650


@router.get("/settings")
def show_settings(visit: SignedIn) -> Response:
    """Return the settings; viewers and recruiters see what concerns them."""
    return _settings(visit, {})


@router.post("/settings/workspace")
def rename(posted: PostedBySignedIn) -> Response:
    """Give the workspace another name."""
    visit = posted.visit
    try:
        access.rename_workspace(visit.service, visit.caller, name=posted.text("name"))
    except InvalidInput as error:
        return _settings(visit, {"name_error": str(error)}, status=problem_of(error).status)
    return visit.go("/settings", done="workspace_renamed")


@router.post("/settings/keys")
def add_key(posted: PostedBySignedIn) -> Response:
    """Add a key, and show it this once."""
    visit, role = posted.visit, posted.text("role")
    try:
        days = number_of({"days": posted.text("days")}, "days", least=1, most=_MOST_DAYS)
        key, token = access.add_key(
            visit.service,
            visit.caller,
            name=posted.text("key_name"),
            role=KeyRole(role) if role in set(KeyRole) else KeyRole.VIEWER,
            lasts_s=None if days is None else days * _DAY_S,
        )
    except InvalidInput as error:
        return _settings(visit, {"key_error": str(error)}, status=problem_of(error).status)
    return visit.show("key.html.j2", {"key": key, "token": token, "look_back": "/settings"})


@router.post("/settings/keys/{key}/revoke")
def revoke(key: str, posted: PostedBySignedIn) -> Response:
    """Take a key back; sessions begun with it are over."""
    access.revoke_key(posted.visit.service, posted.visit.caller, key)
    return posted.visit.go("/settings", done="key_revoked", anchor="keys")


@router.post("/settings/retention")
def set_retention(posted: PostedBySignedIn) -> Response:
    """Set for how many days things are kept; an empty field keeps them until someone erases them."""
    visit = posted.visit
    before = {rule.kind: rule.days for rule in upkeep.retention(visit.service, visit.caller)}
    try:
        for kind in RetentionKind:
            days = number_of({"days": posted.text(kind.value)}, "days", least=1, most=36_600)
            wanted = None if days is None else round(days)
            if wanted != before.get(kind):
                upkeep.set_retention(visit.service, visit.caller, kind=kind, days=wanted)
    except InvalidInput as error:
        return _settings(visit, {"retention_error": str(error)}, status=problem_of(error).status)
    return visit.go("/settings", done="retention_set", anchor="retention")


@router.post("/settings/taxonomy")
def use_taxonomy(posted: PostedBySignedIn) -> Response:
    """Choose the taxonomy of the workspace; none chosen is that of the server."""
    visit = posted.visit
    taxonomies.use(visit.service, visit.caller, posted.text("taxonomy") or None)
    return visit.go("/settings", done="taxonomy_set", anchor="taxonomy")


def _settings(visit: Visit, context: dict[str, Any], *, status: int = 200) -> Response:
    is_admin = visit.may(KeyRole.ADMIN)
    if context and not is_admin:
        raise Forbidden("Only an administrator changes settings. Ask one.")
    service, caller = visit.service, visit.caller
    rules = {rule.kind.value: rule for rule in upkeep.retention(service, caller)}
    everything = {
        "workspace": access.workspace(service, caller),
        "keys": access.keys(service, caller, limit=200).items if is_admin else (),
        "rules": rules,
        "kinds": [kind.value for kind in RetentionKind],
        "roles": [role.value for role in KeyRole],
        "taxonomies": taxonomies.page(service, caller, limit=200).items,
        "name_error": "",
        "key_error": "",
        "retention_error": "",
        "look_back": "/settings",
        "at": to_time(service.clock.now()),
    }
    return visit.show("settings.html.j2", everything | context, status=status)
