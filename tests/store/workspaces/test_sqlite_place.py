import os

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import NotFound, StoreDamaged, StoreUnavailable
from metier.store.workspaces import workspaces
from metier.store.workspaces.database import Database
from metier.store.workspaces.sqlite_place import SqlitePlace
from tests.store.workspaces.world import ACTOR


@pytest.fixture
def path(tmp_path):
    return tmp_path / "service.db"


def test_what_is_committed_survives_a_power_cut(path):
    with Database.open(str(path)) as database, database.reading() as transaction:
        settings = {"synchronous": 2, "journal_mode": "wal", "secure_delete": 1, "foreign_keys": 1}
        for name, value in settings.items():
            assert transaction.connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value


def test_a_missing_file_is_not_made_without_create(path):
    with pytest.raises(NotFound, match="metier serve"):
        SqlitePlace(path, timeout_s=1).prepare(create=False)
    assert not path.exists()


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(StoreUnavailable, match="is a folder"):
        SqlitePlace(tmp_path, timeout_s=1).prepare(create=True)


def test_a_place_that_cannot_be_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        SqlitePlace(tmp_path / "file" / "service.db", timeout_s=1).prepare(create=True)


def test_a_file_that_was_cut_off_beside_its_journal_is_left_alone(path):
    path.touch()
    journal = path.with_name("service.db-wal")
    journal.write_bytes(b"changes")
    with pytest.raises(StoreDamaged, match="was cut off"):
        SqlitePlace(path, timeout_s=1).prepare(create=True)
    assert journal.read_bytes() == b"changes"


def test_a_file_that_goes_away_or_is_replaced_is_noticed(path):
    with Database.open(str(path)) as database:
        with database.transaction() as transaction:
            workspaces.add(transaction, ACTOR, name="Team")
        moved = path.with_name("moved.db")
        os.rename(path, moved)
        with pytest.raises(StoreUnavailable, match="Put it back"), database.transaction():
            pass
        path.write_bytes(b"")
        with pytest.raises(StoreUnavailable, match="replaced by another"), database.reading():
            pass
        os.replace(moved, path)
        with database.reading() as transaction:
            assert len(workspaces.page(transaction).items) == 1
