"""Errors as answers: one shape for all of them, problem details as RFC 9457 has them."""

from __future__ import annotations

import errno
import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from metier import errors
from metier.errors import MetierError, Overloaded, TooManyRequests

MEDIA_TYPE: Final = "application/problem+json"
PREFIX: Final = "/api/v1"
# What is asked for by programs; all other paths are pages.
PROGRAM_PATHS: Final = ("/api/", "/healthz", "/readyz", "/metrics")

STATUS_OF: Final[dict[type[MetierError], int]] = {
    errors.MetierError: 500,
    errors.InvalidInput: 422,
    errors.LimitExceeded: 413,
    errors.UnsupportedFormat: 415,
    errors.Conflict: 409,
    errors.SettingsError: 500,
    errors.NotFound: 404,
    errors.ModelError: 500,
    errors.BackendError: 503,
    errors.StoreDamaged: 500,
    errors.StoreFull: 507,
    errors.AccessDenied: 403,
    errors.Unauthenticated: 401,
    errors.TooManyRequests: 429,
    errors.MissingExtra: 501,
    errors.Cancelled: 409,
}
"""Status of an error; one whose class is not here has that of its nearest base."""

TITLE_OF: Final[dict[str, str]] = {
    "error": "Something went wrong in the server",
    "invalid_input": "The request breaks a rule",
    "document_error": "The document cannot be read",
    "empty_document": "The file is empty",
    "unsupported_format": "The file is in no format that metier reads",
    "corrupt_document": "The file is damaged",
    "encrypted_document": "The file asks for a password",
    "limit_exceeded": "The request or the file is over a limit",
    "unreadable_file": "The file cannot be opened",
    "taxonomy_error": "The taxonomy breaks a rule",
    "bank_error": "The bank of questions breaks a rule",
    "conflict": "What is kept stands against the request",
    "settings_error": "A setting of the server is wrong",
    "not_found": "There is no such thing",
    "model_error": "A model cannot be used",
    "model_format_error": "A model cannot be used",
    "model_mismatch": "A model cannot be used",
    "model_differs": "A model cannot be used",
    "backend_error": "Something beneath the server fails",
    "store_unavailable": "The database cannot be reached",
    "store_busy": "The database is busy",
    "store_damaged": "The database is damaged",
    "store_full": "The disk of the server is full",
    "out_of_memory": "The server has too little memory",
    "overloaded": "The server has too much to do",
    "access_denied": "That is not allowed",
    "unauthenticated": "The request needs a key that works",
    "forbidden": "The role of the key does not include that",
    "too_many_requests": "The key makes too many requests",
    "missing_extra": "The server lacks an optional part",
    "cancelled": "The work was cancelled",
    "method_not_allowed": "The address does not take that method",
    "request_timeout": "The request came too slowly",
}
"""What each code means, in one line that does not vary."""

_CODE_OF_STATUS: Final[dict[int, str]] = {
    400: "invalid_input",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    409: "conflict",
    413: "limit_exceeded",
    415: "unsupported_format",
    422: "invalid_input",
    429: "too_many_requests",
    503: "backend_error",
}
_DETAIL_OF_STATUS: Final[dict[int, str]] = {
    404: "No page or operation has this address.",
    405: "This address does not take that method; the header Allow names those that it takes.",
    422: "The body of the request cannot be read as what its Content-Type says.",
}
# What Starlette says of a form that is over a limit of ours, beside 400 as for one that is broken.
_OVER_A_LIMIT: Final = re.compile(
    r"Too many (?P<many>files|fields)\. Maximum number of \w+ is (?P<number>\d{1,9})\."
    r"|(?:Field|Part) exceeded maximum size of (?P<kb>\d{1,9})KB\."
)
_UNEXPECTED: Final = (
    "The server failed in a way that nobody foresaw. Nothing says whether trying again helps; tell an "
    "administrator the number of the request."
)
# Files that come in stand on the disk until they are kept; FastAPI says 400 where that fails.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_ROOM: Final = (
    "The disk of the server has no room for what comes in. Nothing was kept. Make room, then send it again."
)
_RETRY_S: Final = 1.0
# More of them help nobody, and a body of a few megabytes can hold hundreds of thousands.
_MOST_FIELD_ERRORS: Final = 100


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request: where it stands, such as body.name, and the rule."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was refused or failed.

    Attributes:
        status: of the answer.
        code: stable slug, the one that the library has for the error.
        detail: full sentences for people; never words of a document.
        errors: each field that breaks a rule; empty for other errors.
        retry_after_s: when to try again, in seconds; None where that says nothing.
        headers: that the answer needs.
    """

    status: int
    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    retry_after_s: float | None = None
    headers: Mapping[str, str] | None = None

    @property
    def title(self) -> str:
        """Return what the code means, in one line."""
        return TITLE_OF.get(self.code, HTTPStatus(self.status).phrase)

    def to_mapping(self, instance: str) -> dict[str, Any]:
        """Return the members that RFC 9457 names, the code and the fields.

        Args:
            instance: number of the request.
        """
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "instance": instance,
        }
        if self.errors:
            body["errors"] = [{"field": one.field, "message": one.message} for one in self.errors]
        return body


ProblemPage = Callable[[Request, Problem], Response | Awaitable[Response]]


class RequestRefused(HTTPException):
    """A request is refused while it is still coming; FastAPI lets it pass through its reading of bodies."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status, problem.detail)
        self.problem = problem


