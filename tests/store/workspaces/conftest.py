"""A database of each kind, with a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from metier.store.workspaces.clock import SetClock
from metier.store.workspaces.database import Database
from tests.store.workspaces.world import make_world

KINDS = ["sqlite", "postgres"]


@pytest.fixture
def clock():
    return SetClock(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))


@pytest.fixture(params=KINDS)
def place(request, tmp_path):
    """Keywords that open a database, again and again the same."""
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("alembic")
    if request.param == "sqlite":
        return {"url": str(tmp_path / "service.db"), "timeout_s": 0.5}
    pytest.importorskip("psycopg")
    server, schema = request.getfixturevalue("server"), request.getfixturevalue("schema")
    return {"url": server.url(), "schema": schema, "timeout_s": 0.5}


@pytest.fixture
def database(place, clock):
    with Database.open(**place, clock=clock) as opened:
        yield opened


@pytest.fixture
def transaction(database):
    with database.transaction() as begun:
        yield begun


@pytest.fixture
def world(transaction):
    """One of each thing in a workspace."""
    return make_world(transaction)
