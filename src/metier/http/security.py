"""What every answer says to browsers, the number of each request, HEAD, and what nobody foresaw."""

from __future__ import annotations

import logging
import secrets
from typing import Final

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from metier.http.access_log import origin_of, route_of
from metier.http.events import STREAMS
from metier.http.problems import respond

_LOG: Final = logging.getLogger("metier.http")

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a page may load; a report that carries its own style says so itself."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Files of the pages have the hash of their content in their address or are small and revalidated.
_CACHED: Final = "/static/"
_STRICT_TRANSPORT: Final = "max-age=31536000; includeSubDomains"


class RequestIds:
    """Gives each request a number of its own, in `request.state.request_id` and the header X-Request-Id.

    A number that the sender chose is not taken over: the log could be made to say anything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request under its number."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = number

        async def send_with_number(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = number
            await send(message)

        await self.app(scope, receive, send_with_number)


class HeadRequests:
    """Answers HEAD as it would GET, with all headers and without the body.

    A stream of events never ends by itself, so HEAD of one is left to be refused.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, one with HEAD as one with GET."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].endswith(STREAMS):
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # The server must go on to see HEAD: it holds the body of a GET against the length that is announced.
        asked = {**scope, "method": "GET"}
        try:
            await self.app(asked, receive, send_without_body)
        finally:
            if "route" in asked:
                scope["route"] = asked["route"]


class SecurityHeaders:
    """Sets what every answer says to browsers, unless the answer says it itself.

    Args:
        app: what answers.
        is_secure: people reach it over https, and shall from now on.
    """

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self.app = app
        self.headers = HEADERS | ({"Strict-Transport-Security": _STRICT_TRANSPORT} if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(self.headers)
        if not scope["path"].startswith(_CACHED):
            headers["Cache-Control"] = "no-store"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                for name, value in {**headers, **scope.get("state", {}).get("headers", {})}.items():
                    told.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class UnexpectedErrors:
    """Turns what nobody foresaw into a problem, and logs where it came from but not what it said.

    The message of a foreign exception may quote a document.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:  # noqa: BLE001 - the outermost loop: the next request must be answered
            number = scope.get("state", {}).get("request_id", "")
            fields = {"request_id": number, "route": route_of(scope), **origin_of(error)}
            _LOG.error("A request failed.", extra={"fields": fields})
            if not started:
                await (await respond(Request(scope), error))(scope, receive, send)
