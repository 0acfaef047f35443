"""Requests to a server: sent again where that does nothing twice, and its problems as errors."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx

from metier import __version__, errors
from metier.errors import BackendError, InvalidInput, MetierError
from metier.records import from_mapping

R = TypeVar("R")

PREFIX: Final = "/api/v1"
N_TRIES: Final = 4
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 60.0
_SAFE: Final = frozenset(("GET", "HEAD"))
# The server did nothing, or is away for a moment.
_PASSING: Final = frozenset((429, 502, 503, 504))


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a server.

    Attributes:
        method: of HTTP.
        path: below /api/v1.
        query: a value of None is left out.
        body: sent as JSON; None for none.
        files: name of the field, name of the file and bytes of each.
        form: fields beside the files.
        once: key that makes it done once; empty for none.
    """

    method: str
    path: str
    query: Mapping[str, Any] | None = None
    body: Any = None
    files: Sequence[tuple[str, tuple[str, bytes]]] = ()
    form: Mapping[str, Any] | None = None
    once: str = ""


def new_once() -> str:
    """Return a key that no other request has."""
    return secrets.token_hex(16)


class Transport:
    """Sends requests with a key.

    Args:
        url: of the server, such as https://metier.example.org.
        key: the whole key.
        timeout_s: for which a server may be silent, in seconds.
        network: what carries requests; None for the network.
        sleep: waits between tries, in seconds.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float,
        network: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise InvalidInput("url must begin with http:// or https://.")
        if not key.isascii() or not key.isprintable() or not key.strip():
            raise InvalidInput("key must be a whole key, mtr_... An administrator has one.")
        if timeout_s <= 0:
            raise InvalidInput(f"timeout_s must be above 0. Got {timeout_s}.")
        headers = {"Authorization": f"Bearer {key}", "User-Agent": f"metier-client/{__version__}"}
        self._client = httpx.Client(
            base_url=url.rstrip("/") + PREFIX, headers=headers, timeout=timeout_s, transport=network
        )
        self._sleep = sleep

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, request: Request) -> httpx.Response:
        """Return the answer to a request.

        One that only reads, or that carries a key for being done once, is sent again when the server cannot
        be reached or has too much to do; it waits as long as the server asks.

        Raises:
            MetierError: the server refused or failed; the class is that of the problem's code.
            BackendError: it cannot be reached.
        """
        tries = N_TRIES if request.method in _SAFE or request.once else 1
        for number in range(1, tries):
            try:
                answer = self._once(request)
            except httpx.TransportError:
                self._sleep(_pause_s(number, None))
                continue
            if answer.status_code not in _PASSING:
                return _checked(answer)
            self._sleep(_pause_s(number, answer.headers.get("Retry-After")))
        try:
            return _checked(self._once(request))
        except httpx.TransportError as error:
            raise BackendError(
                f"The server cannot be reached: {type(error).__name__}. Check its address and that it runs."
            ) from error

    @contextmanager
    def stream(self, path: str, *, silence_s: float) -> Iterator[Iterator[str]]:
        """Yield the lines of an answer as they come.

        Args:
            path: below /api/v1.
            silence_s: after which a server that says nothing is taken for gone.

        Raises:
            MetierError: the server refused.
            httpx.TransportError: the connection broke.
        """
        with self._client.stream("GET", path, timeout=silence_s) as answer:
            if answer.is_error:
                answer.read()
                raise error_of(answer)
            yield answer.iter_lines()

    def _once(self, request: Request) -> httpx.Response:
        query = {name: value for name, value in (request.query or {}).items() if value is not None}
        headers = {"Idempotency-Key": request.once} if request.once else {}
        return self._client.request(
            request.method,
            request.path,
            params=query or None,
            headers=headers,
            json=request.body,
            files=list(request.files) or None,
            data=dict(request.form) if request.form else None,
        )


def record(kind: type[R], answer: httpx.Response) -> R:
    """Return the record that an answer holds.

    Raises:
        InvalidInput: it holds no such record, as an answer of another version of metier may not.
    """
    return from_mapping(kind, answer.json())


def records(kind: type[R], answer: httpx.Response) -> tuple[R, ...]:
    """Return the records of an answer that holds a list."""
    return tuple(from_mapping(kind, item) for item in answer.json())


def pages(transport: Transport, kind: type[R], path: str, query: Mapping[str, Any]) -> Iterator[R]:
    """Yield the records of a list, asking for the next page when one is used up."""
    return _pages(transport, kind, lambda after: Request("GET", path, {**query, "after": after}))


def found_pages(transport: Transport, kind: type[R], path: str, body: Mapping[str, Any]) -> Iterator[R]:
    """Yield the records that a search finds, asking for the next page when one is used up."""
    return _pages(transport, kind, lambda after: Request("POST", path, body={**body, "after": after}))


def _pages(transport: Transport, kind: type[R], request: Callable[[str | None], Request]) -> Iterator[R]:
    after = None
    while True:
        answer = transport.send(request(after)).json()
        for item in answer["items"]:
            yield from_mapping(kind, item)
        after = answer["after"]
        if after is None:
            return


def error_of(answer: httpx.Response) -> MetierError:
    """Return the error that a problem of the server stands for."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    code, detail = problem.get("code", ""), problem.get("detail", "")
    detail = detail or f"The server answered with status {answer.status_code} and said nothing more."
    for field in problem.get("errors", ()):
        detail += f" {field['field']}: {field['message']}."
    kind = _kinds().get(code, BackendError if answer.status_code >= 500 else MetierError)
    if issubclass(kind, errors.TooManyRequests | errors.Overloaded):
        error: MetierError = kind(detail, _seconds(answer.headers.get("Retry-After")) or 1.0)
    elif issubclass(kind, errors.MissingExtra):
        error = BackendError(detail)
    else:
        error = kind(detail)
    if number := problem.get("instance"):
        error.add_note(f"Number of the request: {number}")
    return error


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise error_of(answer)
    return answer


def _kinds() -> dict[str, type[MetierError]]:
    found: dict[str, type[MetierError]] = {}
    waiting: list[type[MetierError]] = [MetierError]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = kind
        waiting += kind.__subclasses__()
    return found


def _pause_s(number: int, asked: str | None) -> float:
    """Return how long to wait after a try, by its number from 1 and by what the server asked for."""
    # Clients that were refused at the same moment shall not all come back at the same moment.
    own: float = _FIRST_PAUSE_S * 2 ** (number - 1) * (0.5 + random.random())
    return min(max(own, _seconds(asked) or 0.0), _LONGEST_PAUSE_S)


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None
