"""The service as processes: some answer requests, some do jobs, and this one watches over them.

The watching process opens the port and starts the others, each of which opens the database and loads the
models for itself. One that dies is started anew; one that dies again and again ends the whole. All end with
the watching process, even where it is killed.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Final

from metier._extras import require
from metier.errors import BackendError, InvalidInput
from metier.http.options import HttpOptions
from metier.service.service import ServiceOptions, open_service

_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
_GRACE_S: Final = 20.0
_BACKLOG: Final = 2048
_MOST_CONNECTIONS: Final = 1000
# A process that dies this often within this time has a cause that starting it anew does not mend.
_MOST_DEATHS: Final = 5
_DEATHS_WITHIN_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What runs.

    Attributes:
        service: what each process opens.
        http: how requests are answered.
        host: address to listen at.
        port: its port; 0 for a free one.
        web_processes: how many answer requests; 0 where only jobs are done.
        job_processes: how many do jobs.
    """

    service: ServiceOptions
    http: HttpOptions
    host: str = "127.0.0.1"
    port: int = 8000
    web_processes: int = 1
    job_processes: int = 1

    def __post_init__(self) -> None:
        for name, least, most in (
            ("port", 0, 65_535),
            ("web_processes", 0, 64),
            ("job_processes", 0, 64),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise InvalidInput(f"{name} must be {least} to {most:,}. Got {value}.")
        if self.web_processes + self.job_processes == 0:
            raise InvalidInput(
                "There must be a process that answers requests or one that does jobs. Got none."
            )


def run_server(options: ServerOptions, *, on_ready: Callable[[str], object]) -> None:
    """Run the service until it is told to end by SIGTERM or Ctrl-C.

    Args:
        options: what runs.
        on_ready: called with the address once the first request is answered; with nothing listening, with
            an empty text once the processes are started.

    Raises:
        InvalidInput: the address cannot be listened at.
        BackendError: the processes die again and again.
    """
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(_listen(options)) if options.web_processes else None
        crew = stack.enter_context(_Crew(options, listening).running())
        if listening is not None:
            threading.Thread(
                target=_tell_when_ready, args=(listening, crew.ending, on_ready), daemon=True
            ).start()
        else:
            on_ready("")
        crew.watch()


@dataclass(slots=True)
class _Member:
    """One process of the service, which is started anew when it dies."""

    name: str
    target: Callable[..., None]
    process: BaseProcess
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_DEATHS))


class _Crew:
    """All processes of the service."""

    def __init__(self, options: ServerOptions, listening: socket.socket | None) -> None:
        self._options = options
        self._listening = listening
        self._context = multiprocessing.get_context("spawn")
        # Whoever holds the other end sees it close when this process ends, however it ends.
        self._alive_there, self._alive_here = self._context.Pipe(duplex=False)
        self._woken, self._wake = os.pipe()
        self._members: list[_Member] = []
        self.ending = threading.Event()

    @contextlib.contextmanager
    def running(self) -> Iterator[_Crew]:
        before = {
            number: signal.signal(number, self._told_to_end) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            for i in range(self._options.web_processes):
                self._add(f"web-{i + 1}", _answer_requests)
            for i in range(self._options.job_processes):
                self._add(f"jobs-{i + 1}", _work_off_jobs)
            yield self
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)
            for end in (self._woken, self._wake):
                os.close(end)
            self._alive_there.close()
            self._alive_here.close()

    def watch(self) -> None:
        """Start dead processes anew until told to end."""
        while not self.ending.is_set():
            wait([self._woken, *(member.process.sentinel for member in self._members)])
            if self.ending.is_set():
                return
            for member in self._members:
                if not member.process.is_alive():
                    self._start_anew(member)

    def _told_to_end(self, number: int, frame: object) -> None:
        del number, frame
        self.ending.set()
        os.write(self._wake, b".")

    def _add(self, name: str, target: Callable[..., None]) -> None:
        self._members.append(_Member(name, target, self._started(name, target)))

    def _started(self, name: str, target: Callable[..., None]) -> BaseProcess:
        arguments = (self._options, name, self._alive_there, self._listening)
        process = self._context.Process(target=target, args=arguments, name=f"metier-{name}")
        process.start()
        return process

    def _start_anew(self, member: _Member) -> None:
        now = time.monotonic()
        member.deaths.append(now)
        code = member.process.exitcode
        if len(member.deaths) == _MOST_DEATHS and now - member.deaths[0] < _DEATHS_WITHIN_S:
            raise BackendError(
                f"The process {member.name} ended {_MOST_DEATHS} times within {_DEATHS_WITHIN_S:.0f} s, at "
                f"last with exit status {code}. What it said before it ended says why."
            )
        self.ending.wait(min(5.0, 0.1 * 2 ** len(member.deaths)))
        if not self.ending.is_set():
            member.process = self._started(member.name, member.target)

    def _end(self) -> None:
        self.ending.set()
        for member in self._members:
            member.process.terminate()
        until = time.monotonic() + _GRACE_S + 5
        for member in self._members:
            member.process.join(max(0.0, until - time.monotonic()))
            if member.process.is_alive():
                member.process.kill()
                member.process.join()


