"""The processes of the service, started for real on a free port of this machine."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from metier.errors import BackendError, InvalidInput
from metier.http import server
from metier.http.options import HttpOptions
from metier.http.server import ServerOptions, run_server
from metier.limits import OcrPolicy, ReadingLimits
from metier.service.service import ServiceOptions

_CODE = """
import sys
from pathlib import Path
from metier.http.options import HttpOptions
from metier.http.server import ServerOptions, run_server
from metier.limits import OcrPolicy, ReadingLimits
from metier.service.service import ServiceOptions

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    database, index = str(folder / "metier.db"), str(folder / "index")
    service = ServiceOptions(database, index, folder, folder, ReadingLimits(), OcrPolicy(()), model="none")
    options = ServerOptions(service, HttpOptions(), port=0, web_processes=int(sys.argv[2]), job_processes=1)
    run_server(options, on_ready=lambda url: print(url, flush=True))
"""


def service_options(folder):
    return ServiceOptions(
        str(folder / "metier.db"),
        str(folder / "index"),
        folder,
        folder,
        ReadingLimits(),
        OcrPolicy(()),
        model="none",
    )


@contextlib.contextmanager
def running(folder, n_web=1):
    """Give the process of a running service, and its address."""
    script = folder / "run.py"
    script.write_text(_CODE, encoding="utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(script), str(folder), str(n_web)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def children(pid):
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return {int(child): Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8") for child in found}


def members(pid):
    """Return the processes that answer requests or do jobs; multiprocessing has one of its own besides."""
    return [child for child, command in children(pid).items() if "spawn_main" in command]


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(condition, within_s=30.0):
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.05)


def is_up(url):
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{url}healthz", timeout=2).status_code == 200
    return False


def test_a_process_that_is_killed_is_started_anew_and_all_end_together(tmp_path):
    with running(tmp_path) as (process, url):
        assert url.startswith("http://127.0.0.1:")
        assert is_up(url)
        before = members(process.pid)
        assert len(before) == 2
        for child in before:
            os.kill(child, signal.SIGKILL)
        wait_until(lambda: len(set(members(process.pid)) - set(before)) == 2)
        wait_until(lambda: is_up(url))
        after = members(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert all(is_gone(child) for child in after)


def test_a_small_answer_waits_for_no_other(tmp_path):
    with running(tmp_path) as (_, url), httpx.Client() as client:
        headers, body = {"Authorization": "Bearer none"}, {"text": "x" * 1000}
        spans = []
        for _ in range(20):
            begun = time.perf_counter()
            client.post(f"{url}api/v1/skills/detect", headers=headers, json=body)
            spans.append(time.perf_counter() - begun)
    # What waits for an acknowledgement of the packet before takes 40 ms and more.
    assert sorted(spans)[len(spans) // 2] < 0.035


@pytest.mark.parametrize("load", [dict, lambda: 1 / 0], ids=["loads", "fails"])
def test_what_is_loaded_is_not_looked_through_for_garbage_again(load):
    before = gc.get_freeze_count()
    try:
        server._load_models(load)
        assert gc.get_freeze_count() > before + 10_000
    finally:
        gc.unfreeze()


def test_the_others_end_when_the_one_that_watches_is_killed(tmp_path):
    with running(tmp_path) as (process, _):
        left = members(process.pid)
        process.kill()
        wait_until(lambda: all(is_gone(child) for child in left))


def test_a_port_that_is_taken_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = ServerOptions(service_options(tmp_path), HttpOptions(), port=taken.getsockname()[1])
        with pytest.raises(InvalidInput, match="cannot be listened at: Address already in use"):
            run_server(options, on_ready=lambda url: None)


def test_what_dies_again_and_again_ends_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "_MOST_DEATHS", 2)
    options = ServerOptions(
        ServiceOptions("/proc/no/such.db", "/proc/no", tmp_path, tmp_path, ReadingLimits(), OcrPolicy(())),
        HttpOptions(),
        web_processes=0,
    )
    with pytest.raises(BackendError, match="The process jobs-1 ended 2 times"):
        run_server(options, on_ready=lambda url: None)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"port": 70_000}, "port must be 0 to 65,535"),
        ({"web_processes": -1}, "web_processes must be 0 to 64"),
        ({"job_processes": 65}, "job_processes must be 0 to 64"),
        ({"web_processes": 0, "job_processes": 0}, "There must be a process"),
    ],
)
def test_options_out_of_range_are_refused(values, rule, tmp_path):
    with pytest.raises(InvalidInput, match=rule):
        ServerOptions(service_options(tmp_path), HttpOptions(), **values)
