"""Errors as answers: each has a status, a code and a title, and says nothing that it should not."""

from __future__ import annotations

import asyncio
import errno
import json

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from metier import errors
from metier.errors import MetierError, Overloaded, TooManyRequests
from metier.http import problems
from metier.http.problems import TITLE_OF, Problem, is_for_programs, problem_of, problem_response, status_of


def every_error():
    waiting = [MetierError]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += [child for child in kind.__subclasses__() if child.__module__ == "metier.errors"]


@pytest.mark.parametrize("kind", list(every_error()))
def test_every_error_of_the_library_has_a_status_and_a_title(kind):
    assert 400 <= status_of(kind) < 600
    assert TITLE_OF[kind.code]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.NotFound("x"), 404, "not_found"),
        (errors.CorruptDocument("x"), 422, "corrupt_document"),
        (errors.LimitExceeded("x"), 413, "limit_exceeded"),
        (errors.UnsupportedFormat("x"), 415, "unsupported_format"),
        (errors.Conflict("x"), 409, "conflict"),
        (errors.Unauthenticated("x"), 401, "unauthenticated"),
        (errors.Forbidden("x"), 403, "forbidden"),
        (errors.StoreBusy("x"), 503, "store_busy"),
        (errors.StoreFull("x"), 507, "store_full"),
        (errors.ModelFormatError("x"), 500, "model_format_error"),
        (HTTPException(405), 405, "method_not_allowed"),
        (HTTPException(400, "There was an error parsing the body"), 422, "invalid_input"),
        (HTTPException(418), 418, "invalid_input"),
        (ValueError("x"), 500, "error"),
    ],
)
def test_an_error_becomes_a_problem(error, status, code):
    found = problem_of(error)
    assert (found.status, found.code) == (status, code)
    assert found.title


def test_an_unexpected_error_says_nothing_of_itself():
    assert "Anna" not in json.dumps(problem_of(KeyError("Anna Berg")).to_mapping("n"))


def test_a_full_disk_is_said_where_a_form_could_not_be_put_down():
    """FastAPI takes whatever fails while it reads a form for a fault of the form."""
    full = OSError(errno.ENOSPC, "No space left on device", "/tmp/x")
    refused = HTTPException(400, "There was an error parsing the body")
    refused.__cause__ = full
    for error in (full, refused):
        problem = problem_of(error)
        assert (problem.status, problem.code) == (507, "store_full")
        assert "/tmp/x" not in problem.detail
    assert problem_of(OSError(errno.EACCES, "x")).status == 500


def test_errors_of_fields_name_the_field_and_not_what_was_sent():
    found = RequestValidationError(
        [{"loc": ("body", "name"), "msg": "Value error, too long", "input": "Anna Berg", "type": "x"}]
    )
    body = problem_of(found).to_mapping("n")
    assert body["errors"] == [{"field": "body.name", "message": "too long"}]
    assert "Anna" not in json.dumps(body)


@pytest.mark.parametrize(
    ("error", "after"),
    [(TooManyRequests("x", 2.2), "3"), (Overloaded("x", 0.1), "1"), (errors.StoreBusy("x"), "1")],
)
def test_what_passes_says_when_to_try_again(error, after):
    assert problem_response(problem_of(error), "n").headers["Retry-After"] == after


@pytest.mark.parametrize(
    ("limits", "sent", "told"),
    [
        ({"max_files": 2}, [("files", ("a.txt", b"x"))] * 3, "2 files"),
        ({"max_fields": 2}, [("names", (None, "x"))] * 3, "2 fields"),
        ({"max_part_size": 2_048}, [("name", (None, "x" * 3_000))], "2 KB"),
    ],
)
def test_a_form_over_a_limit_is_told_which(limits, sent, told):
    # Whoever chose 201 resumes was once told that the form could not be read.
    request = httpx.Request("POST", "http://metier/", files=sent)

    async def receive():
        return {"type": "http.request", "body": request.read()}

    async def read(request):
        await request.form(**limits)

    headers = [(name.lower(), value) for name, value in request.headers.raw]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "app": FastAPI()}
    with pytest.raises(HTTPException) as raised:
        asyncio.run(read(Request(scope, receive)))
    found = problem_of(raised.value)
    assert (found.status, found.code) == (413, "limit_exceeded")
    assert told in found.detail


def test_of_countless_errors_the_first_are_named():
    # A body of 4 MB with 300,000 fields that nobody defined was once answered with 21 MB.
    found = [{"loc": ("body", f"k{i}"), "msg": "Extra inputs are not permitted"} for i in range(1_000)]
    errors = problem_of(RequestValidationError(found)).errors
    assert [one.field for one in errors] == [f"body.k{i}" for i in range(100)]


def test_who_has_no_key_is_told_what_is_needed():
    answer = problem_response(problem_of(errors.Unauthenticated("x")), "n")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_problem_has_the_members_of_the_standard():
    answer = problem_response(Problem(404, "not_found", "There is none."), "n1")
    assert answer.media_type == "application/problem+json"
    assert json.loads(answer.body) == {
        "type": "about:blank",
        "title": "There is no such thing",
        "status": 404,
        "detail": "There is none.",
        "code": "not_found",
        "instance": "n1",
    }


@pytest.mark.parametrize(
    ("path", "programs"),
    [("/api/v1/people", True), ("/healthz", True), ("/metrics", True), ("/", False), ("/vacancies", False)],
)
def test_pages_get_pages_and_programs_get_problems(path, programs):
    assert is_for_programs(path) is programs


def test_a_code_without_a_title_has_that_of_its_status():
    assert Problem(418, "teapot", "x").title == "I'm a Teapot"
    assert problems.MEDIA_TYPE == "application/problem+json"
