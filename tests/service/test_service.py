from datetime import UTC, datetime, timedelta, timezone

import pytest

from metier.errors import InvalidInput, NotFound
from metier.service import access
from metier.service.service import open_service
from metier.store.opening import open_store
from metier.store.workspaces.clock import SetClock
from metier.types import YearMonth
from tests.service.small import new_workspace, opened, options_of

WORKSPACE = "0" * 26


def test_a_service_opens_again_with_what_it_holds(tmp_path):
    with opened(tmp_path) as service:
        caller = new_workspace(service, "Ours")
    with open_service(options_of(tmp_path), create=False) as again:
        assert access.workspace(again, caller).name == "Ours"


def test_a_database_that_is_not_there_is_not_made_unless_asked_for(tmp_path):
    with pytest.raises(NotFound):
        open_service(options_of(tmp_path), create=False)
    assert not (tmp_path / "service.db").exists()


def test_a_closed_service_gives_no_transaction(tmp_path):
    service = opened(tmp_path)
    service.close()
    with pytest.raises(InvalidInput), service.database.reading():
        pass


def test_the_month_follows_the_clock_in_utc(tmp_path):
    clock = SetClock(datetime(2026, 12, 1, 1, 0, tzinfo=timezone(timedelta(hours=3))))
    with open_service(options_of(tmp_path), clock=clock) as service:
        assert service.this_month() == YearMonth(2026, 11)
        clock.move(3 * 3600)
        assert service.this_month() == YearMonth(2026, 12)


def test_each_workspace_has_an_index_of_its_own(tmp_path):
    with opened(tmp_path) as service:
        one, other = new_workspace(service).workspace, new_workspace(service).workspace
        assert service.index_of(one) != service.index_of(other)
        with open_store(service.index_of(one)) as store:
            assert store.identity is None
    assert (tmp_path / "indexes" / f"{one}.sqlite").is_file()


@pytest.mark.parametrize("text", ["", "../x", "x" * 26, "0" * 25])
def test_what_can_be_no_workspace_leads_to_no_file(tmp_path, text):
    with opened(tmp_path) as service, pytest.raises(NotFound):
        service.index_of(text)


def test_an_index_on_a_server_is_a_schema_of_the_workspace(tmp_path):
    with opened(tmp_path, index="postgresql://u@h/d?sslmode=require") as service:
        place = service.index_of(WORKSPACE)
    assert place == f"postgresql://u@h/d?sslmode=require&schema=idx_{WORKSPACE}"


def test_options_show_no_password(tmp_path):
    options = options_of(tmp_path, database="postgresql://u:secret@h/d", index="postgresql://u:secret@h/d")
    assert "secret" not in repr(options)


def test_the_clock_is_that_of_the_database(tmp_path):
    clock = SetClock(datetime(2026, 1, 1, tzinfo=UTC))
    with open_service(options_of(tmp_path), clock=clock) as service:
        assert service.clock is clock
