"""A writer killed at any point, several writers, and readers among them: nothing is lost or halved."""

import multiprocessing
import random
import sqlite3
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from metier.errors import StoreBusy
from metier.store.contract import IDENTITY
from metier.store.contract_documents import document, vector_of
from metier.store.sqlite import SqliteStore

N_KILLS = 50
BATCH = 4
QUERY = vector_of("a query")

# Each process is a fork of one that has imported everything, since importing takes most of the time.
PROCESSES = multiprocessing.get_context("forkserver")


def write(path, start, say):
    """Write batches until killed, and say after each which one it was.

    Every third is replaced by its second version, and every fifth deleted again.
    """
    with SqliteStore.open(path) as store:
        say.send(["open"])
        for number in range(start, start + 1000):
            store.upsert(batch(number, 0), identity=IDENTITY)
            say.send(["kept", number, 0])
            if number % 3 == 0:
                say.send(["begun", number])
                store.upsert(batch(number, 1), identity=IDENTITY)
                say.send(["kept", number, 1])
            if number % 5 == 0:
                say.send(["begun", number])
                store.delete([entry.id for entry in batch(number, 0)])
                say.send(["gone", number])


@contextmanager
def writer(path, start=0):
    """Start a process that writes; give what it says, and kill it at the end."""
    PROCESSES.set_forkserver_preload([__name__])
    said, say = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=write, args=(path, start, say))
    process.start()
    say.close()
    try:
        assert said.recv() == ["open"]
        yield process, said
    finally:
        process.kill()
        process.join()
        process.close()
        said.close()


def batch(number, version):
    return [
        document(f"{number}-{i}", text=f"batch{number} version{version} part{i} " + "filler " * 60)
        for i in range(BATCH)
    ]


def run_until_killed(path, start, delay_s):
    """Return what a writer said before it was killed, some time after it had opened the store."""
    words = []
    with writer(path, start) as (process, said):
        time.sleep(delay_s)
        process.kill()
        with suppress(EOFError):
            while True:
                words.append(said.recv())
    return words


def follow(said, expected):
    """Bring what must be there up to date with what a writer said; a batch that it had begun is in doubt."""
    for word, number, *version in said:
        if word == "kept":
            expected[number] = set(version)
        elif word == "gone":
            expected[number] = {None}
        else:
            expected[number] = expected[number] | {1 if number % 3 == 0 else None, None}
    return expected


def versions(store):
    """Return the version of each batch, and make sure that each is there whole and found by all means."""
    found = {}
    for entry in store.entries():
        found.setdefault(int(entry.id.split("-")[0]), []).append(entry)
    ids = {entry.id for entries in found.values() for entry in entries}
    assert {one.id for one in store.nearest(QUERY, top_k=10**6)} == ids
    assert {one.id for one in store.matching("filler", top_k=10**6)} == ids
    held = {}
    for number, entries in found.items():
        words = {entry.text.split()[1] for entry in entries}
        assert (len(entries), len(words)) == (BATCH, 1)
        held[number] = int(words.pop().removeprefix("version"))
        assert len(store.matching(f"batch{number}", top_k=99)) == BATCH
    return held


def check_sound(path):
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.execute("INSERT INTO terms (terms) VALUES ('integrity-check')")
    connection.close()


def test_a_writer_killed_at_any_point_loses_nothing_and_leaves_no_half_batch(tmp_path):
    path = tmp_path / "index.db"
    rng = random.Random(0)
    expected, start = {}, 0
    for kill in range(N_KILLS):
        said = run_until_killed(path, start, rng.uniform(0.0, 0.08))
        expected = follow(said, expected)
        start = max(expected, default=start - 1) + 1
        if kill % 5 and kill != N_KILLS - 1:
            # The batch after the last one said may have been committed: the next writer goes on behind it.
            start += 1
            expected.setdefault(start - 1, {None, 0})
            continue
        with SqliteStore.open(path) as store:
            held = versions(store)
        assert {n: held.get(n) for n, may in expected.items() if held.get(n) not in may} == {}
        expected = {number: {held.get(number)} for number in expected | held}
        start = max(expected, default=-1) + 1
    check_sound(path)
    assert len([version for may in expected.values() for version in may if version is not None]) > 20


def test_two_writers_at_once_lose_nothing(tmp_path):
    path = tmp_path / "index.db"
    SqliteStore.open(path).close()
    kept, refused = [], []

    def write_every_other(first):
        with SqliteStore.open(path, timeout_s=5) as store:
            for number in range(first, first + 40, 2):
                try:
                    store.upsert(batch(number, 0), identity=IDENTITY)
                    kept.append(number)
                except StoreBusy:
                    refused.append(number)

    threads = [threading.Thread(target=write_every_other, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with SqliteStore.open(path) as store:
        assert versions(store) == dict.fromkeys(kept, 0)
    assert len(kept) + len(refused) == 40
    check_sound(path)


@pytest.mark.parametrize("read_only", [True, False])
def test_readers_among_writes_never_fail_and_see_whole_batches(tmp_path, read_only):
    path = tmp_path / "index.db"
    with writer(path), SqliteStore.open(path, read_only=read_only) as store:
        end = time.monotonic() + 1.5
        reads = 0
        while time.monotonic() < end:
            assert len(store.nearest(QUERY, top_k=10**6)) % BATCH == 0
            assert len(store.matching("filler", top_k=10**6)) % BATCH == 0
            assert sum(1 for _ in store.entries()) % BATCH == 0
            assert len(store.digests()) % BATCH == store.count() % BATCH == 0
            reads += 1
    assert reads > 3
