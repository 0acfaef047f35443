"""One line of JSON for each request: what was asked for and how it ended, and nothing about anybody.

No query strings, no paths as sent, no names, no bodies, no keys: logs outlive the permission to read.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from metier.http.problems import PREFIX

ACCESS: Final = "metier.access"
_LOG: Final = logging.getLogger(ACCESS)
# Not a route: nobody knows what such a path holds.
_NO_ROUTE: Final = "-"
# What probes ask every few seconds says nothing new.
_QUIET: Final = ("/healthz", "/readyz")
_MOST_FRAMES: Final = 20
Note = Callable[[str, str, int, float], None]


class AccessLog:
    """Logs each request when its answer is out.

    Args:
        app: what answers.
        note: called with method, route, status and seconds of each request, for the metrics.
    """

    def __init__(self, app: ASGIApp, *, note: Note) -> None:
        self.app = app
        self.note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and log it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, n_bytes = time.perf_counter(), 0, 0

        async def count(message: Message) -> None:
            nonlocal status, n_bytes
            if message["type"] == "http.response.start":
                status = message["status"]
            n_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, count)
        finally:
            seconds = time.perf_counter() - started
            route = route_of(scope)
            self.note(scope["method"], route, status, seconds)
            if route not in _QUIET:
                _LOG.info("request", extra={"fields": _fields(scope, route, status, n_bytes, seconds)})


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered, such as /api/v1/people/{person}, or - for none."""
    route = str(getattr(scope.get("route"), "path", _NO_ROUTE))
    # A router that was added under a prefix tells its routes without it.
    is_short = scope.get("path", "").startswith(f"{PREFIX}/") and route.startswith("/")
    return f"{PREFIX}{route}" if is_short and not route.startswith(f"{PREFIX}/") else route


class JsonLines(logging.Formatter):
    """Each record as one line of JSON; of an exception where it came from, not what it said."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            line |= origin_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


def origin_of(error: BaseException) -> dict[str, Any]:
    """Return the class of an exception and the places it came through, the innermost last."""
    frames = [
        f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return {"exception": type(error).__qualname__, "frames": frames[-_MOST_FRAMES:]}


def configure_logging() -> None:
    """Write what metier and its server log to standard error, one line of JSON each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("metier", "uvicorn"):
        log = logging.getLogger(name)
        log.handlers = [handler]
        log.setLevel(logging.INFO)
        log.propagate = False
    # uvicorn's own line for each request has its query string.
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.disabled = [], True


def _fields(scope: Scope, route: str, status: int, n_bytes: int, seconds: float) -> dict[str, Any]:
    state = scope.get("state", {})
    caller = state.get("caller")
    return {
        "request_id": state.get("request_id", ""),
        "method": scope["method"] if scope["method"].isalpha() else _NO_ROUTE,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "key": getattr(caller, "key", ""),
        "bytes": n_bytes,
    }
