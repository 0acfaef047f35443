import logging
import os
import signal
import subprocess
import sys
import threading
from itertools import count

import numpy as np
import pytest

psycopg = pytest.importorskip("psycopg")

from metier.errors import InvalidInput, ModelMismatch, StoreBusy, StoreDamaged, StoreUnavailable  # noqa: E402
from metier.store.contract import check_store  # noqa: E402
from metier.store.entries import Identity  # noqa: E402
from metier.store.opening import open_store  # noqa: E402
from metier.store.postgres import PostgresStore  # noqa: E402
from tests.store.samples import DIM, IDENTITY, make_entry, unit  # noqa: E402

OTHER = Identity("other", "1" * 64, DIM)


@pytest.fixture
def store(server, schema):
    with PostgresStore.open(server.url(), schema=schema, busy_timeout_s=0.3) as opened:
        yield opened


@pytest.fixture
def twin(server, schema):
    """Another process's view of the same store."""
    with PostgresStore.open(server.url(), schema=schema, busy_timeout_s=0.3) as opened:
        yield opened


def some(n, start=0):
    return [make_entry(f"d{i:04d}") for i in range(start, start + n)]


@pytest.mark.parametrize("approximate_from", [200_000, 1], ids=["exact", "approximate"])
def test_keeps_the_contract_of_every_store(server, approximate_from):
    numbers = count()

    def make():
        schema = f"contract_{approximate_from}_{next(numbers)}"
        return PostgresStore.open(server.url(), schema=schema, approximate_from=approximate_from)

    check_store(make)


def test_a_new_store_changes_nothing_before_the_first_document(server, schema):
    with PostgresStore.open(server.url(), schema=schema) as store:
        assert store.count() == store.delete(["nobody"]) == 0
        store.upsert([], identity=IDENTITY)
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT to_regnamespace(%s)", [schema]).fetchone() == (None,)


def test_constructor_reaches_for_no_server():
    assert "nowhere.invalid" in repr(PostgresStore("postgresql://u@nowhere.invalid/d"))


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"schema": "Metier"}, "A schema must be"),
        ({"schema": 'a"; DROP'}, "A schema must be"),
        ({"approximate_from": 0}, "approximate_from must be at least 1. Got 0"),
        ({"busy_timeout_s": 0}, "busy_timeout_s must be above 0"),
        ({"busy_timeout_s": float("nan")}, "busy_timeout_s must be above 0"),
    ],
)
def test_arguments_out_of_range_are_refused(options, rule):
    with pytest.raises(InvalidInput, match=rule):
        PostgresStore("postgresql://u@nowhere.invalid/d", **options)


def test_what_one_process_writes_another_reads_later(store, twin):
    store.upsert(some(3), identity=IDENTITY)
    assert twin.identity == IDENTITY
    assert twin.count() == 3
    twin.delete(["d0001"])
    assert list(store.digests()) == ["d0000", "d0002"]


def test_stores_in_two_schemas_are_apart(server, store):
    store.upsert(some(1), identity=IDENTITY)
    with PostgresStore.open(server.url(), schema="apart") as other:
        assert other.count() == 0


def test_an_address_opens_the_store(server, schema, monkeypatch):
    with open_store(server.url()) as opened:
        assert isinstance(opened, PostgresStore)


def test_stats_tell_size_and_place_without_a_password(server, schema):
    url = server.url().replace("metier@", "metier:hidden-word@")
    with PostgresStore.open(url, schema=schema) as store:
        store.upsert(some(2), identity=IDENTITY)
        stats = store.stats()
        assert stats.bytes > 8192
        assert stats.place.endswith(f"/postgres?host={server.folder}, schema {schema}")
        assert "hidden-word" not in f"{stats} {store!r}"
        with pytest.raises(ModelMismatch, match="metier search index --rebuild") as caught:
            store.upsert(some(1), identity=OTHER)
    assert "hidden-word" not in str(caught.value)


