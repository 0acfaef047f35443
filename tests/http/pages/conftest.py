"""The pages behind a real socket, by words alone, with a workspace for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from metier.http.app import create_app
from metier.http.options import HttpOptions
from metier.service.service import Service
from metier.service.work.worker import Worker
from tests.http.pages.visitor import Team, Things, Visitor, add_things, new_team
from tests.http.running import running
from tests.service.small import opened


@pytest.fixture(scope="package")
def pages_service(tmp_path_factory) -> Iterator[Service]:
    with opened(tmp_path_factory.mktemp("pages")) as service:
        yield service


@pytest.fixture(scope="package")
def url(pages_service) -> Iterator[str]:
    with running(create_app(pages_service, HttpOptions(requests_per_minute=100_000))) as address:
        yield address


@pytest.fixture
def team(pages_service, url) -> Iterator[Team]:
    made = new_team(pages_service, url)
    yield made
    made.close()


@pytest.fixture
def things(team) -> Things:
    return add_things(team)


@pytest.fixture
def stranger(url) -> Iterator[Visitor]:
    with Visitor(url) as visitor:
        yield visitor


@pytest.fixture
def work(pages_service):
    """Do all jobs that wait."""

    def until_done() -> None:
        worker = Worker(pages_service, name="pages-tests")
        while worker.run_one():
            pass

    return until_done
