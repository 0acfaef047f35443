"""The running API against its own OpenAPI document: requests that it allows, and those that it does not.

schemathesis makes both kinds for every operation, the same ones in each run. Ids of real things stand in half
of the requests: made-up ids get no further than "not found".
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from metier.http.api.description import describe
from metier.http.app import create_app
from metier.http.options import HttpOptions
from tests.fuzz.site import FuzzedSite, fuzzed_site
from tests.http.running import Things, add_things, ok

schemathesis = pytest.importorskip("schemathesis")
checks = pytest.importorskip("schemathesis.checks")
conformance = pytest.importorskip("schemathesis.specs.openapi.checks")

CONFIG = schemathesis.Config(seed=20261122)
SCHEMA = schemathesis.openapi.from_dict(describe(create_app(None, HttpOptions())), config=CONFIG)
EXAMPLES = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
CHECKS = [
    checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_headers_conformance,
    conformance.response_schema_conformance,
]
# Ids of the fixture, by the names of path parameters; what is erased is another set than what is looked at.
_IDS: dict[str, dict[str, str]] = {"keep": {}, "erase": {}}
_SEVERAL = {"documents": "document"}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[FuzzedSite]:
    with fuzzed_site(tmp_path_factory.mktemp("schema")) as running:
        for name in _IDS:
            things = add_things(running.team, len(name))
            _IDS[name] = names_of(things)
            # Watching a job that nobody does would never end.
            ok(running.team.admin.delete(f"/jobs/{things.job}"))
        yield running


def names_of(things: Things) -> dict[str, str]:
    return vars(things) | {"model": "none", "kind": "documents", "taxonomy": things.document}


def with_ids(values: Any, ids: dict[str, str]) -> Any:
    """Return fields with ids of real things in place of some."""
    if not isinstance(values, dict):
        return values
    chosen = dict(values)
    for name, value in values.items():
        if zlib.crc32(repr((name, value)).encode("utf-8", "replace")) % 2:
            continue
        if name in ids and (value is None or isinstance(value, str)):
            chosen[name] = ids[name]
        elif name in _SEVERAL and isinstance(value, list):
            chosen[name] = [ids[_SEVERAL[name]], *value[1:]]
    return chosen


@SCHEMA.parametrize()
@EXAMPLES
def test_every_answer_is_one_that_the_document_describes(case, site):
    ids = _IDS["erase" if case.method == "DELETE" else "keep"]
    case.path_parameters = with_ids(case.path_parameters, ids)
    case.body = with_ids(case.body, ids)
    # The document describes a stream as a whole, schemathesis looks at each event.
    wanted = CHECKS[:-1] if case.path.endswith("/events") else CHECKS
    headers = {"Authorization": f"Bearer {site.team.admin.token}"}
    case.call_and_validate(base_url=site.url, headers=headers, checks=wanted)
