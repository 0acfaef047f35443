"""The OpenAPI document: each operation is described, has examples that fit, and declares its problems."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from metier.http.api.description import describe, operations
from metier.http.app import create_app
from metier.http.options import HttpOptions
from metier.http.problems import MEDIA_TYPE

DOCUMENT = describe(create_app(None, HttpOptions()))
OPERATIONS = operations(DOCUMENT)
EVERY = pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[f"{one[0]} {one[1]}" for one in OPERATIONS]
)
ROOT = Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
REGISTRY = Registry().with_resource("doc:", ROOT)


def check(schema, value):
    absolute = {"$ref": f"doc:{schema['$ref']}"} if "$ref" in schema else schema
    text = repr(absolute).replace("'#/components", "'doc:#/components")
    Draft202012Validator(eval(text), registry=REGISTRY).validate(value)


@EVERY
def test_an_operation_is_described(method, path, operation):
    assert operation["summary"]
    assert operation["description"]
    assert operation["operationId"].isidentifier()
    assert operation["x-role"] in {"viewer", "recruiter", "admin"}
    assert operation["security"]
    for parameter in operation.get("parameters", ()):
        assert parameter["in"] == "path" or parameter["description"], parameter["name"]


@EVERY
def test_an_operation_declares_its_problems(method, path, operation):
    assert MEDIA_TYPE in operation["responses"]["default"]["content"]
    refused = {int(status) for status in operation["responses"] if status.isdigit() and status >= "400"}
    assert refused >= {401, 403, 422, 429, 503}
    if "{" in path:
        assert 404 in refused or "{kind}" in path
    if method in {"post", "put", "patch"}:
        assert refused >= {409, 413}
    for status in refused:
        content = operation["responses"][str(status)]["content"][MEDIA_TYPE]
        check(content["schema"], content["example"])
        assert content["example"]["status"] == status


@EVERY
def test_an_answer_has_an_example_that_fits(method, path, operation):
    usual = [operation["responses"][s] for s in ("200", "201", "202") if s in operation["responses"]]
    assert usual or "204" in operation["responses"]
    for answer in usual:
        for content in answer["content"].values():
            check(content["schema"], content["example"])


@EVERY
def test_a_body_has_an_example_that_fits(method, path, operation):
    body = operation.get("requestBody")
    if body is None:
        return
    (content,) = body["content"].values()
    check(content["schema"], content["example"])


def test_operation_ids_are_unique():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)


def test_fields_carry_what_their_records_say_of_them():
    person = DOCUMENT["components"]["schemas"]["Person"]
    assert person["properties"]["name"]["description"] == "for people."
    assert "Attributes" not in person["description"]


def test_no_schema_speaks_of_the_validation_errors_of_the_framework():
    assert not {"HTTPValidationError", "ValidationError"} & DOCUMENT["components"]["schemas"].keys()


def test_the_document_is_made_once():
    app = create_app(None, HttpOptions())
    assert describe(app) is describe(app)
