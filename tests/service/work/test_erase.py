"""The job that takes erased documents out of the index and clears the disk."""

from pathlib import Path

import pytest

from metier.service import documents, jobs, people
from metier.service.work.index import opened
from metier.store.workspaces.database import Database
from metier.store.workspaces.jobs import JobState
from tests.service import small


@pytest.fixture
def caller(searchable):
    return small.new_workspace(searchable)


def test_what_was_erased_is_gone_from_the_index_and_from_the_files(searchable, caller, work_off, tmp_path):
    secret = b"Zanzibarcode"
    stored = documents.add(searchable, caller, small.resume(1) + secret, name="1.txt").document
    jobs.start_assess(searchable, caller, [stored.id])
    work_off(searchable)
    job = people.erase(searchable, caller, stored.person)
    work_off(searchable)
    assert jobs.get(searchable, caller, job.id).result == {"removed": 1, "scrubbed": True}
    with opened(searchable, caller.workspace) as store:
        assert store.count() == 0
    files = [path for path in Path(tmp_path).rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if secret.lower() in path.read_bytes().lower()] == []


def test_while_others_read_the_files_are_cleared_later(searchable, caller, work_off, clock, monkeypatch):
    (document,) = small.add_resumes(searchable, caller, 1)
    job = documents.erase(searchable, caller, document)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "scrub", lambda self: False)
        work_off(searchable)
    found = jobs.get(searchable, caller, job.id)
    assert (found.state, found.done, found.message) == (JobState.QUEUED, 1, "store_busy")
    clock.move(3600)
    work_off(searchable)
    assert jobs.get(searchable, caller, job.id).result == {"removed": 0, "scrubbed": True}


def test_files_that_are_always_read_do_not_keep_the_job_open_for_ever(
    searchable, caller, work_off, clock, monkeypatch
):
    monkeypatch.setattr(Database, "scrub", lambda self: False)
    (document,) = small.add_resumes(searchable, caller, 1)
    job = documents.erase(searchable, caller, document)
    for _ in range(6):
        work_off(searchable)
        clock.move(3600)
    found = jobs.get(searchable, caller, job.id)
    assert (found.state, found.result) == (JobState.DONE, {"removed": 0, "scrubbed": False})
