"""A service whose search compares with an encoder that is no model, and what does its jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from metier.encoders.fake import FakeEncoder
from metier.engine.loading import ModelShelf
from metier.search.vectors import SearchEncoder
from metier.service.service import open_service
from metier.service.work.worker import Worker
from metier.store.workspaces.clock import SetClock
from tests.service import small

_NUMBERS = count()


@pytest.fixture
def service(tmp_path):
    with small.opened(tmp_path) as opened:
        yield opened


@pytest.fixture
def clock():
    return SetClock(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def searchable(tmp_path, clock, monkeypatch):
    """A service with search."""
    monkeypatch.setattr(ModelShelf, "search_encoder", lambda self, name: SearchEncoder(FakeEncoder()))
    with open_service(small.options_of(tmp_path, search_model="fake"), clock=clock) as opened:
        yield opened


@pytest.fixture
def caller(service):
    return small.new_workspace(service)


@pytest.fixture
def work_off():
    """Do all jobs that can be begun now; return how many there were."""

    def do(service):
        worker = Worker(service, name="w")
        return sum(1 for _ in iter(worker.run_one, False))

    return do


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """Options of a service whose database is in a file, or on a server."""
    if request.param == "sqlite":
        return small.options_of(tmp_path)
    psycopg = pytest.importorskip("psycopg")
    running = request.getfixturevalue("server")
    name = f"service_{next(_NUMBERS)}"
    with psycopg.connect(running.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return small.options_of(tmp_path, database=running.url(name))
