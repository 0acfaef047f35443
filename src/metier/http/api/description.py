"""The OpenAPI document, as FastAPI makes it and with what it leaves out."""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from metier.http.api.admission import ROLE
from metier.http.api.declare import PROBLEM_SCHEMA
from metier.http.problems import PREFIX

_BEARER: Final = "key"
_LIST: Final = re.compile(r"\n\s*(Attributes|Raises|Args):\n")
_ENTRY: Final = re.compile(r"^ {4}(\w+): (.*(?:\n {6,}.*)*)", re.MULTILINE)
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Why a request was refused or failed, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "description": "Always about:blank; `code` tells problems apart."},
        "title": {"type": "string", "description": "What the code means; it does not vary."},
        "status": {"type": "integer", "description": "Of the answer."},
        "detail": {"type": "string", "description": "What is wrong here, and the way out."},
        "code": {"type": "string", "description": "Stable slug; docs/reference/errors.md lists them."},
        "instance": {"type": "string", "description": "Number of the request, as in X-Request-Id."},
        "errors": {
            "type": "array",
            "description": "Each field that breaks a rule.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application; it is made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            license_info=app.license_info,
        )
        parts = made.setdefault("components", {})
        schemas = parts.setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for schema in schemas.values():
            _document(schema)
        schemas[PROBLEM_SCHEMA] = _PROBLEM
        parts["securitySchemes"] = {
            _BEARER: {"type": "http", "scheme": "bearer", "description": "A key: mtr_..."}
        }
        for _, _, operation in operations(made):
            operation["security"] = [{_BEARER: []}]
            operation["description"] += f"\n\nNeeds the role `{operation[ROLE]}`."
        for router in app.state.api:
            for route in router.routes:
                _restore_examples(made, route)
        app.openapi_schema = made
    return app.openapi_schema


def _restore_examples(document: dict[str, Any], route: APIRoute) -> None:
    """Put back what FastAPI leaves out of examples: it takes each null for something that was not said."""
    for method in route.methods or ():
        operation = document["paths"][f"{PREFIX}{route.path}"][method.lower()]
        for status, told in route.responses.items():
            _copy_examples(told, operation["responses"][str(status)])
        body = (route.openapi_extra or {}).get("requestBody")
        if body is not None:
            _copy_examples(body, operation["requestBody"])


def _copy_examples(declared: dict[str, Any], described: dict[str, Any]) -> None:
    for media_type, content in declared.get("content", {}).items():
        described["content"][media_type]["example"] = content["example"]


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return method, path and operation of all that an OpenAPI document describes."""
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _document(schema: dict[str, Any]) -> None:
    """Move what a docstring says of each attribute to that property."""
    told = schema.get("description", "")
    schema["description"] = " ".join(_LIST.split(told)[0].split())
    meanings = dict(_ENTRY.findall(told))
    for name, part in schema.get("properties", {}).items():
        part.pop("title", None)
        if name in meanings:
            meaning = " ".join(meanings[name].split())
            # Beside a reference, other members are allowed since OpenAPI 3.1.
            part["description"] = meaning
