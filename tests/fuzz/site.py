"""A running application, and ways to send it what no proper client would."""

from __future__ import annotations

import re
import select
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from metier.http.app import create_app
from metier.http.options import HttpOptions
from metier.service.service import Service
from tests.http.running import Team, Things, add_things, new_team, running
from tests.service.small import opened

READING_S = 1.0
MAX_BYTES = 8_000_000
NO_ANSWER = 0
_ANSWER_S = 60.0
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(frozen=True)
class FuzzedSite:
    """A running application, its service, clients of one workspace and ids of one of each thing there."""

    url: str
    service: Service
    team: Team
    things: Things

    @property
    def bearer(self) -> str:
        return f"Authorization: Bearer {self.team.admin.token}"


@contextmanager
def fuzzed_site(folder: Path, *, database: str | None = None, **options: Any) -> Iterator[FuzzedSite]:
    """Yield an application on a free port; options are those of HttpOptions."""
    chosen = {"requests_per_minute": 10_000_000, "max_request_bytes": MAX_BYTES, "reading_s": READING_S}
    place = {"database": database} if database else {}
    with (
        opened(folder, **place) as service,
        running(create_app(service, HttpOptions(**{**chosen, **options}))) as url,
    ):
        team = new_team(service, url, "Fuzzed")
        try:
            yield FuzzedSite(url, service, team, add_things(team))
        finally:
            team.close()


@contextmanager
def signed_in(site: FuzzedSite, token: str) -> Iterator[httpx.Client]:
    """Yield a browser that is signed in; `csrf` is the token of its forms."""
    with httpx.Client(base_url=site.url, timeout=60, trust_env=False) as browser:
        form = {"csrf": csrf_in(browser.get("/sign-in")), "key": token}
        assert browser.post("/sign-in", data=form).status_code == 303
        yield browser


def csrf_in(page: httpx.Response) -> str:
    """Return the token that the forms of a page carry."""
    found = _TOKEN.search(page.text)
    assert found, page.text
    return found[1]


def exchange(url: str, pieces: Iterable[bytes]) -> tuple[int, bytes]:
    """Send bytes as they are; return status and body of the answer, `NO_ANSWER` where none came.

    Nothing is sent any more once an answer has come.
    """
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=_ANSWER_S) as connection:
        for piece in pieces:
            if select.select([connection], [], [], 0)[0]:
                break
            try:
                connection.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        return _answer(connection)


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    answer = HTTPResponse(connection)
    try:
        answer.begin()
        return answer.status, answer.read()
    except (HTTPException, ConnectionError):
        return NO_ANSWER, b""
    finally:
        answer.close()


def head(method: str, path: str, *headers: str) -> bytes:
    """Return the head of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: metier.example", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
