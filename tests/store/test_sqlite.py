import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest

from metier.errors import (
    BackendError,
    InvalidInput,
    ModelMismatch,
    NotFound,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreUnavailable,
)
from metier.store import sqlite_connection
from metier.store.contract import IDENTITY, OTHER
from metier.store.contract_documents import DIM, DOCUMENTS, document, vector_of
from metier.store.filters import parse_filter
from metier.store.sqlite import MAX_TIMEOUT_S, SqliteStore

QUERY = vector_of("a query")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.db"


def many(n, start=0, words=50):
    return [document(f"id-{i}", text=f"number{i} " + "word " * words) for i in range(start, start + n)]


def everything(store):
    """Ask a store all that can be asked."""
    return (
        store.identity,
        store.stats().documents,
        [entry.id for entry in store.entries()],
        dict(store.digests()),
        store.count(parse_filter(["skill=py"])),
        store.nearest(QUERY, top_k=9),
        store.matching("services developer", top_k=9),
    )


def test_what_is_written_is_there_when_it_is_opened_again(path):
    with SqliteStore.open(path) as store:
        store.upsert(DOCUMENTS, identity=IDENTITY)
        before = everything(store)
    with SqliteStore.open(path) as store:
        assert everything(store) == before
    assert os.listdir(path.parent) == ["index.db"]
    with SqliteStore.open(path, read_only=True) as store:
        assert everything(store) == before


def test_a_store_to_read_refuses_to_be_written(path):
    SqliteStore.open(path).close()
    with SqliteStore.open(path, read_only=True) as store:
        for write in (
            lambda: store.upsert(DOCUMENTS, identity=IDENTITY),
            lambda: store.rebuild(DOCUMENTS, identity=IDENTITY),
            lambda: store.delete(["a"]),
        ):
            with pytest.raises(InvalidInput, match="opened for reading"):
                write()


def test_there_must_be_a_store_to_read(path):
    with pytest.raises(NotFound, match="metier search index"):
        SqliteStore.open(path, read_only=True)
    assert not path.exists()


@pytest.mark.parametrize("timeout_s", [-1, float("nan"), float("inf"), MAX_TIMEOUT_S + 1])
def test_a_timeout_out_of_range_is_refused(path, timeout_s):
    with pytest.raises(InvalidInput, match="timeout_s must be from 0 to 86400"):
        SqliteStore.open(path, timeout_s=timeout_s)


def test_another_writer_for_too_long_is_told_and_nothing_changes(path):
    with SqliteStore.open(path) as first, SqliteStore.open(path, timeout_s=0.05) as second:
        first.upsert(DOCUMENTS[:1], identity=IDENTITY)
        with first._connections.writing():
            assert second.count() == 1
            with pytest.raises(StoreBusy, match="written to by another process"):
                second.upsert(DOCUMENTS[1:], identity=IDENTITY)
        assert second.count() == 1


def test_a_reader_follows_other_processes_at_its_next_call(path):
    with SqliteStore.open(path) as writer, SqliteStore.open(path, read_only=True) as reader:
        assert reader.nearest(QUERY, top_k=9) == []
        writer.upsert(DOCUMENTS, identity=IDENTITY)
        assert everything(reader) == everything(writer)
        writer.delete(["resume-en"])
        assert everything(reader) == everything(writer)
        writer.rebuild([document("new", text="New services.", dim=DIM + 1)], identity=OTHER)
        query = vector_of("a query", DIM + 1)
        assert reader.nearest(query, top_k=9) == writer.nearest(query, top_k=9)
        with pytest.raises(InvalidInput, match=r"must have the shape \(25,\)"):
            reader.nearest(QUERY, top_k=1)


def test_readers_see_the_old_state_until_a_rebuild_ends(path):
    with SqliteStore.open(path) as store, SqliteStore.open(path, read_only=True) as reader:
        store.upsert(DOCUMENTS, identity=IDENTITY)
        before = everything(reader)

        def watched():
            yield from many(3)
            assert everything(reader) == everything(store) == before

        store.rebuild(watched(), identity=IDENTITY)
        assert reader.count() == 3


def test_threads_may_share_a_store(path):
    with SqliteStore.open(path) as store, ThreadPoolExecutor(8) as pool:
        store.upsert(many(5), identity=IDENTITY)
        start = threading.Barrier(8)

        def work(i):
            start.wait()
            for step in range(5):
                if i < 3:
                    store.upsert(many(2, start=100 * (i + 1) + 2 * step, words=3), identity=IDENTITY)
                found = store.nearest(QUERY, top_k=999)
                # Each write brings two, so an odd number would be half of one.
                assert len(found) % 2 == 1
                assert len(store.matching("word", top_k=999)) % 2 == 1
                store.get([found[0].id])
            return True

        assert all(pool.map(work, range(8)))
        assert store.count() == 5 + 3 * 5 * 2
        assert len(store._connections._idle) <= 8


