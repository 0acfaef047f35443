import hashlib
import multiprocessing
import threading
from datetime import UTC, datetime

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, InvalidInput, NotFound
from metier.store.workspaces import log, people, workspaces
from metier.store.workspaces.clock import SetClock
from metier.store.workspaces.database import Database
from metier.store.workspaces.log import NO_HASH, Actor, ActorKind, Event, LogCheck, LogHead
from tests.store.workspaces.world import ACTOR

PROCESSES = multiprocessing.get_context("forkserver")


@pytest.fixture
def workspace(database):
    with database.transaction() as transaction:
        return workspaces.add(transaction, ACTOR, name="Team").id


def append(database, workspace, number=1):
    for i in range(number):
        with database.transaction() as transaction:
            log.append(transaction, workspace, ACTOR, Event("thing.make", f"t{i}", details={"n": i}))


def tamper(database, *statements):
    """Change the log as someone would who owns the database."""
    with database.transaction() as transaction:
        execute = transaction.connection.exec_driver_sql
        if transaction.connection.dialect.name == "sqlite":
            for name in ("log_no_change", "log_no_removal", "log_in_order"):
                execute(f"DROP TRIGGER {name}")
        else:
            execute("ALTER TABLE log DISABLE TRIGGER USER")
        for statement in statements:
            execute(statement)


def verify(database, workspace, noted=None):
    with database.reading() as transaction:
        return log.verify(transaction, workspace, noted)


def test_entries_are_chained_by_their_hashes(database, workspace):
    append(database, workspace, 2)
    with database.reading() as transaction:
        first, second, third = log.entries(transaction, workspace)
        assert log.head(transaction, workspace) == LogHead(3, third.hash)
    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert [first.previous_hash, second.previous_hash, third.previous_hash] == [
        NO_HASH,
        first.hash,
        second.hash,
    ]
    assert (second.action, second.subject, second.details) == ("thing.make", "t0", {"n": 0})
    assert second.actor == "key:k1"
    assert verify(database, workspace) == LogCheck(3)


def test_a_hash_is_the_same_on_every_machine():
    fields = {"workspace": "w", "number": 1, "at": "t", "details": {"b": 1, "a": [None, True]}}
    text = b'{"at":"t","details":{"a":[null,true],"b":1},"number":1,"workspace":"w"}'
    assert log.hash_of(fields) == hashlib.sha256(text).hexdigest()


def test_an_empty_log_has_a_head_and_is_sound(transaction):
    nowhere = transaction.new_id()
    assert log.head(transaction, nowhere) == LogHead(0, NO_HASH)
    assert log.verify(transaction, nowhere) == LogCheck(0)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE log SET actor = 'x'", "DELETE FROM log", "DELETE FROM log WHERE number = 1"],
)
def test_the_database_refuses_to_change_the_log(database, workspace, statement):
    with pytest.raises(Conflict, match="refuses"), database.transaction() as transaction:
        transaction.connection.exec_driver_sql(statement)
    assert verify(database, workspace) == LogCheck(1)


def test_the_database_refuses_to_replace_or_empty_the_log(database, workspace):
    statements = {"sqlite": "INSERT OR REPLACE INTO log SELECT * FROM log", "postgresql": "TRUNCATE log"}
    with pytest.raises(Conflict, match="refuses"), database.transaction() as transaction:
        transaction.connection.exec_driver_sql(statements[transaction.connection.dialect.name])
    assert verify(database, workspace) == LogCheck(1)


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'key:other'",
        "at = '2020-01-01T00:00:00.000000Z'",
        "details = '{\"n\": 1}'",
        "details = 'no json'",
        "details = '[1]'",
        "subject = ''",
        "model = 'x'",
        "result = 'x'",
        "action = 'x'",
        "hash = 'x'",
    ],
)
def test_a_changed_entry_is_named(database, workspace, change):
    append(database, workspace, 3)
    tamper(database, f"UPDATE log SET {change} WHERE number = 3")
    assert verify(database, workspace) == LogCheck(2, 3, "changed")


