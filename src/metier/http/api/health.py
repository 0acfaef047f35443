"""Whether the process is up and can answer, and its figures."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from metier.errors import MetierError
from metier.http.api.admission import ROLE, KeyedRoute, ServiceHere
from metier.http.metrics import MEDIA_TYPE, Metrics
from metier.http.schemas.answers import Health
from metier.store.workspaces.keys import KeyRole

open_routes = APIRouter(include_in_schema=False)
keyed_routes = APIRouter(include_in_schema=False, route_class=KeyedRoute)


@open_routes.get("/healthz")
async def is_up() -> Health:
    """Tell that the process is up."""
    return Health("ok")


@open_routes.get("/readyz")
def is_ready(service: ServiceHere, response: Response) -> Health:
    """Tell whether the database answers; models load on first use, so they are told and not waited for."""
    models = "ready" if service.engines.ready else "not loaded"
    try:
        with service.database.reading():
            return Health("ok", "ok", models)
    except MetierError:
        response.status_code = 503
        return Health("not ready", "not reached", models)


@keyed_routes.get("/metrics", openapi_extra={ROLE: KeyRole.VIEWER.value})
async def read_metrics(request: Request) -> Response:
    """Return the figures of this process and of the queue, for Prometheus."""
    metrics: Metrics = request.app.state.metrics
    return Response(await run_in_threadpool(metrics.text), media_type=MEDIA_TYPE)
