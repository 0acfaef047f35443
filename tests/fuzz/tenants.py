"""Everything that takes an id, asked with ids of another workspace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from metier.http.api.description import describe, operations
from metier.http.app import create_app
from metier.http.options import HttpOptions
from tests.fuzz.pages import filled, paths_of
from tests.fuzz.site import FuzzedSite, csrf_in, signed_in
from tests.http.running import API, Team, Things, add_things, new_team, ok

_LISTS = {"documents": "document"}
_FILES = {"files", "file", "table"}
# Queries of pages that are ids.
_QUERIES = (
    ("/search", "like"),
    ("/audit", "subject"),
    ("/audit/documents", "vacancy"),
    ("/audit/decisions", "vacancy"),
    ("/interviews/new", "person"),
    ("/interviews/new", "vacancy"),
    ("/documents/{document}/report", "vacancy"),
    ("/documents/{document}/report.json", "vacancy"),
    ("/documents/{document}/audit", "vacancy"),
    ("/vacancies/{vacancy}/compare", "document"),
)


@dataclass(frozen=True)
class Attempt:
    """One request with one id of another workspace.

    Attributes:
        operation: method and path.
        place: where the id stood: path, query, body or page.
        status: of the answer.
        let_in: something of the other workspace was told, or the request was done.
    """

    operation: str
    place: str
    status: int
    let_in: bool


def ask_for_others(site: FuzzedSite) -> Iterator[Attempt]:
    """Yield each operation, page and form that takes an id, asked by an administrator with foreign ids."""
    others = new_team(site.service, site.url, "Others")
    theirs = add_things(others, 2)
    noted = ok(others.admin.get("/log/head"))
    try:
        document = describe(create_app(None, HttpOptions()))
        for method, path, operation in operations(document):
            for place, name in _places(operation, document["components"]["schemas"]):
                answer = _ask(site, (method, path, operation), (place, name), theirs)
                yield _attempt(f"{method.upper()} {path}", f"{place} {name}", answer, theirs)
        yield from _pages(site, theirs)
        assert ok(others.admin.get("/log/head")) == noted, "something was changed in the other workspace"
    finally:
        others.close()


def _places(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where an operation takes ids."""
    known = {*vars(Things("", "", "", "", "", "", "", "")), *_LISTS, "subject", "taxonomy"}
    for parameter in operation.get("parameters", ()):
        # `decision` is an id in paths and a word in queries.
        is_id = parameter["name"] in known and (parameter["in"], parameter["name"]) != ("query", "decision")
        if is_id and parameter["in"] in {"path", "query"}:
            yield parameter["in"], parameter["name"]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        # An example may leave out optional fields.
        reference = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        fields = {*content["example"], *schemas.get(reference, {}).get("properties", ())}
        for name in sorted(fields & known):
            yield "body", name


def _ask(
    site: FuzzedSite, asked: tuple[str, str, dict[str, Any]], where: tuple[str, str], theirs: Things
) -> httpx.Response:
    method, path, operation = asked
    place, name = where
    foreign = vars(theirs) | {"subject": theirs.person, "taxonomy": theirs.document}
    mine = vars(site.things)
    ids = {**mine, name: foreign[name]} if place == "path" else mine
    address = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], "documents"), path).removeprefix(API)
    query: dict[str, Any] = {
        parameter["name"]: mine[parameter["name"]]
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and parameter["name"] in mine and parameter.get("required")
    }
    if place == "query":
        query[name] = [mine[name], foreign[name]] if path.endswith("/compare") else foreign[name]
    body = _body(operation, mine)
    if place == "body":
        body[name] = [foreign[_LISTS[name]]] if name in _LISTS else foreign[name]
    return _send(site.team, method, address, operation, (query, body))


def _body(operation: dict[str, Any], mine: dict[str, str]) -> dict[str, Any]:
    """Return the example of a body with ids of the asker's own things."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        own = {name: [mine[one]] for name, one in _LISTS.items()} | mine
        return {name: own.get(name, value) for name, value in content["example"].items()}
    return {}


def _send(
    team: Team,
    method: str,
    address: str,
    operation: dict[str, Any],
    given: tuple[dict[str, Any], dict[str, Any]],
) -> httpx.Response:
    query, body = given
    if "application/json" in operation.get("requestBody", {}).get("content", {}):
        return team.admin.request(method, address, params=query, json=body)
    files = [(name, ("a.txt", b"some text")) for name in body if name in _FILES]
    fields = {name: value for name, value in body.items() if name not in _FILES}
    return team.admin.request(method, address, params=query, data=fields, files=files or None)


def _pages(site: FuzzedSite, theirs: Things) -> Iterator[Attempt]:
    ids = vars(theirs)
    with signed_in(site, site.team.admin.token) as browser:
        token = csrf_in(browser.get("/people"))
        for path in paths_of("GET"):
            if set(re.findall(r"\{(\w+)", path)) & set(ids):
                yield _attempt(f"GET {path}", "page path", browser.get(filled(path, ids)), theirs)
        for path, name in _QUERIES:
            answer = browser.get(
                filled(path, vars(site.things)), params={name: ids.get(name, theirs.document)}
            )
            yield _attempt(f"GET {path}", f"page query {name}", answer, theirs)
        for path in paths_of("POST"):
            if set(re.findall(r"\{(\w+)", path)) & set(ids):
                form = {
                    "csrf": token,
                    "kind": "note",
                    "note": "x",
                    "word": "erase",
                    "state": "closed",
                    "title": "x",
                }
                answer = browser.post(filled(path, ids), data={**form, "name": "x"})
                yield _attempt(f"POST {path}", "form path", answer, theirs)


def _attempt(operation: str, place: str, answer: httpx.Response, theirs: Things) -> Attempt:
    told = answer.text
    # The id that was asked for may come back in a form; anything else of theirs must not.
    n_ids = sum(one in told for one in vars(theirs).values())
    by_page = place.startswith(("page", "form"))
    changed = answer.is_success and not operation.startswith("GET")
    let_in = (changed or "Person 2" in told or n_ids > 1) if answer.is_success else False
    if by_page and answer.status_code == 303:
        let_in = not answer.headers["location"].startswith("/sign-in")
    return Attempt(operation, place, answer.status_code, let_in)
