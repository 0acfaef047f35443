"""A database, or the service itself, that ends at once and starts again while clients write."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from metier.http.app import create_app
from metier.http.options import HttpOptions
from metier.service import access
from metier.service.service import Service
from metier.store.workspaces import log
from metier.store.workspaces.keys import KeyRole
from tests.fuzz.writers import Writers, Written, compare
from tests.http.running import running
from tests.service.small import new_workspace, opened
from tests.store.postgres_server import Server

UP_S = 60.0
_REPOSITORY = Path(__file__).parent.parent.parent
_SERVE = """
import sys
from pathlib import Path
import uvicorn
from metier.http.app import create_app
from metier.http.options import HttpOptions
from tests.service.small import opened

with opened(Path(sys.argv[1])) as service:
    app = create_app(service, HttpOptions(requests_per_minute=10_000_000))
    uvicorn.run(app, port=int(sys.argv[2]), log_level="critical", access_log=False)
"""


class Restartable(Protocol):
    """What ends at once and is started again."""

    def crash(self) -> None: ...

    def start(self) -> None: ...


@dataclass(frozen=True)
class Restarts:
    """What became of it.

    Attributes:
        times: how often it was ended and started.
        answers: how often each status came.
        written: what is there of what was answered with success.
        back_s: after each start, how long until the service answered again.
        waits_s: how long those requests took that did not succeed at once.
        log_broken_at: where the chain of the log is broken, or None.
    """

    times: int
    answers: dict[str, int]
    written: Written
    back_s: tuple[float, ...]
    waits_s: tuple[float, ...]
    log_broken_at: int | None

    def to_mapping(self) -> dict[str, Any]:
        """Return it with the longest times instead of all."""
        return {
            "times": self.times,
            "answers": dict(sorted(self.answers.items())),
            **asdict(self.written),
            "log_broken_at": self.log_broken_at,
            "back_s": {"median": _median(self.back_s), "most": round(max(self.back_s), 2)},
            "waits_s": {"n": len(self.waits_s), "most": round(max(self.waits_s, default=0.0), 2)},
        }


def restart_postgres(folder: Path, server: Server, *, times: int, clients: int, seed: int = 0) -> Restarts:
    """Write while PostgreSQL ends at once (SIGQUIT) and starts again; the service runs on."""
    with opened(folder, database=server.url()) as service:
        app = create_app(service, HttpOptions(requests_per_minute=10_000_000))
        token, workspace = _key(service)
        with running(app) as url:
            return _restart(server, Writers(url, token), service, workspace, (times, clients, seed))


def restart_service(folder: Path, *, times: int, clients: int, seed: int = 0) -> Restarts:
    """Write to SQLite while the process that answers is killed (SIGKILL) and started again."""
    with opened(folder) as service:
        token, workspace = _key(service)
        with _Process(folder) as process:
            writers = Writers(process.url, token)
            return _restart(process, writers, service, workspace, (times, clients, seed))


def _restart(
    victim: Restartable, writers: Writers, service: Service, workspace: str, plan: tuple[int, int, int]
) -> Restarts:
    times, clients, seed = plan
    rng, back = random.Random(seed), []
    with writers.writing(clients):
        for _ in range(times):
            time.sleep(rng.uniform(0.2, 1.0))
            victim.crash()
            time.sleep(rng.uniform(0.0, 0.3))
            victim.start()
            back.append(_seconds_until_ready(writers.url))
        time.sleep(0.3)
    with service.database.reading() as transaction:
        broken_at = log.verify(transaction, workspace).broken_at
    written = compare(writers)
    return Restarts(times, dict(writers.answers), written, tuple(back), tuple(writers.waits_s), broken_at)


def _key(service: Service) -> tuple[str, str]:
    operator = new_workspace(service, "Writers")
    return access.add_key(service, operator, name="writers", role=KeyRole.ADMIN)[1], operator.workspace


def _seconds_until_ready(url: str) -> float:
    begun = time.monotonic()
    while time.monotonic() < begun + UP_S:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz", trust_env=False, timeout=5).status_code == 200:
                return time.monotonic() - begun
        time.sleep(0.01)
    raise TimeoutError(f"the service did not answer again within {UP_S:.0f} s")


def _median(values: Sequence[float]) -> float:
    return round(sorted(values)[len(values) // 2], 2)


class _Process:
    """A service in a process of its own, on one port."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _Process:
        self.start()
        _seconds_until_ready(self.url)
        return self

    def __exit__(self, *_: object) -> None:
        self.crash()

    def start(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(_REPOSITORY), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-c", _SERVE, str(self._folder), str(self._port)]
        self._process = subprocess.Popen(command, env=environment)

    def crash(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
