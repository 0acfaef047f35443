"""The web application: the API, the pages, and what stands around both."""

from __future__ import annotations

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from metier import __version__
from metier.http.access_log import AccessLog
from metier.http.api.routes import add_api
from metier.http.limits import BodyLimits
from metier.http.metrics import Metrics
from metier.http.options import HttpOptions
from metier.http.pages import add_pages
from metier.http.problems import add_problems
from metier.http.security import HeadRequests, RequestIds, SecurityHeaders, UnexpectedErrors
from metier.service.service import Service

_SPARE_THREADS = 40
_ABOUT = """\
Everything that the pages of metier do, for programs.

Each request carries a key: `Authorization: Bearer mtr_...`. A key lets into one workspace, as viewer,
recruiter or admin; what is of another workspace is not found. Errors are problem details (RFC 9457) with the
`code` that the library has for the error. Lists come in pages: ask the next one with the `after` of the page
before. A request that makes something may carry an `Idempotency-Key`; sent again with the same key, it makes
nothing twice. Scores order, probabilities are calibrated, and a person decides.
"""


def create_app(service: Service, options: HttpOptions) -> FastAPI:
    """Return the application over a service that is open.

    Args:
        service: what answers; who opened it closes it.
        options: how the application answers.
    """
    app = FastAPI(
        title="metier",
        version=__version__,
        description=_ABOUT,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.service = service
    app.state.options = options
    app.state.metrics = metrics = Metrics()
    add_problems(app)
    add_api(app, service, options)
    add_pages(app, service, options)
    _surround(app, options, metrics)
    return app


def _surround(app: FastAPI, options: HttpOptions, metrics: Metrics) -> None:
    """Put what concerns every request around the application; what is added last stands outermost."""
    app.add_middleware(BodyLimits, max_bytes=options.max_request_bytes, reading_s=options.reading_s)
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(SecurityHeaders, is_secure=options.is_secure)
    app.add_middleware(HeadRequests)
    app.add_middleware(RequestIds)
    app.add_middleware(_Going, metrics=metrics)
    app.add_middleware(AccessLog, note=metrics.note)


class _Going:
    """Counts the requests that are being answered, and sees to it that each has a thread.

    Those that wait for the models hold a thread each; with as few as there are by default, they would keep
    probes and all other requests waiting too.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self._has_threads = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._has_threads:
            # The limit belongs to the loop that runs, so it cannot be set before the first request.
            waiting = scope["app"].state.service.options.max_waiting
            current_default_thread_limiter().total_tokens = _SPARE_THREADS + waiting
            self._has_threads = True
        with self.metrics.going.track_inprogress():
            await self.app(scope, receive, send)
