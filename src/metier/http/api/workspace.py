"""The workspace of the key."""

from __future__ import annotations

from metier.http.api.admission import CallerHere, ServiceHere
from metier.http.api.declare import Declared, Routes
from metier.http.schemas.requests import WorkspaceChange
from metier.service import access
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.workspaces import Workspace

routes = Routes("workspace")


@routes.get("/workspace", Declared(KeyRole.VIEWER))
def get_workspace(service: ServiceHere, caller: CallerHere) -> Workspace:
    """Look up the workspace that the key lets into."""
    return access.workspace(service, caller)


@routes.patch("/workspace", Declared(KeyRole.ADMIN))
def rename_workspace(service: ServiceHere, caller: CallerHere, body: WorkspaceChange) -> Workspace:
    """Give the workspace another name."""
    return access.rename_workspace(service, caller, name=body.name)
