"""Headers and numbers that the middlewares set; test_app.py shows them over a socket."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import PlainTextResponse

from metier.http.security import HEADERS, POLICY, HeadRequests, RequestIds, SecurityHeaders, UnexpectedErrors


def answered(app, path="/"):
    """Return the headers of an answer and the scope of its request."""
    sent = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "state": {}}
    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]} if sent else {}
    return headers, scope


def test_a_page_that_states_its_own_policy_keeps_it():
    own = PlainTextResponse("x", headers={"Content-Security-Policy": "default-src 'self'"})
    headers, _ = answered(SecurityHeaders(own, is_secure=False))
    assert headers["content-security-policy"] == "default-src 'self'"
    assert headers["x-frame-options"] == HEADERS["X-Frame-Options"]


@pytest.mark.parametrize(("is_secure", "told"), [(True, True), (False, False)])
def test_strict_transport_is_for_https_only(is_secure, told):
    headers, _ = answered(SecurityHeaders(PlainTextResponse("x"), is_secure=is_secure))
    assert ("strict-transport-security" in headers) is told


@pytest.mark.parametrize(("path", "kept"), [("/static/a.css", False), ("/api/v1/people", True)])
def test_nothing_but_files_of_the_pages_is_cached(path, kept):
    headers, _ = answered(SecurityHeaders(PlainTextResponse("x"), is_secure=False), path)
    assert (headers.get("cache-control") == "no-store") is kept


def test_headers_that_a_route_leaves_in_the_state_are_sent():
    async def app(scope, receive, send):
        scope["state"]["headers"] = {"RateLimit-Limit": "5"}
        await PlainTextResponse("x")(scope, receive, send)

    assert answered(SecurityHeaders(app, is_secure=False))[0]["ratelimit-limit"] == "5"


def test_each_request_has_a_number_of_its_own():
    first, scope = answered(RequestIds(PlainTextResponse("x")))
    second, _ = answered(RequestIds(PlainTextResponse("x")))
    assert first["x-request-id"] == scope["state"]["request_id"] != second["x-request-id"]


def test_an_answer_that_has_begun_is_not_begun_again():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
        raise ValueError

    assert answered(UnexpectedErrors(app))[0] == {"a": "b"}


@pytest.mark.parametrize("kind", [HeadRequests, RequestIds, UnexpectedErrors])
def test_what_is_no_request_passes(kind):
    passed = []

    async def app(scope, receive, send):
        passed.append(scope)

    asyncio.run(kind(app)({"type": "lifespan"}, None, None))
    assert passed == [{"type": "lifespan"}]


def test_the_policy_lets_nothing_from_elsewhere_in():
    assert "unsafe" not in POLICY
    assert "*" not in POLICY


@pytest.mark.parametrize(
    ("method", "path", "seen"),
    [("HEAD", "/people", "GET"), ("HEAD", "/jobs/1/events", "HEAD"), ("POST", "/people", "POST")],
)
def test_head_is_get_for_the_application_but_not_for_streams(method, path, seen):
    methods = []

    async def app(scope, receive, send):
        methods.append(scope["method"])
        scope["route"] = "a route"

    scope = {"type": "http", "method": method, "path": path}
    asyncio.run(HeadRequests(app)(scope, None, None))
    assert methods == [seen]
    assert (scope["method"], scope["route"]) == (method, "a route")


def test_an_answer_to_head_has_its_length_and_no_body():
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "HEAD", "path": "/", "headers": []}
    asyncio.run(HeadRequests(PlainTextResponse("twelve bytes"))(scope, None, send))
    assert (b"content-length", b"12") in sent[0]["headers"]
    assert b"".join(message.get("body", b"") for message in sent[1:]) == b""
