"""The application as a whole, over a real socket: headers, limits and errors whatever is asked."""

from __future__ import annotations

import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from metier.http.app import create_app
from metier.http.options import HttpOptions
from tests.http.running import Api, new_team, ok, running
from tests.service.small import opened


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("app")) as service:
        yield service


@pytest.fixture(scope="module")
def url(service):
    options = HttpOptions(
        public_url="https://metier.example.org", max_request_bytes=100_000, max_files=2, reading_s=0.5
    )
    app = create_app(service, options)

    @app.get("/api/v1/boom", include_in_schema=False)
    def boom() -> None:
        raise KeyError("Anna Berg")

    with running(app) as url:
        yield url


@pytest.fixture(scope="module")
def team(service, url):
    made = new_team(service, url)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/people", 401),
        ("GET", "/api/v1/nothing", 404),
        ("PUT", "/api/v1/people", 405),
        ("GET", "/api/v1/boom", 500),
        ("GET", "/healthz", 200),
        ("GET", "/api/v1/openapi.json", 200),
        ("GET", "/docs", 404),
        ("GET", "/api/v1/people/", 404),
    ],
)
def test_every_answer_has_a_number_and_strict_headers(url, method, path, status):
    answer = httpx.request(method, url + path, trust_env=False)
    assert answer.status_code == status
    assert len(answer.headers["X-Request-Id"]) == 16
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "access-control-allow-origin" not in answer.headers
    if status >= 400 and path.startswith("/api"):
        assert answer.json()["instance"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "path",
    ["/healthz", "/sign-in", "/static/pages.css", "/api/v1/workspace", "/api/v1/nothing", "/api/v1/boom"],
)
@pytest.mark.parametrize("with_key", [True, False])
def test_head_is_answered_as_get_without_the_body(url, team, path, with_key):
    headers = {"Authorization": f"Bearer {team.viewer.token}"} if with_key else {}
    with httpx.Client(trust_env=False, headers=headers) as client:
        head, get = client.head(url + path), client.get(url + path)
    assert head.status_code == get.status_code
    assert head.content == b""
    if path != "/sign-in":  # each page of it has a token of its own
        assert head.headers["Content-Length"] == get.headers["Content-Length"]
    assert int(head.headers["Content-Length"]) > 0
    told = {"content-type", "cache-control", "content-security-policy", "x-frame-options"}
    assert {name: head.headers[name] for name in told} == {name: get.headers[name] for name in told}


def test_head_is_logged_as_head_under_its_route(url, caplog):
    with caplog.at_level(logging.INFO, logger="metier.access"):
        httpx.head(f"{url}/sign-in", trust_env=False)
        until_true(lambda: any(record.name == "metier.access" for record in caplog.records))
    (told,) = [record.fields for record in caplog.records if record.name == "metier.access"]
    assert (told["method"], told["route"], told["bytes"]) == ("HEAD", "/sign-in", 0)


@pytest.mark.parametrize("path", ["/api/v1/jobs/01kakq0v9x8m4t2c6r5n7p3wjd/events", "/api/v1/search/query"])
def test_head_of_a_stream_or_of_what_is_no_get_is_refused(url, path):
    assert httpx.head(url + path, trust_env=False).status_code == 405


def test_an_unexpected_error_is_a_problem_and_its_words_are_in_no_log(url, caplog):
    with caplog.at_level(logging.INFO):
        answer = httpx.get(f"{url}/api/v1/boom", trust_env=False)
    assert answer.json()["code"] == "error"
    assert "Anna" not in answer.text
    (told,) = [record.fields for record in caplog.records if record.name == "metier.http"]
    assert told["exception"] == "KeyError"
    assert "Anna" not in repr([vars(record) for record in caplog.records])


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(url, team):
    answer = team.recruiter.post("/documents", files={"files": ("a.txt", b"x" * 200_000)})
    assert (answer.status_code, answer.json()["code"]) == (413, "limit_exceeded")


def test_a_body_that_grows_too_large_is_refused_on_the_way(url, team):
    def chunks():
        for _ in range(300):
            yield b"x" * 1000

    headers = {"Content-Type": "application/json"}
    answer = team.recruiter.post("/people", content=chunks(), headers=headers)
    assert answer.status_code == 413


def test_a_body_that_comes_too_slowly_is_refused(url, team):
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as slow:
        slow.sendall(
            b"POST /api/v1/people HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\nAuthorization: Bearer " + team.recruiter.token.encode() + b"\r\n\r\n{"
        )
        answer = slow.recv(65536)
    assert answer.startswith(b"HTTP/1.1 408")


def test_who_has_no_key_is_refused_before_the_body_is_read(url):
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as eager:
        eager.sendall(
            b"POST /api/v1/documents HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        )
        assert eager.recv(65536).startswith(b"HTTP/1.1 401")


def test_too_many_files_are_refused(team):
    files = [("files", (f"{n}.txt", b"text")) for n in range(3)]
    answer = team.recruiter.post("/documents", files=files)
    assert (answer.status_code, answer.json()["code"]) == (413, "limit_exceeded")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b",
        b"--b\r\n\r\n",
        b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
        b"\x00" * 50,
    ],
)
def test_a_malformed_form_is_a_problem(team, body):
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = team.recruiter.post("/documents", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"name": "\xff"}', "application/json"),
        (b'{"name": "\\ud800"}', "application/json"),
        (b'{"name": "a", "more": 1}', "application/json"),
        (b"name=a", "application/x-www-form-urlencoded"),
        (b'{"name": "a"}', "text/plain"),
        (b"", "application/json"),
    ],
)
def test_a_malformed_body_is_a_problem(team, body, media_type):
    answer = team.recruiter.post("/people", content=body, headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["code"]) in {(422, "invalid_input"), (413, "limit_exceeded")}


def test_a_key_that_asks_too_often_is_told_to_wait(service):
    with running(create_app(service, HttpOptions(requests_per_minute=20))) as url:
        team = new_team(service, url)
        answers = [team.viewer.get("/workspace") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0].headers["RateLimit-Limit"] == "20"
        assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
        assert 1 <= int(answers[2].headers["Retry-After"]) <= 3
        assert ok(team.admin.get("/workspace"))
        team.close()


def test_keys_that_do_not_work_are_slowed_down_and_one_that_works_is_not(service, url, team):
    with Api(url, "mtr_aaaaaaaaaaaa_" + "a" * 43) as stranger:
        answers = [stranger.get("/workspace").status_code for _ in range(15)]
    assert set(answers) == {401, 429}
    assert ok(team.viewer.get("/workspace"))


def test_probes_are_answered_while_many_wait_for_the_models(service, url, team):
    """It once had 40 threads, and as many callers who waited kept everybody else out."""
    with ThreadPoolExecutor(50) as pool, service.engines.engine(None, service.this_month()):
        body = {"text": "Python"}
        waiting = [pool.submit(team.viewer.post, "/skills/detect", json=body) for _ in range(50)]
        until_true(lambda: service.engines.n_waiting >= 45)
        assert httpx.get(f"{url}/readyz", trust_env=False, timeout=5).status_code == 200
    assert {one.result().status_code for one in waiting} <= {200, 429}


def until_true(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_applications_count_their_own_requests(service):
    first, second = (create_app(service, HttpOptions()) for _ in range(2))
    first.state.metrics.note("GET", "/x", 200, 0.1)
    assert b'route="/x"' in first.state.metrics.text()
    assert b'route="/x"' not in second.state.metrics.text()
