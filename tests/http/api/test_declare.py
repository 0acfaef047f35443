"""How routes are declared; test_description.py looks at each."""

from __future__ import annotations

from metier.http.api.admission import ROLE
from metier.http.api.declare import Declared, Gives, Routes, Takes
from metier.http.schemas.requests import PersonToAdd
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.people import Person


def declared(method, path, how, function):
    routes = Routes("things")
    getattr(routes, method)(path, how)(function)
    return routes.router.routes[0]


def make(body: PersonToAdd) -> Person:
    """Make a thing.

    It is
    made.
    """


def nothing() -> None:
    """Do nothing."""


def test_title_and_description_are_those_of_the_function():
    route = declared("post", "/things", Declared(KeyRole.ADMIN, status=201), make)
    assert (route.summary, route.description, route.operation_id) == ("Make a thing", "It is made.", "make")
    assert route.openapi_extra[ROLE] == "admin"


def test_examples_come_from_the_types():
    route = declared("post", "/things", Declared(KeyRole.VIEWER, status=201), make)
    assert route.responses[201]["content"]["application/json"]["example"]["name"] == "Anna Berg"
    body = route.openapi_extra["requestBody"]["content"]["application/json"]["example"]
    assert body["external_id"] == "ats-1027"


def test_refusals_follow_from_method_and_path():
    def refused(method, path, *more):
        how = Declared(KeyRole.VIEWER, refuses=more)
        answers = declared(method, path, how, nothing).responses
        return {status for status in answers if status != "default" and status >= 400}

    assert refused("get", "/things") == {401, 403, 422, 429, 503}
    assert refused("get", "/things/{thing}") - refused("get", "/things") == {404}
    assert refused("put", "/things") - refused("get", "/things") == {409, 413, 507}
    assert 415 in refused("patch", "/things", 415)


def test_an_answer_that_is_no_record_and_a_body_that_is_no_json_are_declared():
    how = Declared(
        KeyRole.VIEWER, gives=Gives("text/csv", "a,b\n", "A table."), takes=Takes("text/plain", {"a": "b"})
    )
    route = declared("delete", "/things", how, nothing)
    assert route.responses[200]["content"]["text/csv"] == {"schema": {"type": "string"}, "example": "a,b\n"}
    assert "text/plain" in route.openapi_extra["requestBody"]["content"]