def test_a_matrix_of_one_state_is_never_mixed_with_a_filter_of_another(path):
    where = parse_filter(["language=en"])
    with SqliteStore.open(path) as store, ThreadPoolExecutor(2) as pool:
        store.upsert(many(2, words=1), identity=IDENTITY)
        done = threading.Event()

        def read():
            lengths = set()
            while not done.is_set():
                lengths.add(len(store.nearest(QUERY, top_k=99, where=where)))
            return lengths

        reading = [pool.submit(read) for _ in range(2)]
        for i in range(15):
            store.rebuild(many(2 + i % 2, words=1), identity=IDENTITY)
        done.set()
        assert set().union(*(one.result() for one in reading)) <= {2, 3}


def test_a_full_disk_is_told_and_what_was_committed_stays(path, monkeypatch):
    with SqliteStore.open(path) as store:
        store.upsert(many(3), identity=IDENTITY)
    n_pages = path.stat().st_size // 4096 + 8
    limited = (*sqlite_connection.SETTINGS, f"max_page_count = {n_pages}")
    monkeypatch.setattr(sqlite_connection, "SETTINGS", limited)
    with SqliteStore.open(path) as store:
        with pytest.raises(StoreFull, match="index.db cannot grow: the disk is full"):
            store.upsert(many(300, start=3, words=500), identity=IDENTITY)
        assert store.count() == 3
        assert len(store.nearest(QUERY, top_k=9)) == len(store.matching("word", top_k=9)) == 3
        store.upsert([document("small", text="Small.")], identity=IDENTITY)
        assert store.count() == 4


def test_another_encoder_is_refused_and_the_way_out_named(path):
    with SqliteStore.open(path) as store:
        store.upsert(DOCUMENTS, identity=IDENTITY)
        with pytest.raises(ModelMismatch, match="metier search index --rebuild"):
            store.upsert([document("new", text="New.", dim=DIM + 1)], identity=OTHER)


def test_stats_count_the_bytes_of_all_files(path):
    with SqliteStore.open(path) as store:
        store.upsert(many(50), identity=IDENTITY)
        size = sum(one.stat().st_size for one in path.parent.iterdir())
        assert store.stats().bytes == size
        assert store.stats().place == str(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of a store of some size, and the answers it gives."""
    path = tmp_path_factory.mktemp("whole") / "index.db"
    with SqliteStore.open(path) as store:
        store.upsert([*DOCUMENTS, *many(60, words=80)], identity=IDENTITY)
        answers = everything(store)
    return path.read_bytes(), answers


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.95])
def test_a_file_that_is_cut_off_is_told_or_answers_as_before(path, whole, share):
    content, answers = whole
    path.write_bytes(content[: int(len(content) * share)])
    before = path.read_bytes()
    with suppress(StoreDamaged), SqliteStore.open(path) as store:
        assert everything(store) == answers
    assert path.read_bytes() == before


@pytest.mark.parametrize("seed", range(40))
def test_a_file_with_damaged_bytes_gives_an_error_of_metier_at_worst(path, whole, seed):
    content = bytearray(whole[0])
    rng = np.random.default_rng(seed)
    for _ in range(4):
        start = int(rng.integers(0, len(content) - 64))
        content[start : start + 64] = rng.bytes(64)
    path.write_bytes(content)
    try:
        with SqliteStore.open(path, timeout_s=0.1) as store:
            everything(store)
            store.get([entry.id for entry in DOCUMENTS])
            store.upsert(many(3, start=900), identity=IDENTITY)
            store.delete(["id-1", "id-2"])
    except (BackendError, NotFound):
        pass
    assert path.exists()


def test_damage_is_told_when_it_is_read(path, whole):
    content = bytearray(whole[0])
    page = 4096
    for start in range(page, len(content), page):
        content[start : start + 100] = b"\xff" * 100
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="is damaged. Nothing in it was changed. Put back a copy"):
        SqliteStore.open(path)
    assert path.read_bytes() == bytes(content)


def test_no_error_holds_the_text_of_a_document(path):
    secret = "zqxsecret"
    entry = document("one", text=f"The {secret}.", title=secret)
    with SqliteStore.open(path) as store:
        store.upsert([entry], identity=IDENTITY)
        with store._connections.writing() as connection:
            connection.execute("UPDATE texts SET spans = x'00'")
        with pytest.raises(StoreDamaged) as caught:
            store.get(["one"])
    messages = [str(caught.value), str(caught.value.__cause__)]
    assert secret not in " ".join(messages)


def test_a_store_is_made_without_touching_the_disk(path):
    connections = sqlite_connection.Connections(path, timeout_s=1, read_only=False)
    SqliteStore(connections).close()
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_named(path):
    path.mkdir()
    with pytest.raises(StoreUnavailable, match="index.db cannot be opened"):
        SqliteStore.open(path)


def test_the_file_stays_sound(path):
    rng = np.random.default_rng(0)
    with SqliteStore.open(path) as store:
        for _ in range(20):
            ids = rng.choice(60, 8, replace=False).tolist()
            entries = [document(f"id-{i}", text="word " * int(rng.integers(1, 900))) for i in ids]
            store.upsert(entries, identity=IDENTITY)
            store.delete([f"id-{i}" for i in rng.choice(60, 3, replace=False)])
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.execute("INSERT INTO terms (terms) VALUES ('integrity-check')")
    connection.close()
