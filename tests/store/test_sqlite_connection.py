import sqlite3
import threading

import pytest

from metier.errors import (
    BackendError,
    InvalidInput,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreUnavailable,
)
from metier.store.sqlite_connection import Connections, connect, translated
from metier.store.sqlite_schema import prepare


@pytest.fixture
def path(tmp_path):
    prepare(tmp_path / "index.db", timeout_s=1)
    return tmp_path / "index.db"


@pytest.fixture
def connections(path):
    connections = Connections(path, timeout_s=0.05, read_only=False)
    yield connections
    connections.close()


def failing(code):
    error = sqlite3.OperationalError("in words of SQLite")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (sqlite3.SQLITE_BUSY, StoreBusy, "another process"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusy, "another process"),
        (sqlite3.SQLITE_CORRUPT_VTAB, StoreDamaged, "is damaged"),
        (sqlite3.SQLITE_NOTADB, StoreDamaged, "is no index of metier"),
        (sqlite3.SQLITE_FULL, StoreFull, "the disk is full"),
        (sqlite3.SQLITE_READONLY, StoreUnavailable, "cannot be written to"),
        (sqlite3.SQLITE_CANTOPEN, StoreUnavailable, "cannot be opened"),
        (sqlite3.SQLITE_IOERR_WRITE, StoreUnavailable, "the disk reports an error"),
        (sqlite3.SQLITE_MISUSE, BackendError, "cannot be used"),
    ],
)
def test_errors_of_sqlite_become_errors_of_metier(path, code, kind, words):
    with pytest.raises(kind, match=f"index.db .*{words}") as caught, translated(path):
        raise failing(code)
    assert type(caught.value) is kind
    assert isinstance(caught.value.__cause__, sqlite3.Error)


def test_errors_of_others_pass(path):
    with pytest.raises(KeyError), translated(path):
        raise KeyError("theirs")


def test_what_is_deleted_is_wiped_and_what_is_committed_is_safe(path):
    connection = connect(path, mode="rw", timeout_s=1)
    settings = ("secure_delete", "foreign_keys", "synchronous", "temp_store")
    values = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in settings]
    connection.close()
    assert values == [1, 1, 2, 2]


def test_a_reader_sees_one_state_while_another_writes(connections):
    with connections.reading() as reader:
        assert reader.execute("SELECT change FROM meta").fetchone() == (0,)
        with connections.writing() as writer:
            writer.execute("UPDATE meta SET change = 7")
        assert reader.execute("SELECT change FROM meta").fetchone() == (0,)
    with connections.reading() as reader:
        assert reader.execute("SELECT change FROM meta").fetchone() == (7,)


def test_a_write_that_fails_is_undone(connections):
    def fail():
        with connections.writing() as writer:
            writer.execute("UPDATE meta SET change = 7")
            raise KeyError("in the middle")

    with pytest.raises(KeyError):
        fail()
    with connections.reading() as reader:
        assert reader.execute("SELECT change FROM meta").fetchone() == (0,)


def test_a_second_writer_waits_only_so_long(connections):
    with (
        connections.writing(),
        pytest.raises(StoreBusy, match="being written to by another process"),
        connections.writing(),
    ):
        pass


def test_a_writer_with_patience_waits_for_another(connections):
    begun = threading.Event()
    done = []

    def write():
        begun.set()
        with connections.writing(patience_s=20) as writer:
            done.append(writer.execute("SELECT change FROM meta").fetchone()[0])

    with connections.writing() as writer:
        thread = threading.Thread(target=write)
        thread.start()
        begun.wait()
        writer.execute("UPDATE meta SET change = 7")
    thread.join()
    assert done == [7]


def test_connections_are_used_again(connections):
    with connections.reading() as first, connections.reading() as second:
        assert first is not second
    with connections.reading() as again:
        assert again in (first, second)


def test_writing_needs_leave(path):
    connections = Connections(path, timeout_s=1, read_only=True)
    with pytest.raises(InvalidInput, match="opened for reading"), connections.writing():
        pass
    connections.close()


def test_the_journal_moves_unless_a_reader_needs_it(path, connections):
    journal = path.with_name("index.db-wal")
    with connections.reading() as reader:
        reader.execute("SELECT change FROM meta").fetchone()
        with connections.writing() as writer:
            writer.execute("UPDATE meta SET change = 7")
        assert not connections.move_journal()
        assert journal.stat().st_size > 0
    assert connections.move_journal()
    assert journal.stat().st_size == 0


def test_closing_waits_for_no_one_and_refuses_what_comes_after(connections):
    with connections.reading() as reader:
        connections.close()
        assert reader.execute("SELECT change FROM meta").fetchone() == (0,)
    with pytest.raises(sqlite3.ProgrammingError):
        reader.execute("SELECT 1")
    with pytest.raises(InvalidInput, match="is closed. Open it again"), connections.reading():
        pass


def test_a_file_that_is_moved_away_is_not_written_to(path, connections):
    with connections.reading():
        pass
    path.rename(path.with_name("moved.db"))
    with pytest.raises(StoreUnavailable, match="cannot be opened"), connections.writing():
        pass
    prepare(path, timeout_s=1)
    with pytest.raises(StoreUnavailable, match="was replaced by another file"), connections.writing():
        pass
