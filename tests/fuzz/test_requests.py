"""Requests that no proper client sends, over a real socket: each is answered, and others are served."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from metier.http.app import create_app
from metier.http.options import HttpOptions
from tests.fuzz.cases import FILE_NAMES, cases, upload
from tests.fuzz.site import READING_S, FuzzedSite, exchange, fuzzed_site, head
from tests.http.running import API, Api, ok, running
from tests.service.small import opened

CASES = list(cases())
N_SLOW = 20
N_PROCESSES = 3


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[FuzzedSite]:
    with fuzzed_site(tmp_path_factory.mktemp("requests")) as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=[f"{case.group}: {case.name}" for case in CASES])
def test_what_no_client_should_send_is_answered_as_it_may_be(site, case):
    assert case.send(site) in case.allowed
    assert site.team.viewer.get("/people", params={"limit": 1}).status_code == 200


def test_a_body_over_the_limit_is_refused_before_all_of_it_is_sent(site):
    sent = []

    def pieces():
        lines = "Content-Type: application/json", "Transfer-Encoding: chunked"
        yield head("POST", f"{API}/people", site.bearer, *lines)
        while True:
            sent.append(0x10000)
            yield b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    status, body = exchange(site.url, pieces())
    assert status == 413
    assert b"limit_exceeded" in body
    # What is on the way when the answer comes depends on the buffers of the socket.
    assert sum(sent) < 60_000_000


def test_others_are_served_while_many_send_slowly(site):
    """Bodies that do not come hold neither a thread nor a connection of the database."""
    address = urlsplit(site.url)
    lines = "Content-Type: application/json", "Content-Length: 100"
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection((address.hostname, address.port)))
            for _ in range(2 * N_SLOW)
        ]
        for i, connection in enumerate(slow):
            connection.settimeout(30)
            # Half of them never end their headers, which no answer comes to.
            start = head("POST", f"{API}/people", site.bearer, *lines)
            connection.sendall(start + b"{" if i % 2 else start[:-2])
        begun = time.monotonic()
        assert site.team.viewer.get("/people").status_code == 200
        assert time.monotonic() - begun < READING_S
        answers = [connection.recv(15) for connection in slow[1::2]]
        assert set(answers) == {b"HTTP/1.1 408 Req"[:15]}
        assert time.monotonic() - begun < READING_S + 10


def test_names_of_files_are_kept_without_folders_and_without_what_cannot_be_seen(site):
    for i, name in enumerate(FILE_NAMES):
        answer = upload(site, f"Resume {i}\n\nPython\n".encode(), name)
        if answer.is_error:
            continue
        kept = answer.json()["files"][0]["document"]["name"]
        assert 0 < len(kept) <= 200
        assert not {"/", "\\", "\x00", "\x01", "\u202e"} & set(kept)
        assert kept not in {".", ".."}
        document = answer.json()["files"][0]["document"]["id"]
        told = site.team.viewer.get(f"/documents/{document}/content").headers["content-disposition"]
        assert told.isascii()
        assert told.isprintable()
        assert told.startswith("attachment; ")


def test_a_stolen_key_works_until_it_is_revoked_and_then_in_no_process(site):
    """Each process asks the database for each request: none remembers a key."""
    with ExitStack() as stack:
        urls = [site.url]
        for _ in range(N_PROCESSES - 1):
            folder = site.service.options.data_dir.parent
            service = stack.enter_context(opened(folder))
            urls.append(stack.enter_context(running(create_app(service, HttpOptions()))))
        made = ok(site.team.admin.post("/keys", json={"name": "stolen", "role": "admin"}), 201)
        clients = [stack.enter_context(Api(url, made["token"])) for url in urls]
        assert [client.get("/people").status_code for client in clients] == [200] * N_PROCESSES
        ok(site.team.admin.delete(f"/keys/{made['key']['id']}"))
        assert [client.get("/people").status_code for client in clients] == [401] * N_PROCESSES


def test_a_stream_that_is_open_ends_when_its_key_is_revoked(site):
    made = ok(site.team.admin.post("/keys", json={"name": "stolen", "role": "viewer"}), 201)
    job = ok(site.team.admin.post("/jobs/assess", json={"documents": [site.things.document]}), 202)["id"]
    with Api(site.url, made["token"]) as client, client.stream("GET", f"/jobs/{job}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "id: 1"
        ok(site.team.admin.delete(f"/keys/{made['key']['id']}"))
        assert list(lines)[-4:] == ["id: 2", "event: end", "data: {}", ""]
