"""The models of the server, and what their cards say."""

from __future__ import annotations

from metier.http.api.admission import CallerHere, ServiceHere
from metier.http.api.declare import Declared, Routes
from metier.service import models
from metier.service.models import ModelFacts
from metier.store.workspaces.keys import KeyRole

routes = Routes("models")


@routes.get("/models", Declared(KeyRole.VIEWER))
def list_models(service: ServiceHere, caller: CallerHere) -> tuple[ModelFacts, ...]:
    """List the models of the server."""
    return models.models(service, caller)


@routes.get("/models/{model}", Declared(KeyRole.VIEWER))
def get_model(service: ServiceHere, caller: CallerHere, model: str) -> ModelFacts:
    """Look up a model with its card: what it was made from, and how good it was found to be."""
    return models.model(service, caller, model)
