import contextlib
import os
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest


@contextlib.contextmanager
def started(tmp_path, *arguments):
    """Give a running command of the service, with what it has written to standard error so far."""
    environment = {
        **os.environ,
        "METIER_DATA_DIR": str(tmp_path / "data"),
        "METIER_CONFIG": str(tmp_path / "config.toml"),
        "METIER_MODEL": "none",
        "METIER_OCR_LANGUAGES": "none",
    }
    (tmp_path / "config.toml").touch()
    log = tmp_path / f"{arguments[0]}.log"
    command = [sys.executable, "-m", "metier", *arguments]
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        ) as process,
    ):
        try:
            yield process, lambda: log.read_text(encoding="utf-8")
        finally:
            process.kill()


def awaited(said, pattern):
    until = time.monotonic() + 60
    while not (found := re.search(pattern, said())):
        assert time.monotonic() < until, said()
        time.sleep(0.05)
    return found


def test_the_first_start_prints_a_key_that_lets_in_and_the_next_prints_none(tmp_path):
    with started(tmp_path, "serve", "--port", "0") as (process, said):
        key = process.stdout.readline().strip()
        url = awaited(said, r"metier is at (http://127\.0\.0\.1:\d+/)")[1]
        shown = httpx.get(f"{url}api/v1/workspace", headers={"Authorization": f"Bearer {key}"})
        assert (shown.status_code, shown.json()["name"]) == (200, "Hiring team")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert "goes on at the next start" in said()
        assert key not in said()
    with started(tmp_path, "serve", "--port", "0") as (process, said):
        awaited(said, "metier is at")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stdout.read() == ""
    with started(tmp_path, "worker") as (process, said):
        awaited(said, "Doing jobs")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["serve", "--demo", "--database", "x.db"], "--demo opens a database of its own"),
        (["serve", "--web-processes", "0"], "--web-processes must be 1 or more"),
        (["serve", "--port", "99999"], "port must be 0 to 65,535"),
        (["serve", "--public-url", "metier.example.org"], "public_url must begin with http"),
        (["worker"], "There is no database"),
    ],
)
def test_what_cannot_be_served_is_told(metier, arguments, rule):
    done = metier(*arguments)
    assert done.code == 2
    assert rule in done.err


def test_whoever_listens_for_others_without_tls_is_warned(metier, monkeypatch):
    monkeypatch.setattr("metier.http.server.run_server", lambda options, on_ready: on_ready("http://x/"))
    assert "not encrypted" in metier("serve", "--host", "0.0.0.0").err
    assert "not encrypted" not in metier("serve").err
    assert (
        "not encrypted" not in metier("serve", "--host", "0.0.0.0", "--public-url", "https://m.example").err
    )
