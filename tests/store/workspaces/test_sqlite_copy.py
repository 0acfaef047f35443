import sqlite3
import threading

import pytest

from metier.errors import InvalidInput, NotFound, StoreDamaged, StoreUnavailable
from metier.store.workspaces import log, people, workspaces
from metier.store.workspaces.database import Database
from metier.store.workspaces.log import Actor, ActorKind
from metier.store.workspaces.sqlite_copy import copy_database

ACTOR = Actor(ActorKind.OPERATOR)


@pytest.fixture
def place(tmp_path):
    path = tmp_path / "metier.db"
    with Database.open(str(path)) as database, database.transaction() as transaction:
        team = workspaces.add(transaction, ACTOR, name="Team")
        people.add(transaction, team.id, ACTOR, name="Ada")
    return path


def test_the_copy_holds_what_the_database_held_and_opens_as_one(place, tmp_path):
    copy = tmp_path / "copy.db"
    assert copy_database(place, copy) == copy.stat().st_size
    with Database.open(str(copy), create=False) as database, database.reading() as transaction:
        (team,) = workspaces.page(transaction).items
        assert [person.name for person in people.page(transaction, team.id).items] == ["Ada"]
        assert log.verify(transaction, team.id).broken_at is None
    assert copy.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]


def test_a_copy_that_is_taken_while_others_write_is_of_one_moment(place, tmp_path):
    ending = threading.Event()

    def write():
        with Database.open(str(place)) as database:
            with database.reading() as transaction:
                (team,) = workspaces.page(transaction).items
            number = 0
            while not ending.is_set():
                number += 1
                with database.transaction() as transaction:
                    people.add(transaction, team.id, ACTOR, name=f"Person {number}", external_id=str(number))

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for number in range(3):
            copy_database(place, tmp_path / f"copy-{number}.db")
    finally:
        ending.set()
        writing.join()
    for number in range(3):
        with (
            Database.open(str(tmp_path / f"copy-{number}.db")) as database,
            database.reading() as transaction,
        ):
            (team,) = workspaces.page(transaction).items
            assert log.verify(transaction, team.id).broken_at is None


def test_nothing_is_written_over(place, tmp_path):
    there = tmp_path / "there.db"
    there.write_bytes(b"mine")
    with pytest.raises(InvalidInput, match="is there already"):
        copy_database(place, there)
    assert there.read_bytes() == b"mine"


def test_what_is_not_there_cannot_be_copied(tmp_path):
    with pytest.raises(NotFound, match="There is no database at"):
        copy_database(tmp_path / "none.db", tmp_path / "copy.db")


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be one" * 50])
def test_a_file_of_another_kind_is_not_copied(content, tmp_path):
    other = tmp_path / "other.db"
    other.write_bytes(content)
    with pytest.raises(StoreDamaged, match="is no database of the service"):
        copy_database(other, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy*"))


def test_a_database_of_another_program_is_not_copied(tmp_path):
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    with pytest.raises(StoreDamaged, match="is no database of the service"):
        copy_database(other, tmp_path / "copy.db")


def test_a_folder_that_is_not_there_is_said_so(place, tmp_path):
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        copy_database(place, tmp_path / "none" / "copy.db")
