"""What holds for every route, whichever there are: roles, workspaces, and hostile text."""

from __future__ import annotations

import re

import httpx
import pytest

from metier.http.api.description import describe, operations
from metier.http.app import create_app
from metier.http.options import HttpOptions
from metier.store.workspaces.keys import KeyRole
from tests.http.running import API

OPERATIONS = operations(describe(create_app(None, HttpOptions())))
EVERY = pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[f"{one[0]} {one[1]}" for one in OPERATIONS]
)
# Kinds and models are the same in every workspace.
ABOUT_ONE = [one for one in OPERATIONS if "{" in one[1] and not re.search(r"\{(kind|model)\}", one[1])]
WITH_ID = pytest.mark.parametrize(
    ("method", "path", "operation"), ABOUT_ONE, ids=[f"{one[0]} {one[1]}" for one in ABOUT_ONE]
)
HOSTILE = [
    "'; DROP TABLE people; --",
    "' OR '1'='1",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "{{7*7}}${7*7}",
    "\u202etxt.exe",
    "a\x00b",
    "\r\nSet-Cookie: a=b",
    "%00%0a",
    "𝕏" * 50,
]
ANY_ID = "01kakq0v9x8m4t2c6r5n7p3wjd"
FILES = {"file", "files", "table"}


def address(path, ids):
    """Return a path with ids in it; parameters are named after the thing."""
    filled = path.removeprefix(API)
    for name in re.findall(r"\{(\w+)\}", path):
        filled = filled.replace(f"{{{name}}}", ids.get(name, ANY_ID))
    return filled


def asked(client, method, path, operation, ids=None):
    """Return the answer to an operation with the body of its example."""
    filled, body = address(path, ids or {}), operation.get("requestBody")
    parameters = operation.get("parameters", ())
    needed = [one["name"] for one in parameters if one.get("required") and one["in"] == "query"]
    query = {name: [ANY_ID, ANY_ID[::-1]] for name in needed}
    if body is None:
        return client.request(method, filled, params=query)
    ((media, content),) = body["content"].items()
    if media == "application/json":
        return client.request(method, filled, json=content["example"], params=query)
    example = content["example"]
    files = [(name, ("a.txt", b"external_id,gender\n7,f\n")) for name in FILES & example.keys()]
    form = {name: value for name, value in example.items() if name not in FILES}
    return client.request(method, filled, files=files, data=form)


@EVERY
def test_no_operation_answers_without_a_key_that_works(site, method, path, operation):
    for headers in (
        {},
        {"Authorization": "Bearer mtr_aaaaaaaaaaaa_" + "a" * 43},
        {"Authorization": "Basic YTpi"},
    ):
        answer = httpx.request(
            method, site.url + address(path, {}).join((API, "")), headers=headers, trust_env=False
        )
        assert answer.status_code in {401, 429}
        assert answer.json()["code"] in {"unauthenticated", "too_many_requests"}


@EVERY
def test_a_lower_role_than_stated_is_refused(stocked, method, path, operation):
    team, _ = stocked
    needed = KeyRole(operation["x-role"])
    for role in KeyRole:
        if not role.includes(needed):
            answer = asked(team.of(role), method, path, operation)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@EVERY
def test_the_stated_role_is_enough(stocked, method, path, operation):
    """Ids are of nothing, so that nothing is erased: the answer may be any but a refusal of the role."""
    team, _ = stocked
    if (method, path) in {
        ("post", f"{API}/audits/models"),
        ("patch", f"{API}/workspace"),
        ("post", f"{API}/jobs/index"),
    }:
        pytest.skip("it would change the workspace that other tests share")
    answer = asked(team.of(operation["x-role"]), method, path, operation)
    assert answer.status_code < 500, answer.text
    assert answer.status_code not in {401, 403}, answer.text


@WITH_ID
def test_what_is_of_another_workspace_is_not_found(stocked, others, method, path, operation):
    team, _ = stocked
    _, theirs = others
    ids = vars(theirs)
    answer = asked(team.admin, method, path, operation, ids)
    assert answer.status_code == 404, answer.text
    assert answer.json()["code"] == "not_found"
    unknown = asked(team.admin, method, path, operation)
    assert unknown.status_code == 404


@WITH_ID
@pytest.mark.parametrize("hostile", ["'; DROP TABLE people; --", "..%2f..%2fetc", "%00", "é" * 300])
def test_a_hostile_id_is_not_found(stocked, method, path, operation, hostile):
    team, _ = stocked
    answer = asked(
        team.admin, method, path, operation, dict.fromkeys(re.findall(r"\{(\w+)\}", path), hostile)
    )
    assert answer.status_code in {404, 405}, answer.text


def strings(value, at=()):
    """Yield the places of texts in JSON."""
    if isinstance(value, str):
        yield at
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner, (*at, name))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from strings(inner, (*at, i))


def replaced(value, at, text):
    if not at:
        return text
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = replaced(value[at[0]], at[1:], text)
    return copy


BODIES = [
    (method, path, at, operation)
    for method, path, operation in OPERATIONS
    for content in [operation.get("requestBody", {}).get("content", {}).get("application/json")]
    if content
    for at in strings(content["example"])
]


@pytest.mark.parametrize(
    ("method", "path", "at", "operation"), BODIES, ids=[f"{b[0]} {b[1]} {b[2]}" for b in BODIES]
)
def test_hostile_text_in_any_field_is_data_or_refused(team, method, path, at, operation):
    example = operation["requestBody"]["content"]["application/json"]["example"]
    for text in HOSTILE:
        answer = team.admin.request(method, address(path, {}), json=replaced(example, at, text))
        assert answer.status_code < 500, (text, answer.text)
        assert "set-cookie" not in answer.headers
        if answer.is_error:
            assert answer.headers["content-type"] == "application/problem+json"


QUERIES = [
    (path, parameter["name"], operation)
    for method, path, operation in OPERATIONS
    for parameter in operation.get("parameters", ())
    if parameter["in"] == "query" and method == "get"
]


@pytest.mark.parametrize(("path", "name", "operation"), QUERIES, ids=[f"{q[0]} {q[1]}" for q in QUERIES])
def test_hostile_text_in_any_query_is_data_or_refused(stocked, path, name, operation):
    team, things = stocked
    for text in HOSTILE:
        answer = team.admin.get(address(path, vars(things)), params={name: text})
        assert answer.status_code < 500, (text, answer.text)


def test_hostile_text_comes_back_as_it_was(team):
    for text in HOSTILE[:3]:
        added = team.recruiter.post("/people", json={"name": text}).json()
        assert team.viewer.get(f"/people/{added['id']}").json()["name"] == text
