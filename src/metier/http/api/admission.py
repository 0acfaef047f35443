"""Who may ask for what: a key for each request, checked before the body of the request is read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Header, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from metier.errors import InvalidInput, TooManyRequests, Unauthenticated
from metier.http.events import OpenStreams
from metier.http.limits import Allowance, Buckets
from metier.http.options import HttpOptions
from metier.service import access
from metier.service.access import Caller
from metier.service.files import clean_name
from metier.service.once import Once
from metier.service.service import Service
from metier.store.workspaces.keys import KeyRole

ROLE: Final = "x-role"
"""Member of an operation in the OpenAPI document that says which role it needs."""

# Keys that do not work, from one address: enough for a person who mistypes.
_FAILURES_PER_MINUTE: Final = 30
_FAILURES_AT_ONCE: Final = 10
_ONCE_KEY: Final = re.compile(r"[!-~]{1,120}")
_CHUNK_BYTES: Final = 1_000_000


class Gate:
    """Lets in who shows a key that works, as often as the limit allows.

    Args:
        service: that knows the keys.
        options: with the limit.
    """

    def __init__(self, service: Service, options: HttpOptions) -> None:
        self.service = service
        self.requests = Buckets(options.requests_per_minute)
        self.failures = Buckets(_FAILURES_PER_MINUTE, burst=_FAILURES_AT_ONCE)

    async def admit(self, request: Request, role: KeyRole) -> Caller:
        """Return who asks, and keep it in `request.state.caller`.

        Raises:
            Unauthenticated: no key, or one that does not work.
            Forbidden: its role does not include `role`.
            TooManyRequests: it asks too often, or keys that do not work come too often from its address.
        """
        try:
            token = _token(request)
            caller = await run_in_threadpool(access.caller_of_key, self.service, token)
        except Unauthenticated:
            self._count_failure(request)
            raise
        allowance = self.requests.take(caller.key)
        request.state.headers = allowance.headers
        request.state.caller = caller
        if allowance.retry_after_s:
            raise TooManyRequests(_too_many(allowance), allowance.retry_after_s)
        caller.require(role)
        return caller

    def _count_failure(self, request: Request) -> None:
        # Keys that work are not counted: else whoever shares an address could lock others out.
        address = request.client.host if request.client else ""
        allowance = self.failures.take(address)
        if allowance.retry_after_s:
            raise TooManyRequests(
                "Too many keys that do not work came from this address. Wait, then use one that works.",
                allowance.retry_after_s,
            )


class KeyedRoute(APIRoute):
    """A route that needs a key of the role that its operation states, and parameters that it knows."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers requests: the gate first, then the route."""
        answer = super().get_route_handler()
        role = KeyRole((self.openapi_extra or {})[ROLE])
        known = _query_names(self.dependant)

        async def admit_and_answer(request: Request) -> Response:
            await cast(Gate, request.app.state.gate).admit(request, role)
            _refuse_unknown(request.query_params, known)
            return await answer(request)

        return admit_and_answer


def _query_names(dependant: Dependant) -> frozenset[str]:
    """Return the names of the parameters that a route, or what it depends on, takes from an address."""
    names = frozenset(field.alias for field in dependant.query_params)
    return names.union(*map(_query_names, dependant.dependencies))


def _refuse_unknown(given: Iterable[str], known: frozenset[str]) -> None:
    """Refuse parameters that nobody defined, as bodies do: a condition with a typo would let all pass."""
    if unknown := sorted(set(given) - known):
        there = f"The parameters are {', '.join(sorted(known))}." if known else "No parameters are taken."
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name), "msg": there} for name in unknown]
        )


def _caller(request: Request) -> Caller:
    return cast(Caller, request.state.caller)


def _service(request: Request) -> Service:
    return cast(Service, request.app.state.service)


def _streams(request: Request) -> OpenStreams:
    return cast(OpenStreams, request.app.state.streams)


def _options(request: Request) -> HttpOptions:
    return cast(HttpOptions, request.app.state.options)


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Any text of 1 to 120 printable characters. Sent again with the same key, the same "
            "request gives what it gave then and makes nothing twice.",
            examples=["import-2026-11-22-0017"],
        ),
    ] = None,
) -> Once | None:
    if idempotency_key is None:
        return None
    if not _ONCE_KEY.fullmatch(idempotency_key):
        raise InvalidInput(
            "The header Idempotency-Key must be 1 to 120 printable ASCII characters without blanks. "
            f"Got {len(idempotency_key)} characters."
        )
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        await _add_form(digest, await request.form())
    else:
        digest.update(await request.body())
    return Once(idempotency_key, digest.hexdigest())


async def _add_form(digest: Any, form: FormData) -> None:
    """Add the fields and files of a form: its own bytes hold a boundary that differs each time."""
    for name, value in form.multi_items():
        digest.update(f"\n{name}\n".encode("utf-8", "replace"))
        if not isinstance(value, UploadFile):
            digest.update(value.encode("utf-8", "replace"))
            continue
        digest.update(clean_name(value.filename or "").encode("utf-8", "replace"))
        while chunk := await value.read(_CHUNK_BYTES):
            digest.update(chunk)
        await value.seek(0)


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(
            "The request needs a key. Send it in the header Authorization: Bearer; an administrator has one."
        )
    return token.strip()


def _too_many(allowance: Allowance) -> str:
    return (
        f"A key may make {allowance.limit:,} requests in a minute, a tenth of them at once. "
        f"Wait {allowance.retry_after_s:.1f} s."
    )


CallerHere = Annotated[Caller, Depends(_caller)]
ServiceHere = Annotated[Service, Depends(_service)]
StreamsHere = Annotated[OpenStreams, Depends(_streams)]
OptionsHere = Annotated[HttpOptions, Depends(_options)]
OnceHere = Annotated[Once | None, Depends(_once)]
