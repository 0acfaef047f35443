"""One application for all tests of the API: each makes a workspace of its own in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from metier.http.app import create_app
from metier.http.options import HttpOptions
from metier.service.service import Service
from tests.http.running import Team, Things, add_things, new_team, running
from tests.service.small import opened


@dataclass(frozen=True)
class Site:
    """A running application with its service."""

    url: str
    service: Service


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Site]:
    options = HttpOptions(requests_per_minute=1_000_000, max_files=5)
    with opened(tmp_path_factory.mktemp("api")) as service, running(create_app(service, options)) as url:
        yield Site(url, service)


@pytest.fixture
def team(site) -> Iterator[Team]:
    made = new_team(site.service, site.url)
    yield made
    made.close()


@pytest.fixture(scope="package")
def stocked(site) -> Iterator[tuple[Team, Things]]:
    """A workspace with one of each thing; tests leave it as it is."""
    made = new_team(site.service, site.url, "Stocked")
    yield made, add_things(made)
    made.close()


@pytest.fixture(scope="package")
def others(site) -> Iterator[tuple[Team, Things]]:
    """Another workspace with things of its own, which must never be seen from the first."""
    made = new_team(site.service, site.url, "Others")
    yield made, add_things(made, 2)
    made.close()
