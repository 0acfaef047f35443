"""A service on a database of each kind, whose clock stands still, and two workspaces in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from metier.service.engines import EngineRoom
from metier.service.service import Service
from metier.store.workspaces.clock import SetClock
from metier.store.workspaces.database import Database
from tests.service.small import options_of
from tests.service.team import Team, make_team
from tests.store.conftest import schema, server  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def room(tmp_path_factory) -> Iterator[EngineRoom]:
    """What goes by words alone; one process that parses files for all tests."""
    made = EngineRoom(options_of(tmp_path_factory.mktemp("room")))
    yield made
    made.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 15, 12, 0, tzinfo=UTC))


@pytest.fixture(params=["sqlite", "postgres"])
def service(request, tmp_path, clock, room) -> Iterator[Service]:
    options = options_of(tmp_path)
    place = {"url": options.database}
    if request.param == "postgres":
        pytest.importorskip("psycopg")
        running = request.getfixturevalue("server")
        place = {"url": running.url(), "schema": request.getfixturevalue("schema")}
    with Database.open(**place, clock=clock, timeout_s=5.0) as database:
        yield Service(options, database, room)


@pytest.fixture
def team(service) -> Team:
    return make_team(service, "Team")


@pytest.fixture
def others(service) -> Team:
    """Another workspace, which must never see anything of the first."""
    return make_team(service, "Others")
