"""A Ray cluster to work on: one of its own on this machine, or one that others run."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from metier._extras import require
from metier.errors import BackendError, InvalidInput

_MUTE: Final = logging.CRITICAL + 1
_MEBIBYTE: Final = 1024**2
_STORE_BYTES: Final = 64 * _MEBIBYTE
_STORE_BYTES_PER_WORKER: Final = 64 * _MEBIBYTE
_SHORT_FOLDER: Final = Path("/tmp")  # sockets are made in it, and their paths may have about 100 characters
# Ray is told of these by variables alone, some of them while it is imported.
_NO_TELEMETRY: Final = {"RAY_USAGE_STATS_ENABLED": "0"}
_LITTLE_NOISE: Final = {
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".*",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_AS_OTHER_PROGRAMS: Final = {"RAY_worker_niceness": "0"}  # else workers starve where others work
_WAY_OUT: Final = {
    True: "Ray gives up on a machine that is too busy. Try again later, or work with --engine local.",
    False: "It needs the same versions of Ray and Python as here, and the same RAY_AUTH_TOKEN if it has one. "
    "Look at it with: ray status.",
}
"""By whether the cluster is one's own."""
_SHOWN: Final = ("enable_progress_bars", "print_on_execution_start")


class RayCluster:
    """Processes that share the work; use it as a context manager.

    A cluster of its own answers to nobody without a secret that is made for it and written nowhere; its
    logs and what does not fit into memory lie in a folder that only this user may open and that is removed
    at the end. A cluster that others run, or a connection that is open already, is left as it was found.

    Args:
        address: `host:port` of a running cluster, `auto` for the one that this machine belongs to, or None
            for one of its own.
        workers: processes to work in, 0 for as many as the cluster has processors.

    Raises:
        InvalidInput: fewer than 0 workers.
    """

    def __init__(self, *, address: str | None = None, workers: int = 0) -> None:
        if workers < 0:
            raise InvalidInput(f"workers must be at least 1, or 0 for one on each processor. Got {workers}.")
        self.address = address
        self.workers = workers
        self._ray: Any = None
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        """Start or join the cluster.

        Raises:
            BackendError: it does not start, does not answer, or runs another version of Ray or Python.
            MissingExtra: the `ray` extra is not installed.
        """
        with ExitStack() as ending:
            with _variables(self._settings()):
                ray = require("ray")
                require("ray.data")
                if not ray.is_initialized():
                    self._connect(ray, ending)
            ending.enter_context(_quiet_data(ray))
            self.workers = self.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
            self._ray = ray
            self._ending = ending.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ray = None
        self._ending.close()

    @property
    def ray(self) -> Any:
        """Return the module `ray`, connected.

        Raises:
            InvalidInput: the cluster is not open.
        """
        if self._ray is None:
            raise InvalidInput("A Ray cluster is used inside its `with` block. Open it first.")
        return self._ray

    def _settings(self) -> dict[str, str]:
        # What the user has set stays, telemetry apart.
        of_its_own = {**_AS_OTHER_PROGRAMS, **_secret()} if self.address is None else {}
        variables = {**_LITTLE_NOISE, **of_its_own}
        return {**{key: os.environ.get(key, value) for key, value in variables.items()}, **_NO_TELEMETRY}

    def _connect(self, ray: Any, ending: ExitStack) -> None:
        ending.enter_context(_kept_signal_handler())
        options = {"address": self.address} if self.address is not None else self._starting(ending)
        ending.callback(ray.shutdown)
        try:
            with _silent("ray"):
                ray.init(log_to_driver=False, configure_logging=False, **options)
        except Exception as error:  # Ray raises no narrower one where it is too slow to start
            where = "starts on this machine" if self.address is None else f"can be joined at {self.address}"
            raise BackendError(
                f"No Ray cluster {where} ({type(error).__name__}). {_WAY_OUT[self.address is None]}"
            ) from error

    def _starting(self, ending: ExitStack) -> dict[str, Any]:
        workers = self.workers or os.cpu_count() or 1
        short = _SHORT_FOLDER if _SHORT_FOLDER.is_dir() else None
        folder = tempfile.mkdtemp(prefix="metier-ray-", dir=short)
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        return {
            "address": "local",
            "num_cpus": workers,
            "include_dashboard": False,
            "object_store_memory": _STORE_BYTES + workers * _STORE_BYTES_PER_WORKER,
            "_temp_dir": folder,
        }


@contextmanager
def _kept_signal_handler() -> Iterator[None]:
    """Put back what is done at SIGTERM; meanwhile Ray ends its processes and leaves this one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)


@contextmanager
def _quiet_data(ray: Any) -> Iterator[None]:
    """Keep Ray Data from drawing bars and from telling of each retry."""
    # For good: a thread of Ray Data that looks for figures of the cluster outlives it, and tells of each try.
    logging.getLogger("ray.data._internal.usage").setLevel(_MUTE)
    context = ray.data.DataContext.get_current()
    before = {name: getattr(context, name) for name in _SHOWN}
    with _silent("ray.data"):
        try:
            for name in _SHOWN:
                setattr(context, name, False)
            yield
        finally:
            for name, value in before.items():
                setattr(context, name, value)


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Let a log say nothing for a while."""
    log = logging.getLogger(name)
    level = log.level
    log.setLevel(_MUTE)
    try:
        yield
    finally:
        log.setLevel(level)


@contextmanager
def _variables(wanted: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment for a while, and put back all that is changed meanwhile."""
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        for key in set(os.environ) - set(before):
            del os.environ[key]
        os.environ.update(before)


@cache
def _secret() -> dict[str, str]:
    """Return what lets processes into a cluster of one's own: with it Ray writes none to the home folder.

    There is one for each process, since Ray remembers the first.
    """
    return {"RAY_AUTH_TOKEN": secrets.token_hex(32)}