@contextlib.contextmanager
def _listen(options: ServerOptions) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # The protocol is named since asyncio sends small answers at once only where it stands.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((options.host, options.port))
        except OSError as exc:
            raise InvalidInput(
                f"{options.host}:{options.port} cannot be listened at: {exc.strerror}. Name another port or "
                "host."
            ) from exc
        listening.listen(_BACKLOG)
        yield listening


def _tell_when_ready(
    listening: socket.socket, ending: threading.Event, on_ready: Callable[[str], object]
) -> None:
    host, port = listening.getsockname()[:2]
    host = _LOOPBACK.get(host, host)
    while not ending.wait(0.1):
        connection = HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                on_ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
                return
        except OSError:
            continue
        finally:
            connection.close()


def _answer_requests(options: ServerOptions, name: str, alive: Connection, listening: socket.socket) -> None:
    """Answer requests until SIGTERM; the body of a process."""
    from metier.http.access_log import configure_logging
    from metier.http.app import create_app
    from metier.http.connections import PromptConnection

    del name
    _end_with_parent(alive)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the parent tells when to end
    configure_logging()
    uvicorn = require("uvicorn")
    with open_service(options.service) as service:
        threading.Thread(target=_load_models, args=(service.engines.load,), daemon=True).start()
        config = uvicorn.Config(
            create_app(service, options.http),
            http=PromptConnection,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=_MOST_CONNECTIONS,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=int(_GRACE_S),
        )
        server = uvicorn.Server(config)
        signal.signal(signal.SIGTERM, server.handle_exit)
        server.run(sockets=[listening])


def _load_models(load: Callable[[], object]) -> None:
    # What fails here fails again, with a message to somebody, in the first request that needs the models.
    with contextlib.suppress(Exception):
        load()
    # Models and lists of words stay until the end. To walk over them for garbage takes a tenth of a second in
    # which nobody is answered: so one more time, and never again.
    gc.collect()
    gc.freeze()


def _work_off_jobs(
    options: ServerOptions, name: str, alive: Connection, listening: socket.socket | None
) -> None:
    """Do jobs until SIGTERM; the body of a process."""
    from metier.http.access_log import configure_logging
    from metier.service.work.worker import Worker

    if listening is not None:
        listening.close()
    ending = threading.Event()
    _end_with_parent(alive)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    configure_logging()
    with open_service(options.service) as service:
        Worker(service, name=f"{socket.gethostname()}-{os.getpid()}-{name}").run(ending.is_set)


def _end_with_parent(alive: Connection) -> None:
    """End this process as by SIGTERM once the one that started it is gone."""

    def watch() -> None:
        with contextlib.suppress(EOFError, OSError):
            alive.recv()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
