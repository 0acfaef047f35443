"""A PostgreSQL server that all tests of a run share, and an empty schema of it for each that asks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.store.postgres_server import Server, running_server

_numbers = count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture
def schema() -> str:
    return f"test_{next(_numbers)}"
