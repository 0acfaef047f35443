"""All routes of the API, put together."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI

from metier.http.api import (
    assessments,
    audits,
    decisions,
    documents,
    health,
    interviews,
    jobs,
    keys,
    models,
    people,
    search,
    shortlists,
    skills,
    taxonomies,
    upkeep,
    vacancies,
    workspace,
)
from metier.http.api.admission import Gate
from metier.http.api.description import describe
from metier.http.events import OpenStreams
from metier.http.options import HttpOptions
from metier.http.problems import PREFIX
from metier.service import counts
from metier.service.service import Service

_THINGS: Final = (
    documents,
    people,
    vacancies,
    assessments,
    shortlists,
    decisions,
    search,
    interviews,
    skills,
    models,
    audits,
    jobs,
    taxonomies,
    keys,
    workspace,
    upkeep,
)


def add_api(app: FastAPI, service: Service, options: HttpOptions) -> None:
    """Add the API, the probes and the figures to an application."""
    app.state.gate = Gate(service, options)
    app.state.streams = OpenStreams()
    app.state.metrics.watch(lambda: counts.gauges(service))
    app.state.api = [thing.routes.router for thing in _THINGS]
    for router in app.state.api:
        app.include_router(router, prefix=PREFIX)
    app.include_router(health.open_routes)
    app.include_router(health.keyed_routes)
    # FastAPI asks for its document by this method; replacing it is the way that its documentation shows.
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