def test_readers_see_the_old_state_while_a_rebuild_runs(store, twin):
    store.upsert(some(5), identity=IDENTITY)
    seen = []

    def fed():
        for entry in some(600, start=100):
            if entry.id in {"d0100", "d0699"}:
                seen.append((store.count(), twin.count(), twin.nearest(unit(1), top_k=9)))
            yield entry

    old = twin.nearest(unit(1), top_k=9)
    assert store.rebuild(fed(), identity=OTHER) == 600
    assert seen == [(5, 5, old)] * 2
    assert twin.count() == 600
    assert twin.identity == OTHER


def test_a_second_writer_is_told_that_the_store_is_busy(store, twin):
    store.upsert(some(1), identity=IDENTITY)
    caught = []

    def fed():
        for write in (
            lambda: twin.upsert(some(1, start=9), identity=IDENTITY),
            lambda: twin.delete(["d0000"]),
            lambda: twin.rebuild(some(1, start=9), identity=IDENTITY),
        ):
            with pytest.raises(StoreBusy, match="another holds the store") as error:
                write()
            caught.append(error)
        yield from some(2)

    store.rebuild(fed(), identity=IDENTITY)
    assert len(caught) == 3
    assert twin.count() == 2


def test_writers_at_once_lose_nothing(server, schema):
    def write(start):
        with PostgresStore.open(server.url(), schema=schema) as own:
            for i in range(start, start + 40, 10):
                own.upsert(some(10, start=i), identity=IDENTITY)

    threads = [threading.Thread(target=write, args=[start]) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with PostgresStore.open(server.url(), schema=schema) as store:
        assert store.count() == 120
        assert len(store.matching("services", top_k=200)) == 120


def test_readers_never_fail_while_tables_change(store, twin):
    store.upsert(some(20), identity=IDENTITY)
    stop, failures, reads = threading.Event(), [], []

    def read():
        try:
            while not stop.is_set():
                reads.append(len(store.nearest(unit(3), top_k=99)))
                reads.append(len(store.matching("services", top_k=99)))
                reads.append(len(list(store.entries())))
        except Exception as error:  # noqa: BLE001 - a thread must hand it over
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for i in range(8):
        twin.delete([f"d{i:04d}"])
        twin.rebuild(some(20), identity=IDENTITY)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(reads) == {19, 20}


def test_a_lost_connection_is_made_anew_by_the_next_call(server, store):
    store.upsert(some(3), identity=IDENTITY)
    assert store.count() == 3
    with psycopg.connect(server.url(), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'metier' AND pid <> pg_backend_pid()"
        )
    assert store.count() == 3
    assert len(store.nearest(unit(1), top_k=9)) == 3


WRITER = """
import sys, time
from metier.store.postgres import PostgresStore
from tests.store.samples import IDENTITY, make_entry

def fed():
    for i in range(1500):
        yield make_entry(f"half{i}")
    print("half", flush=True)
    time.sleep(600)

PostgresStore.open(sys.argv[1], schema=sys.argv[2]).rebuild(fed(), identity=IDENTITY)
"""


def test_a_killed_writer_loses_nothing_that_was_committed(server, schema, store):
    store.upsert(some(4), identity=IDENTITY)
    before = store.stats()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, server.url(), schema], stdout=subprocess.PIPE, cwd=os.getcwd()
    )
    assert writer.stdout.readline() == b"half\n"
    with pytest.raises(StoreBusy):
        store.upsert(some(1, start=50), identity=IDENTITY)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert store.stats() == before
    with PostgresStore.open(server.url(), schema=schema) as patient:
        patient.upsert(some(1, start=50), identity=IDENTITY)
        assert list(patient.digests()) == [*(f"d{i:04d}" for i in range(4)), "d0050"]


