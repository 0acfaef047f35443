import os
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import (
    InvalidInput,
    MissingExtra,
    NotFound,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreUnavailable,
)
from metier.store import sqlite_connection
from metier.store.workspaces import documents, log, migration, people, workspaces
from metier.store.workspaces.database import Database
from tests.store.workspaces.world import ACTOR, make_world, resume


def test_what_is_committed_is_there_after_opening_again(place):
    with Database.open(**place) as database, database.transaction() as transaction:
        made = workspaces.add(transaction, ACTOR, name="Команда 팀 \u202etxt")
    with Database.open(**place, create=False) as database, database.reading() as transaction:
        assert workspaces.get(transaction, made.id) == made


def test_an_error_undoes_all_of_a_transaction(database):
    def work():
        with database.transaction() as transaction:
            workspaces.add(transaction, ACTOR, name="Team")
            raise KeyError("mine")

    with pytest.raises(KeyError):
        work()
    with database.reading() as transaction:
        assert workspaces.page(transaction).items == ()


def test_without_create_nothing_is_made(place):
    with pytest.raises(NotFound, match="metier serve"):
        Database.open(**place, create=False)


def test_threads_that_open_a_new_database_at_once_all_get_one(place):
    errors = []

    def open_it():
        try:
            with (
                Database.open(**{**place, "timeout_s": 20}) as database,
                database.transaction() as transaction,
            ):
                workspaces.add(transaction, ACTOR, name="Team")
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with Database.open(**place) as database, database.reading() as transaction:
        assert len(workspaces.page(transaction).items) == 6


def test_a_later_version_is_refused(place):
    with Database.open(**place) as database, database.transaction() as transaction:
        transaction.connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
    with pytest.raises(StoreUnavailable, match="later version of metier"):
        Database.open(**place)


def test_an_earlier_version_needs_create(place, monkeypatch):
    Database.open(**place).close()
    monkeypatch.setattr(migration, "REVISIONS", (*migration.REVISIONS, "later"))
    with pytest.raises(StoreUnavailable, match="earlier version"):
        Database.open(**place, create=False)


def test_who_only_reads_cannot_write(database):
    with database.reading() as transaction, pytest.raises(InvalidInput, match="only reads"):
        workspaces.add(transaction, ACTOR, name="Team")


def test_readers_see_one_state_while_others_write(database):
    with database.reading() as reading:
        assert workspaces.page(reading).items == ()
        with database.transaction() as transaction:
            workspaces.add(transaction, ACTOR, name="Team")
        assert workspaces.page(reading).items == ()
    with database.reading() as reading:
        assert len(workspaces.page(reading).items) == 1


def test_another_writer_for_too_long_is_busy_and_changes_nothing(database):
    with database.transaction() as first:
        workspace = workspaces.add(first, ACTOR, name="Team").id
    with database.transaction() as first:
        workspaces.rename(first, workspace, ACTOR, name="Mine")
        with pytest.raises(StoreBusy, match="try again later"), database.transaction() as second:
            workspaces.rename(second, workspace, ACTOR, name="Theirs")
    with database.reading() as transaction:
        assert workspaces.get(transaction, workspace).name == "Mine"


def test_a_closed_database_says_so(database):
    database.close()
    with pytest.raises(InvalidInput, match="Open it again"), database.transaction():
        pass


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan"), float("inf")])
def test_a_timeout_must_be_above_0(tmp_path, timeout_s):
    with pytest.raises(InvalidInput, match="timeout_s"):
        Database.open(str(tmp_path / "a.db"), timeout_s=timeout_s)


def test_a_full_disk_loses_nothing(tmp_path, monkeypatch):
    path = str(tmp_path / "service.db")
    with Database.open(path) as database, database.transaction() as transaction:
        workspace = make_world(transaction).workspace
    monkeypatch.setattr(sqlite_connection, "SETTINGS", (*sqlite_connection.SETTINGS, "max_page_count = 150"))
    kept = []

    def fill(database):
        for number in range(100):
            with database.transaction() as transaction:
                content = f"{number}".encode() * 20_000
                documents.add(transaction, workspace, ACTOR, resume(content))
            kept.append(number)

    with Database.open(path) as database:
        with pytest.raises(StoreFull, match="make room"):
            fill(database)
        with database.reading() as transaction:
            assert len(documents.page(transaction, workspace).items) == len(kept) + 2 > 2
            assert log.verify(transaction, workspace).broken_at is None
    monkeypatch.undo()
    with Database.open(path) as database, database.transaction() as transaction:
        documents.add(transaction, workspace, ACTOR, resume(b"more" * 20_000))


def test_a_server_without_room_or_that_is_gone_has_a_typed_error():
    pytest.importorskip("psycopg")
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        Database.open("postgresql://nobody@127.0.0.1:1/none")


def test_scrub_leaves_no_byte_of_what_was_removed(tmp_path):
    path = tmp_path / "service.db"
    with Database.open(str(path)) as database:
        with database.transaction() as transaction:
            workspace = make_world(transaction).workspace
            person = people.add(transaction, workspace, ACTOR, name="Zanzibarova")
        with database.transaction() as transaction:
            people.change(transaction, workspace, ACTOR, person.id, name="X", external_id=None)
        assert database.scrub()
        for file in tmp_path.iterdir():
            assert b"Zanzibarova" not in file.read_bytes()


def test_scrub_waits_for_readers(tmp_path):
    with Database.open(str(tmp_path / "service.db"), timeout_s=0.1) as database:
        with database.reading() as reading:
            workspaces.page(reading)
            with database.transaction() as transaction:
                make_world(transaction)
            assert not database.scrub()
        assert database.scrub()


def test_scrub_of_a_server_leaves_the_tables_whole(database):
    with database.transaction() as transaction:
        made = make_world(transaction)
    database.scrub()
    with database.transaction() as transaction:
        assert people.get(transaction, made.workspace, made.person).name == "Ann"


def test_the_file_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "new" / "service.db"
    Database.open(str(path)).close()
    assert os.stat(path).st_mode & 0o077 == 0


def test_opening_what_is_up_to_date_is_quick(tmp_path):
    path = str(tmp_path / "service.db")
    Database.open(path).close()
    start = time.monotonic()
    Database.open(path).close()
    assert time.monotonic() - start < 2


def test_a_damaged_file_is_told_and_stays_as_it_is(tmp_path):
    path = tmp_path / "service.db"
    path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreDamaged, match="no database of the service"):
        Database.open(str(path))
    assert path.read_bytes() == b"no database at all" * 1000


def test_errors_quote_no_row(database):
    row = {"id": "same", "name": "Zanzibarova", "created_at": ""}
    with database.transaction() as transaction:
        transaction.add(transaction.table("workspaces"), row)
    with pytest.raises(InvalidInput) as caught, database.transaction() as transaction:
        transaction.add(transaction.table("workspaces"), row)
    assert "Zanzibarova" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_tables_of_another_program_are_refused(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    with pytest.raises(StoreDamaged, match="another program"):
        Database.open(str(path))


def test_importing_the_package_loads_no_optional_one():
    code = (
        "import importlib, pkgutil, sys\n"
        "import metier.store.workspaces as package\n"
        "for found in pkgutil.walk_packages(package.__path__, 'metier.store.workspaces.'):\n"
        "    importlib.import_module(found.name)\n"
        "print({'sqlalchemy', 'alembic', 'psycopg'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_without_the_extra_opening_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(MissingExtra, match=r"metier\[serve\]"):
        Database.open(str(tmp_path / "service.db"))
