import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.store.workspaces.migrations import v0001


def test_it_is_the_first():
    assert (v0001.revision, v0001.down_revision) == ("0001", None)


def test_it_guards_the_log_in_both_databases(database):
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'log'::regclass AND NOT tgisinternal",
    }
    with database.reading() as transaction:
        found = transaction.connection.exec_driver_sql(names[transaction.connection.dialect.name]).scalars()
        assert {"log_no_change", "log_no_removal"} <= set(found)
