"""A running server, and clients of one workspace on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from metier.client import Client
from metier.http.app import create_app
from metier.http.options import HttpOptions
from metier.service import access
from metier.service.service import Service
from metier.store.workspaces.keys import KeyRole
from tests.http.running import running
from tests.service.small import new_workspace, opened


@pytest.fixture(scope="package")
def service(tmp_path_factory) -> Iterator[Service]:
    with opened(tmp_path_factory.mktemp("client")) as service:
        yield service


@pytest.fixture(scope="package")
def url(service) -> Iterator[str]:
    with running(create_app(service, HttpOptions(requests_per_minute=1_000_000))) as url:
        yield url


@pytest.fixture
def client(service, url) -> Iterator[Client]:
    """A client with the key of an administrator of a new workspace."""
    operator = new_workspace(service)
    _, token = access.add_key(service, operator, name="client", role=KeyRole.ADMIN)
    with Client(url, token) as client:
        yield client
