import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace

import pytest

from metier.errors import StoreBusy, StoreDamaged, StoreFull, StoreUnavailable
from metier.store.interview_contract import sample_interview
from metier.store.interview_database import InterviewDatabase

SECRET = "unmistakable-words-of-a-candidate"


@pytest.fixture
def store(tmp_path):
    return InterviewDatabase(tmp_path / "interviews.db")


def bytes_on_disk(store):
    return b"".join(path.read_bytes() for path in store.path.parent.iterdir())


def test_no_byte_of_a_deleted_or_changed_answer_is_left(store):
    store.save(sample_interview("stays"))
    store.save(sample_interview("a", answer=SECRET * 500))
    assert SECRET.encode() in bytes_on_disk(store)
    store.save(replace(sample_interview("a"), turns=()))
    store.delete("a")
    assert SECRET.encode() not in bytes_on_disk(store)
    assert [item.id for item in store.list()] == ["stays"]


def test_a_file_of_something_else_is_refused_and_stays_as_it_is(tmp_path):
    text, other = tmp_path / "text.db", tmp_path / "other.db"
    text.write_text("no database at all " * 100)
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE things (name)")
    connection.commit()
    connection.close()
    for path in (text, other):
        before = path.read_bytes()
        with pytest.raises(StoreDamaged, match=path.name):
            InterviewDatabase(path)
        assert path.read_bytes() == before


def test_a_damaged_file_is_named(store):
    for number in range(20):
        store.save(sample_interview(f"a-{number}", answer="x" * 3000))
    content = bytearray(store.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    store.path.write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"interviews\.db"):
        InterviewDatabase(store.path).list()


def test_an_empty_file_becomes_a_store(tmp_path):
    (tmp_path / "a.db").touch()
    store = InterviewDatabase(tmp_path / "a.db")
    store.save(sample_interview("a"))
    assert store.get("a") == sample_interview("a")


def test_only_the_owner_reads_what_was_said(store):
    store.save(sample_interview("a"))
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_full_disk_leaves_the_version_before(store, monkeypatch):
    before = sample_interview("a")
    store.save(before)
    connect = sqlite3.connect

    def small(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.execute("PRAGMA max_page_count = 4")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(StoreFull, match="disk is full"):
        store.save(sample_interview("a", answer="x" * 100_000))
    monkeypatch.undo()
    assert store.get("a") == before


def test_a_writer_that_never_ends_is_told_of(store, monkeypatch):
    store.save(sample_interview("a"))
    monkeypatch.setattr("metier.store.interview_database._TIMEOUT_S", 0.01)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="another process"):
        store.save(sample_interview("a"))
    other.execute("ROLLBACK")
    other.close()


def test_a_reader_that_keeps_the_journal_is_told_of(store, monkeypatch):
    store.save(sample_interview("a"))
    monkeypatch.setattr("metier.store.interview_database._TIMEOUT_S", 0.01)
    reader = sqlite3.connect(store.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM interviews").fetchall()
    with pytest.raises(StoreBusy, match=r"is deleted, but the journal"):
        store.delete("a")
    reader.close()
    assert store.list() == ()


def test_two_processes_that_make_the_file_at_once_both_save(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from metier.store.interview_contract import sample_interview\n"
        "from metier.store.interview_database import InterviewDatabase\n"
        "InterviewDatabase(Path(sys.argv[1])).save(sample_interview(sys.argv[2]))"
    )
    path = tmp_path / "a.db"
    runs = [subprocess.Popen([sys.executable, "-c", code, path, name]) for name in ("a", "b", "c")]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert {item.id for item in InterviewDatabase(path).list()} == {"a", "b", "c"}


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    store = InterviewDatabase(tmp_path / "file" / "a.db")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        store.save(sample_interview("a"))


def test_a_file_that_cannot_be_made_is_named(store, monkeypatch):
    monkeypatch.setattr(
        type(store.path), "touch", lambda *_, **__: (_ for _ in ()).throw(OSError(13, "denied"))
    )
    with pytest.raises(StoreUnavailable, match="cannot be used: denied"):
        store.save(sample_interview("a"))
