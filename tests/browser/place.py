"""A whole service with its shipped models, a worker and the pages, for browsers to be pointed at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from metier.http.app import create_app
from metier.http.options import HttpOptions
from metier.service import access
from metier.service.service import Service
from metier.service.work.worker import Worker
from metier.store.workspaces.keys import KeyRole
from tests.http.running import running
from tests.service.small import new_workspace, opened

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Place:
    """Where the pages are, and keys for them."""

    url: str
    service: Service
    admin: str
    recruiter: str


@contextmanager
def open_place(folder: Path, *, models: bool = True) -> Iterator[Place]:
    """Yield a service that answers and works until the end."""
    changes = {"model": "base", "search_model": "base"} if models else {}
    with opened(folder, **changes) as service:
        operator = new_workspace(service, "Hiring team")
        keys = {
            role: access.add_key(service, operator, name=name, role=role)[1]
            for role, name in ((KeyRole.ADMIN, "Olga"), (KeyRole.RECRUITER, "Maria"))
        }
        app = create_app(service, HttpOptions(requests_per_minute=6000))
        with running(app) as url, _working(service):
            yield Place(url, service, keys[KeyRole.ADMIN], keys[KeyRole.RECRUITER])


@contextmanager
def _working(service: Service) -> Iterator[None]:
    ended = threading.Event()
    worker = Worker(service, name="browser-tests")
    thread = threading.Thread(target=worker.run, args=(ended.is_set,), kwargs={"poll_s": 0.05}, name="worker")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(60)
    assert not thread.is_alive()