def problem_of(error: BaseException) -> Problem:
    """Return what an exception says to those outside; of an unexpected one, nothing but that it came."""
    if isinstance(error, RequestRefused):
        return error.problem
    if any(isinstance(one, OSError) and one.errno in _FULL for one in (error, error.__cause__)):
        return Problem(507, errors.StoreFull.code, _NO_ROOM)
    if isinstance(error, RequestValidationError):
        found = _field_errors(error.errors())
        return Problem(422, "invalid_input", _told(found), found)
    if isinstance(error, HTTPException):
        return _problem_of_http(error)
    if isinstance(error, MetierError):
        return _problem_of_library(error)
    return Problem(500, "error", _UNEXPECTED)


def status_of(kind: type[MetierError]) -> int:
    """Return the status of a class of errors."""
    return next(STATUS_OF[base] for base in kind.__mro__ if base in STATUS_OF)


def problem_response(problem: Problem, instance: str) -> Response:
    """Return a problem as an answer for programs."""
    body = json.dumps(problem.to_mapping(instance), ensure_ascii=False)
    return Response(
        body.encode("utf-8", "replace"), problem.status, _headers_of(problem), media_type=MEDIA_TYPE
    )


def is_for_programs(path: str) -> bool:
    """Tell whether a path is of the API rather than a page."""
    return path.startswith(PROGRAM_PATHS)


async def respond(request: Request, error: Exception) -> Response:
    """Return the answer to a request that raised: a problem for programs, else the page for it.

    `app.state.problem_page` makes the page; while there is none, everything is for programs.
    """
    problem = problem_of(error)
    page: ProblemPage | None = getattr(request.app.state, "problem_page", None)
    if page is None or is_for_programs(request.url.path):
        return problem_response(problem, request_id(request))
    made = page(request, problem)
    response = await made if isinstance(made, Awaitable) else made
    for name, value in _headers_of(problem).items():
        response.headers.setdefault(name, value)
    return response


def request_id(request: Request) -> str:
    """Return the number of a request, which its answer and its line in the log carry."""
    return str(getattr(request.state, "request_id", ""))


def add_problems(app: FastAPI) -> None:
    """Make every error that a route raises a problem; unexpected ones are left to `UnexpectedErrors`."""
    for kind in (MetierError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, respond)


def _headers_of(problem: Problem) -> dict[str, str]:
    headers = dict(problem.headers or {})
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(problem.retry_after_s)))
    return headers


def _problem_of_library(error: MetierError) -> Problem:
    status = status_of(type(error))
    retry_after_s = _RETRY_S if status == 503 else None
    if isinstance(error, TooManyRequests | Overloaded):
        retry_after_s = error.retry_after_s
    return Problem(status, error.code, str(error), retry_after_s=retry_after_s)


def _problem_of_http(error: HTTPException) -> Problem:
    over = _OVER_A_LIMIT.fullmatch(str(error.detail)) if error.status_code == 400 else None
    if over is not None:
        return Problem(413, errors.LimitExceeded.code, _told_limit(over["many"], over["number"], over["kb"]))
    # Starlette says 400 of a body that is no form, FastAPI of one that it cannot read; both are our 422.
    status = 422 if error.status_code == 400 else error.status_code
    code = _CODE_OF_STATUS.get(status, "error" if status >= 500 else "invalid_input")
    detail = _DETAIL_OF_STATUS.get(status, str(error.detail))
    return Problem(status, code, detail, headers=error.headers)


def _told_limit(many: str | None, number: str | None, kilobytes: str | None) -> str:
    if many is not None:
        return f"One form may have {int(number or 0):,} {many}. This one has more. Send fewer at once."
    return (
        f"A field of this form may have {int(kilobytes or 0):,} KB. One has more. Send less text, or a file."
    )


def _field_errors(found: Sequence[Mapping[str, Any]]) -> tuple[FieldError, ...]:
    """Return the first errors of a validation without what was sent: it may be about a person."""
    return tuple(
        FieldError(".".join(map(_plain, one["loc"])), _plain(one["msg"]).removeprefix("Value error, "))
        for one in found[:_MOST_FIELD_ERRORS]
    )


def _plain(part: object) -> str:
    # A name of a field that nobody defined is the sender's own text.
    return str(part).encode("utf-8", "replace").decode()[:200]


def _told(found: Sequence[FieldError]) -> str:
    fields = ", ".join(dict.fromkeys(one.field for one in found))
    return f"These parts of the request break a rule: {fields[:500]}. The member errors says which."