def test_an_iterator_over_entries_that_is_left_gives_back_its_connection(server, store):
    store.upsert(some(3), identity=IDENTITY)
    going = store.entries()
    next(going)
    with pytest.raises(StoreBusy):
        store.delete(["d0000"])
    assert store.count() == 3
    going.close()
    assert store.delete(["d0000"]) == 1


def test_a_rebuild_lets_an_old_reader_finish_and_the_next_write_tidies(server, schema, store, caplog):
    store.upsert(some(3), identity=IDENTITY)
    going = store.entries()
    first = next(going)
    with caplog.at_level(logging.WARNING, logger="metier.store.postgres"):
        store.rebuild(some(5, start=10), identity=IDENTITY)
    assert "waits for the next write" in caplog.text
    assert [first.id, *(entry.id for entry in going)] == ["d0000", "d0001", "d0002"]
    store.upsert(some(1, start=90), identity=IDENTITY)
    with psycopg.connect(server.url()) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        assert sorted(name for (name,) in tables) == ["documents_2", "meta", "terms_2", "texts_2", "words_2"]


def test_tables_of_another_layout_are_not_touched(server, schema, store):
    store.upsert(some(1), identity=IDENTITY)
    with psycopg.connect(server.url()) as connection:
        connection.execute(f"UPDATE {schema}.meta SET layout = 99")
    for call in (store.count, lambda: store.upsert(some(1), identity=IDENTITY)):
        with pytest.raises(StoreDamaged, match="layout 99; this version reads 1"):
            call()


def test_tables_of_another_program_are_told(server, schema):
    with psycopg.connect(server.url()) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"CREATE TABLE {schema}.meta (own text)")
    with pytest.raises(StoreDamaged, match="tables of another program"):
        PostgresStore.open(server.url(), schema=schema)


def test_a_lost_table_is_told(server, schema, store):
    store.upsert(some(1), identity=IDENTITY)
    with psycopg.connect(server.url()) as connection:
        connection.execute(f"DROP TABLE {schema}.documents_1")
    with pytest.raises(StoreDamaged, match="damaged tables"):
        store.nearest(unit(1), top_k=1)


def test_no_message_holds_words_of_a_document(server, schema, store):
    store.upsert(some(1), identity=IDENTITY)
    with psycopg.connect(server.url()) as connection:
        connection.execute(f"ALTER TABLE {schema}.texts_1 ADD CHECK (length(text) < 40)")
    secret = make_entry("long", text="Marker words of a private life. " * 9)
    with pytest.raises(Exception, match="SQLSTATE 23514") as caught:
        store.upsert([secret], identity=IDENTITY)
    assert "Marker" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert store.count() == 1


def test_a_query_vector_of_another_kind_is_refused(store):
    store.upsert(some(1), identity=IDENTITY)
    for vector in (unit(1, DIM + 1), np.full(DIM, np.nan, np.float32)):
        with pytest.raises(InvalidInput, match="vector of a query"):
            store.nearest(vector, top_k=1)


@pytest.mark.parametrize("ids", [["a\0b"], ["\ud800"], [""]])
def test_what_can_be_no_id_is_passed_over(store, ids):
    store.upsert(some(1), identity=IDENTITY)
    assert store.delete(ids) == 0


def test_a_right_that_is_missing_is_told(server):
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE guest LOGIN")
        admin.execute("CREATE DATABASE bare")
    url = server.url("bare").replace("metier@", "guest@")
    with PostgresStore.open(url) as store, pytest.raises(StoreUnavailable, match="CREATE EXTENSION vector"):
        store.upsert(some(1), identity=IDENTITY)
    with psycopg.connect(server.url("bare"), autocommit=True) as admin:
        admin.execute("CREATE EXTENSION vector")
        admin.execute("UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'")
    with (
        PostgresStore.open(server.url("bare")) as store,
        pytest.raises(StoreUnavailable, match="must be 0.8 or later. The server has 0.7.4"),
    ):
        store.upsert(some(1), identity=IDENTITY)
