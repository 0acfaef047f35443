"""The records of `metier.types` as JSON, and their schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from metier.errors import InvalidInput

Record = TypeVar("Record")


# Building an adapter takes milliseconds; the cast is for mypy, which holds that classes cannot be hashed.
_adapter = cast("Callable[[Any], TypeAdapter[Any]]", lru_cache(maxsize=32)(TypeAdapter))


def to_json(record: object) -> str:
    """Return a record as one line of JSON, keys in the order of its fields."""
    return str(_adapter(type(record)).dump_json(record), encoding="utf-8")


def to_mapping(record: object) -> dict[str, Any]:
    """Return a record as plain dictionaries, lists, strings and numbers."""
    mapping: dict[str, Any] = _adapter(type(record)).dump_python(record, mode="json")
    return mapping


def from_mapping(kind: type[Record], mapping: Any) -> Record:
    """Return the record that `to_mapping` made, checked field by field.

    Raises:
        InvalidInput: a field is missing, unknown or of the wrong kind.
    """
    try:
        return cast(Record, _adapter(kind).validate_python(mapping))
    except ValidationError as exc:
        where = ".".join(str(part) for part in exc.errors()[0]["loc"])
        raise InvalidInput(f"{kind.__name__}: field {where} is missing or wrong.") from exc


def json_schema(kind: type[Any]) -> str:
    """Return the JSON schema of a record, with keys sorted."""
    schema = _adapter(kind).json_schema(mode="serialization")
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
