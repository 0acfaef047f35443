"""Lines of the log: JSON, one for each request, without anything about anybody."""

from __future__ import annotations

import json
import logging
import sys

import httpx
import pytest

from metier.http.access_log import ACCESS, JsonLines, configure_logging, origin_of, route_of
from metier.http.app import create_app
from metier.http.options import HttpOptions
from tests.http.running import new_team, running
from tests.service.small import opened

MARKER = "Anna-Berg-7"


@pytest.fixture
def logs():
    """Loggers as they were, after the test too."""
    names = ("metier", "uvicorn", "uvicorn.access")
    kept = {
        name: (log.handlers, log.level, log.propagate, log.disabled)
        for name in names
        for log in [logging.getLogger(name)]
    }
    yield
    for name, (handlers, level, propagate, disabled) in kept.items():
        log = logging.getLogger(name)
        log.handlers, log.propagate, log.disabled = handlers, propagate, disabled
        log.setLevel(level)


def test_a_request_is_one_line_without_what_was_sent(tmp_path, caplog):
    # A line is written when the answer is out, so the server has to end before all are there.
    caplog.set_level(logging.INFO, logger=ACCESS)
    with opened(tmp_path) as service, running(create_app(service, HttpOptions())) as url:
        team = new_team(service, url)
        team.recruiter.post("/people", json={"name": MARKER}, headers={"X-Name": MARKER})
        team.recruiter.get(f"/people/{MARKER}", params={"name": MARKER})
        team.recruiter.get(f"/{MARKER}")
        token = team.recruiter.token
        team.close()
    made, looked, unknown = [record.fields for record in caplog.records if record.name == ACCESS]
    assert (made["method"], made["route"], made["status"]) == ("POST", "/api/v1/people", 201)
    assert made["key"]
    assert made["bytes"] > 0
    assert looked["route"] == "/api/v1/people/{person}"
    assert (unknown["route"], unknown["status"]) == ("-", 404)
    lines = [JsonLines().format(record) for record in caplog.records]
    assert all(MARKER not in line and token not in line for line in lines)


def test_probes_are_not_logged(tmp_path, caplog):
    caplog.set_level(logging.INFO, logger=ACCESS)
    with opened(tmp_path) as service, running(create_app(service, HttpOptions())) as url:
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
    assert [record for record in caplog.records if record.name == ACCESS] == []


def test_a_line_tells_where_an_exception_came_from_and_not_what_it_said():
    try:
        int(MARKER)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    line = JsonLines().format(record)
    told = json.loads(line)
    assert (told["exception"], told["level"], told["message"]) == ("ValueError", "error", "failed")
    assert "test_access_log.py" in told["frames"][0]
    assert MARKER not in line
    assert "\n" not in line


def test_logging_goes_to_standard_error_as_json(logs, capsys):
    configure_logging()
    logging.getLogger(ACCESS).info("request", extra={"fields": {"status": 200}})
    logging.getLogger("uvicorn.access").info("GET /?q=%s", MARKER)
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["status"] == 200


def test_a_request_that_no_route_answers_has_no_route():
    assert route_of({"type": "http"}) == "-"


def test_an_exception_without_a_trace_has_no_frames():
    assert origin_of(ValueError("x")) == {"exception": "ValueError", "frames": []}
