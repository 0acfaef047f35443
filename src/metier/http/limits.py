"""How large, how slow and how many requests may be."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from metier.http.problems import Problem, RequestRefused, respond

# Only files are large; what is parsed as a whole is held in memory.
MAX_PLAIN_BYTES: Final = 5_000_000
# What anyone may send forms to, signed in or not; none of these has files.
FORMS_OF_ANYONE: Final = ("/look", "/room", "/sign-in")
_CHARSETS: Final = frozenset({b"utf-8", b"utf8", b"us-ascii"})
# How many callers a process remembers; the one that was quiet for longest is forgotten first.
_MOST_CALLERS: Final = 10_000


class BodyLimits:
    """Refuses bodies that are too large, too slow or of unclear length, before all of them has come.

    Args:
        app: what answers.
        max_bytes: of a body with files (multipart/form-data).
        max_plain_bytes: of any other body, and of every body for `FORMS_OF_ANYONE`.
        reading_s: within how many seconds a body must come.
    """

    def __init__(
        self, app: ASGIApp, *, max_bytes: int, reading_s: float, max_plain_bytes: int = MAX_PLAIN_BYTES
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.max_plain_bytes = min(max_plain_bytes, max_bytes)
        self.reading_s = reading_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose body is within the limits."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        kind, options = parse_options_header(headers.get("content-type", ""))
        has_files = kind.startswith(b"multipart/")
        may_have_files = has_files and not _is_of_anyone(scope["path"])
        limit = self.max_bytes if may_have_files else self.max_plain_bytes
        refused = _refusal(headers, limit) or (_refused_charset(options) if has_files else None)
        if refused is not None:
            await (await respond(Request(scope), refused))(scope, receive, send)
            return
        await self.app(scope, _counted(receive, limit, self.reading_s), send)


def _is_of_anyone(path: str) -> bool:
    return any(path == form or path.startswith(f"{form}/") for form in FORMS_OF_ANYONE)


def _refusal(headers: Headers, limit: int) -> RequestRefused | None:
    """Return why a body is refused by what is announced of its length, or None."""
    announced = headers.get("content-length", "0")
    if "content-length" in headers and "transfer-encoding" in headers:
        # A proxy that believes the other header would take the rest of the body for a request of its own.
        detail = "A request says the length of its body once. Send Content-Length or Transfer-Encoding."
        return RequestRefused(Problem(400, "invalid_input", detail, headers={"Connection": "close"}))
    if not (announced.isascii() and announced.isdigit()) or int(announced[:20]) > limit:
        return _too_large(limit)
    return None


def _refused_charset(options: Mapping[bytes, bytes]) -> RequestRefused | None:
    """Return why a form is refused that names an encoding: Python has some that give half characters."""
    if options.get(b"charset", b"utf-8").lower() in _CHARSETS:
        return None
    detail = "Forms are read as UTF-8. Name no other charset in Content-Type."
    return RequestRefused(Problem(415, "unsupported_format", detail, headers={"Connection": "close"}))


def _counted(receive: Receive, limit: int, reading_s: float) -> Receive:
    n_bytes, ended = 0, False
    deadline = asyncio.get_running_loop().time() + reading_s

    async def receive_within_limits() -> Message:
        nonlocal n_bytes, ended
        if ended:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError as error:
            raise _too_slow(reading_s) from error
        n_bytes += len(message.get("body", b""))
        ended = not message.get("more_body", False)
        if n_bytes > limit:
            raise _too_large(limit)
        return message

    return receive_within_limits


def _too_large(limit: int) -> RequestRefused:
    detail = f"The body of this request may have {limit:,} bytes. It has more. Send less at once."
    return RequestRefused(Problem(413, "limit_exceeded", detail, headers={"Connection": "close"}))


def _too_slow(reading_s: float) -> RequestRefused:
    detail = f"The body of a request must come within {reading_s:g} s. Send less at once."
    return RequestRefused(Problem(408, "request_timeout", detail, headers={"Connection": "close"}))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller may still do.

    Attributes:
        limit: requests in a minute.
        remaining: requests that may come at once, 0 or more.
        reset_s: after how many seconds all of them may again.
        retry_after_s: when to try again, in seconds; 0 where this request was allowed.
    """

    limit: int
    remaining: int
    reset_s: float
    retry_after_s: float = 0.0

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that tell a caller."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(round(self.reset_s + 0.5)),
        }


class Buckets:
    """A bucket of tokens for each caller: a request takes one, time puts them back.

    Args:
        per_minute: how many come back in a minute.
        burst: how many a bucket holds; a tenth of `per_minute`, and at least one, where it is not said.
        now: clock, in seconds.
    """

    def __init__(
        self, per_minute: int, *, burst: int | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute = per_minute
        self.burst = burst or max(1, per_minute // 10)
        self.now = now
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, caller: str) -> Allowance:
        """Take a token if there is one; return what is left."""
        with self._lock:
            level = self._level(caller)
            allowed = level >= 1
            level -= allowed
            self._levels[caller] = (level, self.now())
            self._levels.move_to_end(caller)
            if len(self._levels) > _MOST_CALLERS:
                self._levels.popitem(last=False)
        return self._allowance(level, allowed=allowed)

    def look(self, caller: str) -> Allowance:
        """Return what `take` would, and take nothing."""
        with self._lock:
            level = self._level(caller)
        return self._allowance(level, allowed=level >= 1)

    def _level(self, caller: str) -> float:
        level, at = self._levels.get(caller, (float(self.burst), self.now()))
        return min(float(self.burst), level + (self.now() - at) * self.per_minute / 60)

    def _allowance(self, level: float, *, allowed: bool) -> Allowance:
        per_s = self.per_minute / 60
        wait_s = 0.0 if allowed else (1 - level) / per_s
        return Allowance(self.per_minute, int(level), (self.burst - level) / per_s, wait_s)