def test_an_entry_with_a_hash_made_anew_breaks_the_chain_behind_it(database, workspace):
    append(database, workspace, 3)
    with database.reading() as transaction:
        entry = log.entries(transaction, workspace)[1]
    fields = {name: getattr(entry, name) for name in entry.__slots__ if name != "hash"}
    forged = log.hash_of({**fields, "actor": "key:other"})
    tamper(database, f"UPDATE log SET actor = 'key:other', hash = '{forged}' WHERE number = 2")
    assert verify(database, workspace) == LogCheck(2, 3, "unchained")


def test_a_removed_entry_is_named(database, workspace):
    append(database, workspace, 3)
    tamper(database, "DELETE FROM log WHERE number = 2")
    assert verify(database, workspace) == LogCheck(1, 2, "missing")


def test_a_cut_end_shows_against_a_noted_head(database, workspace):
    append(database, workspace, 3)
    with database.reading() as transaction:
        noted = log.head(transaction, workspace)
    append(database, workspace)
    assert verify(database, workspace, noted) == LogCheck(5)
    tamper(database, "DELETE FROM log WHERE number > 2")
    assert verify(database, workspace) == LogCheck(2)
    assert verify(database, workspace, noted) == LogCheck(2, 3, "missing")
    append(database, workspace, 3)
    assert verify(database, workspace, noted) == LogCheck(3, 4, "head")


def test_the_logs_of_two_workspaces_are_apart(database, workspace):
    with database.transaction() as transaction:
        other = workspaces.add(transaction, ACTOR, name="Other").id
    append(database, other, 2)
    assert verify(database, workspace) == LogCheck(1)
    assert verify(database, other) == LogCheck(3)


def test_threads_append_to_one_chain(place, clock, workspace):
    with Database.open(**{**place, "timeout_s": 30}, clock=clock) as database:
        threads = [threading.Thread(target=append, args=(database, workspace, 10)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert verify(database, workspace) == LogCheck(51)


def append_elsewhere(place, workspace):
    with Database.open(**place, clock=SetClock(datetime(2026, 3, 1, tzinfo=UTC))) as database:
        append(database, workspace, 10)


def test_processes_append_to_one_chain(place, database, workspace):
    arguments = ({**place, "timeout_s": 30}, workspace)
    processes = [PROCESSES.Process(target=append_elsewhere, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert verify(database, workspace) == LogCheck(31)


def test_entries_come_by_subject_and_in_pages(database, workspace):
    append(database, workspace, 3)
    with database.reading() as transaction:
        assert [entry.number for entry in log.entries(transaction, workspace, subject="t1")] == [3]
        assert [entry.number for entry in log.entries(transaction, workspace, after=2, limit=1)] == [3]
        assert log.entries(transaction, workspace, after=4) == ()


@pytest.mark.parametrize(
    "event",
    [
        Event("a b", "s"),
        Event("a", "Ann Lee"),
        Event("a", "s", "m\x00"),
        Event("a", "s", "m", "Ответ"),
        Event("a", "s", details={"name": "Ann Lee"}),
        Event("a", "s", details={"n": 0.5}),
        Event("a", "s", details={"a": {"b": ["x" * 201]}}),
        Event("a", "s", details={"a b": 1}),
    ],
)
def test_names_and_words_do_not_get_into_the_log(database, workspace, event):
    with pytest.raises(InvalidInput, match="must be an id"), database.transaction() as transaction:
        log.append(transaction, workspace, ACTOR, event)


def test_an_actor_is_named_by_an_id():
    with pytest.raises(InvalidInput, match="id of an actor"):
        Actor(ActorKind.OPERATOR, "Ann Lee")


def test_wrong_calls_are_refused(transaction):
    with pytest.raises(NotFound, match="no workspace"):
        log.append(transaction, transaction.new_id(), ACTOR, Event("a", "s"))
    with pytest.raises(InvalidInput, match="head must be at least 0"):
        log.verify(transaction, transaction.new_id(), LogHead(-1, ""))
    with pytest.raises(InvalidInput, match="after"):
        log.entries(transaction, transaction.new_id(), after=-1)


def test_every_write_of_a_person_is_logged(database):
    with database.transaction() as transaction:
        workspace = workspaces.add(transaction, ACTOR, name="Team").id
        person = people.add(transaction, workspace, ACTOR, name="Ann")
        people.change(transaction, workspace, ACTOR, person.id, name="Anna", external_id="e")
        actions = [entry.action for entry in log.entries(transaction, workspace)]
    assert actions == ["workspace.add", "person.add", "person.change"]
