import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from metier.errors import NotFound, StoreDamaged, StoreUnavailable
from metier.store import sqlite_schema
from metier.store.sqlite_connection import connect
from metier.store.sqlite_schema import APPLICATION_ID, MIGRATIONS, check, prepare


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.db"


def pragma(path, name):
    connection = sqlite3.connect(path)
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    connection.close()
    return value


@pytest.mark.parametrize("empty", [False, True])
def test_a_missing_or_empty_file_becomes_a_store(path, empty):
    if empty:
        path.touch()
    prepare(path, timeout_s=1)
    assert pragma(path, "application_id") == APPLICATION_ID
    assert pragma(path, "user_version") == len(MIGRATIONS)
    assert pragma(path, "journal_mode") == "wal"
    check(path, timeout_s=1)


def test_a_new_store_is_for_its_owner_alone(path):
    # It holds the texts of resumes, and was once made with whatever rights new files have.
    prepare(path, timeout_s=1)
    assert path.stat().st_mode & 0o077 == 0


def test_preparing_twice_changes_nothing(path):
    prepare(path, timeout_s=1)
    before = path.read_bytes()
    prepare(path, timeout_s=1)
    assert path.read_bytes() == before


def test_a_file_left_by_an_interrupted_beginning_becomes_a_store(path):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.close()
    assert path.stat().st_size > 0
    prepare(path, timeout_s=1)
    assert pragma(path, "application_id") == APPLICATION_ID


def test_several_may_make_the_same_store(path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: prepare(path, timeout_s=20), range(16)))
    check(path, timeout_s=1)


def test_an_older_schema_is_brought_up_to_date(path, monkeypatch):
    prepare(path, timeout_s=1)
    more = (*MIGRATIONS, ("CREATE TABLE later (one INTEGER)",))
    monkeypatch.setattr(sqlite_schema, "MIGRATIONS", more)
    with pytest.raises(StoreUnavailable, match="earlier version of metier"):
        check(path, timeout_s=1)
    prepare(path, timeout_s=1)
    assert pragma(path, "user_version") == 2
    check(path, timeout_s=1)


def test_a_migration_that_fails_leaves_the_store_as_it_was(path, monkeypatch):
    prepare(path, timeout_s=1)
    more = (*MIGRATIONS, ("CREATE TABLE later (one INTEGER)", "no such statement"))
    monkeypatch.setattr(sqlite_schema, "MIGRATIONS", more)
    with pytest.raises(StoreDamaged):
        prepare(path, timeout_s=1)
    assert pragma(path, "user_version") == 1
    connection = sqlite3.connect(path)
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'later'").fetchall()
    connection.close()


@pytest.mark.parametrize("begin", [prepare, check])
def test_a_later_schema_is_refused_and_stays(path, begin):
    prepare(path, timeout_s=1)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreUnavailable, match=r"later version of metier \(schema 99; .* Update metier"):
        begin(path, timeout_s=1)
    assert pragma(path, "user_version") == 99


@pytest.mark.parametrize("begin", [prepare, check])
def test_a_database_of_another_program_is_refused_and_stays(path, begin):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (one INTEGER)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match="is a database of another program"):
        begin(path, timeout_s=1)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("begin", [prepare, check])
def test_garbage_is_refused_and_stays(path, begin):
    path.write_bytes(b"no database at all. " * 400)
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match="is no index of metier. Nothing in it was changed"):
        begin(path, timeout_s=1)
    assert path.read_bytes() == before


@pytest.mark.parametrize("begin", [prepare, check])
def test_an_empty_file_beside_a_journal_is_refused_and_both_stay(path, begin):
    path.touch()
    journal = path.with_name("index.db-wal")
    journal.write_bytes(b"what may be the last copy")
    with pytest.raises(StoreDamaged, match=r"is empty, but its journal index\.db-wal is not"):
        begin(path, timeout_s=1)
    assert journal.read_bytes() == b"what may be the last copy"


@pytest.mark.parametrize("empty", [False, True])
def test_there_must_be_a_store_to_read(path, empty):
    if empty:
        path.touch()
    with pytest.raises(NotFound, match="There is no index at .* Make one: metier search index"):
        check(path, timeout_s=1)
    assert not path.exists() or path.stat().st_size == 0


def test_a_missing_folder_and_a_folder_are_named(tmp_path):
    with pytest.raises(StoreUnavailable, match="there is no folder"):
        prepare(tmp_path / "missing" / "index.db", timeout_s=1)
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        prepare(tmp_path, timeout_s=1)


@pytest.mark.parametrize("name", ["with space.db", "50%?#&.db", "индекс.db", "it's.db"])
def test_any_name_of_a_file_will_do(tmp_path, name):
    prepare(tmp_path / name, timeout_s=1)
    assert (tmp_path / name).stat().st_size > 0
    connect(tmp_path / name, mode="ro", timeout_s=1).close()
