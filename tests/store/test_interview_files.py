import errno
import os
import shutil
import stat
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from metier.errors import StoreBusy, StoreFull, StoreUnavailable
from metier.store.interview_contract import sample_interview
from metier.store.interview_files import InterviewFiles

SAVE_FOREVER = """
import sys
from dataclasses import replace
from pathlib import Path
from metier.store.interview_contract import sample_interview
from metier.store.interview_files import InterviewFiles
store, count = InterviewFiles(Path(sys.argv[1])), 0
interview = sample_interview("a", answer="x" * 200_000)
while True:
    count += 1
    store.save(replace(interview, options=(("count", str(count)),)))
    print(count, flush=True)
"""


@pytest.fixture
def store(tmp_path):
    return InterviewFiles(tmp_path / "interviews")


@pytest.mark.parametrize("pause_s", [0.0, 0.01, 0.03, 0.05])
def test_a_kill_at_any_moment_leaves_the_last_saved_version_or_a_later_one(store, pause_s):
    writer = subprocess.Popen([sys.executable, "-c", SAVE_FOREVER, store.folder], stdout=subprocess.PIPE)
    for _ in range(3):
        saved = int(writer.stdout.readline())
    time.sleep(pause_s)
    writer.kill()
    saved = max([saved, *map(int, writer.stdout.read().split())])
    writer.wait()
    writer.stdout.close()
    (_, count), *_ = store.get("a").options
    assert int(count) in {saved, saved + 1}
    store.delete("a")
    assert list(store.folder.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_version_before(store, monkeypatch, number, call):
    before = sample_interview("a")
    store.save(before)

    def full(*_):
        raise OSError(number, "no room")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(StoreFull, match=r"disk is full.*stays"):
        store.save(replace(before, turns=()))
    monkeypatch.undo()
    assert store.get("a") == before
    assert [path.name for path in store.folder.iterdir()] == ["a.json"]


def test_a_disk_that_fails_is_named(store, monkeypatch):
    store.save(sample_interview("a"))
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "I/O error")))
    with pytest.raises(StoreUnavailable, match=r"a\.json cannot be used: I/O error"):
        store.save(sample_interview("a"))


def test_only_the_owner_reads_what_was_said(store):
    store.save(sample_interview("a"))
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((store.folder / "a.json").stat().st_mode) == 0o600


def test_files_of_others_are_passed_over(store):
    store.save(sample_interview("a"))
    (store.folder / "Notes.json").write_text("{}")
    (store.folder / ".hidden.json").write_text("{}")
    (store.folder / "readme.txt").write_text("x")
    assert [item.id for item in store.list()] == ["a"]


def test_deleting_takes_what_a_killed_process_was_still_writing(store):
    store.save(sample_interview("a"))
    (store.folder / ".a.json.unfinished").write_text("half an answer")
    store.delete("a")
    assert list(store.folder.iterdir()) == []


def test_a_file_that_comes_to_stand_where_the_folder_was_is_named(store):
    store.folder.write_text("x")
    with pytest.raises(StoreUnavailable, match="is a file"):
        store.save(sample_interview("a"))
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        store.list()


def test_a_folder_that_is_removed_while_an_interview_is_held_is_named(store):
    with store.hold("a"):
        shutil.rmtree(store.folder)
        with pytest.raises(StoreUnavailable, match="was removed"):
            store.save(sample_interview("a"))


def test_a_store_that_holds_an_interview_saves_it_and_others_do_not(store):
    with store.hold("a"):
        store.save(sample_interview("a"))
        with pytest.raises(StoreBusy, match="held by another process"):
            InterviewFiles(store.folder).save(sample_interview("a"))
