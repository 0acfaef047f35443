"""Nothing that was answered with success is lost, whatever ends at once beneath the service or with it."""

from __future__ import annotations

import pytest

from tests.fuzz.restarts import restart_postgres, restart_service
from tests.fuzz.writers import NO_ANSWER
from tests.store.postgres_server import running_server


def test_a_database_that_ends_at_once_loses_nothing_and_the_service_goes_on_by_itself(tmp_path):
    pytest.importorskip("psycopg")
    with running_server() as server:
        found = restart_postgres(tmp_path, server, times=2, clients=3)
    assert (found.written.missing, found.written.twice, found.written.unasked) == (0, 0, 0)
    assert found.written.added > 0
    assert set(found.answers) <= {"201", "503 store_unavailable", "503 store_busy"}
    assert found.answers["503 store_unavailable"] > 0
    assert found.log_broken_at is None


def test_a_service_that_is_killed_loses_nothing(tmp_path):
    found = restart_service(tmp_path, times=1, clients=3)
    assert (found.written.missing, found.written.twice, found.written.unasked) == (0, 0, 0)
    assert found.written.added > 0
    assert set(found.answers) <= {"201", NO_ANSWER, "503 store_busy"}
    assert found.log_broken_at is None
