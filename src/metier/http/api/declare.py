"""How a route is declared: its role, its examples and what it refuses stand beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_type_hints

from fastapi import APIRouter, Response
from pydantic import BaseModel

from metier.http.api.admission import ROLE, KeyedRoute
from metier.http.problems import MEDIA_TYPE, Problem
from metier.http.schemas.examples import example_of
from metier.store.workspaces.keys import KeyRole

F = TypeVar("F", bound=Callable[..., Any])

PROBLEM_SCHEMA: Final = "ProblemDetails"
EXAMPLE_ID: Final = "01kakq0v9x8m4t2c6r5n7p3wjd"
# What any request with a key may come to.
_ALWAYS: Final = (401, 403, 422, 429, 503)
_WHY: Final[dict[int, tuple[str, str]]] = {
    401: ("unauthenticated", "There is no such key, or it no longer works. Ask an administrator for one."),
    403: ("forbidden", "This needs a key with the role admin. The key in use has the role viewer."),
    404: ("not_found", f"There is no person {EXAMPLE_ID}."),
    409: ("conflict", "The idempotency key was used for another request. Choose a new one."),
    413: ("limit_exceeded", "The body of this request may have 5,000,000 bytes. It has more."),
    415: ("unsupported_format", "The file is in no format that metier reads."),
    422: ("invalid_input", "limit must be from 1 to 200. Got 0."),
    429: ("too_many_requests", "A key may make 600 requests in a minute. Wait 0.4 s."),
    503: ("overloaded", "Too many wait for the models already. Try again in a moment."),
    507: ("store_full", "The database has no room left. Nothing was changed; make room and try again."),
}


@dataclass(frozen=True, slots=True)
class Gives:
    """What a route answers, where that is no record.

    Attributes:
        media_type: of the answer.
        example: of it, as text or as JSON has it.
        about: what it is, in one line.
    """

    media_type: str
    example: Any
    about: str


@dataclass(frozen=True, slots=True)
class Takes:
    """What a route takes, where that is no JSON: an example of the body.

    Attributes:
        media_type: of the body.
        example: of it, by the names of its fields.
    """

    media_type: str
    example: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """What stands beside a route.

    Attributes:
        role: that a key must have at least.
        status: of the usual answer.
        refuses: statuses of refusals beside those that any request may come to.
        gives: the answer, where it is no record; None for what the function returns.
        also: other answers, by status.
        takes: the body, where it is no JSON.
    """

    role: KeyRole
    status: int = 200
    refuses: tuple[int, ...] = ()
    gives: Gives | None = None
    also: Mapping[int, Any] | None = None
    takes: Takes | None = None


class Routes:
    """The routes of one thing.

    Args:
        tag: what the thing is called in the OpenAPI document.
    """

    def __init__(self, tag: str) -> None:
        self.router = APIRouter(tags=[tag], route_class=KeyedRoute)

    def get(self, path: str, declared: Declared) -> Callable[[F], F]:
        """Declare the function below as the answer to GET."""
        return self._declare("GET", path, declared)

    def post(self, path: str, declared: Declared) -> Callable[[F], F]:
        """Declare the function below as the answer to POST."""
        return self._declare("POST", path, declared)

    def put(self, path: str, declared: Declared) -> Callable[[F], F]:
        """Declare the function below as the answer to PUT."""
        return self._declare("PUT", path, declared)

    def patch(self, path: str, declared: Declared) -> Callable[[F], F]:
        """Declare the function below as the answer to PATCH."""
        return self._declare("PATCH", path, declared)

    def delete(self, path: str, declared: Declared) -> Callable[[F], F]:
        """Declare the function below as the answer to DELETE."""
        return self._declare("DELETE", path, declared)

    def _declare(self, method: str, path: str, declared: Declared) -> Callable[[F], F]:
        def declare(function: F) -> F:
            hints = get_type_hints(function)
            returned = hints.pop("return")
            is_record = declared.gives is None and returned is not type(None)
            title, _, about = (function.__doc__ or "").partition("\n\n")
            self.router.add_api_route(
                path,
                function,
                methods=[method],
                operation_id=function.__name__,
                summary=title.strip().rstrip("."),
                description=" ".join(about.split()) or title.strip(),
                status_code=declared.status,
                response_model=returned if is_record else None,
                response_class=_DEFAULT if is_record or _is_json(declared.gives) else Response,
                responses=_responses(path, method, declared, returned if is_record else None),
                openapi_extra={ROLE: declared.role.value, **_body_example(hints, declared.takes)},
            )
            return function

        return declare


# A plain class makes FastAPI describe no JSON where none is given.
_DEFAULT: Final[Any] = APIRouter().default_response_class


def _is_json(gives: Gives | None) -> bool:
    return gives is not None and gives.media_type == "application/json"


def _responses(path: str, method: str, declared: Declared, returned: Any) -> dict[int | str, dict[str, Any]]:
    responses: dict[int | str, dict[str, Any]] = {}
    if declared.gives is not None:
        content = {declared.gives.media_type: _with_schema(declared.gives)}
        responses[declared.status] = {"description": declared.gives.about, "content": content}
    elif returned is not None:
        example = {"application/json": {"example": example_of(returned)}}
        responses[declared.status] = {"description": "Done.", "content": example}
    for status, kind in (declared.also or {}).items():
        content = {"application/json": {"example": example_of(kind)}}
        responses[status] = {"model": kind, "description": "Done.", "content": content}
    refused = {*_ALWAYS, *declared.refuses}
    refused |= {404} if "{" in path else set()
    refused |= {409, 413} if method in {"POST", "PUT", "PATCH"} else set()
    refused |= {507} if method != "GET" else set()
    for status in sorted(refused):
        responses[status] = _refusal(status)
    responses["default"] = {**_refusal(503), "description": "Any other problem, such as a full disk (507)."}
    return responses


def _with_schema(gives: Gives) -> dict[str, Any]:
    is_text = isinstance(gives.example, str)
    return {"schema": {"type": "string" if is_text else "object"}, "example": gives.example}


def _refusal(status: int) -> dict[str, Any]:
    code, detail = _WHY[status]
    problem = Problem(status, code, detail)
    schema = {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"}
    content = {MEDIA_TYPE: {"schema": schema, "example": problem.to_mapping("5e6b98e293720d21")}}
    return {"description": f"{problem.title}.", "content": content}


def _body_example(hints: Mapping[str, Any], takes: Takes | None) -> dict[str, Any]:
    """Return the example of a request's body, as its model or the declaration has it."""
    if takes is not None:
        return {"requestBody": {"content": {takes.media_type: {"example": dict(takes.example)}}}}
    for hint in hints.values():
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            return {"requestBody": {"content": {"application/json": {"example": example_of(hint)}}}}
    return {}
