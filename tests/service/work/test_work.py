"""A job in the hands of a worker: steps that are kept whole or not at all, a lease that is prolonged."""

import time

import pytest

from metier.errors import Conflict, InvalidInput, StoreBusy
from metier.service.work.work import JobCancelled, JobLost, Work, WorkerStopped
from metier.store.workspaces import job_work, people
from metier.store.workspaces import jobs as stored_jobs
from metier.store.workspaces.jobs import NewJob


@pytest.fixture
def claimed(service, caller):
    with service.database.transaction() as transaction:
        stored_jobs.add(transaction, caller.workspace, caller.actor, NewJob("purge"))
        return job_work.claim(transaction, "w", lease_s=60)


@pytest.fixture
def work(service, claimed):
    return Work(service, claimed, lease_s=0.06, until=lambda: False)


def test_a_step_is_kept_along_with_what_it_writes(service, caller, work):
    result = {}
    with work.step("one", result=result) as transaction:
        result["person"] = people.add(transaction, caller.workspace, work.caller.actor, name="Ann").id
    assert work.steps_done() == {"one": result}


def test_a_step_that_fails_keeps_nothing(service, caller, work):
    with pytest.raises(InvalidInput), work.step("one", result={"no JSON": object()}) as transaction:
        people.add(transaction, caller.workspace, work.caller.actor, name="Ann")
    with service.database.reading() as transaction:
        assert people.page(transaction, caller.workspace).items == ()
    assert work.steps_done() == {}


def test_a_step_that_is_done_already_keeps_nothing_again(service, caller, work):
    work.finish_step("one")
    with pytest.raises(Conflict), work.step("one") as transaction:
        people.add(transaction, caller.workspace, work.caller.actor, name="Ann")
    with service.database.reading() as transaction:
        assert people.page(transaction, caller.workspace).items == ()


def test_work_goes_on_until_there_is_a_reason_not_to(service, claimed):
    ends = []
    work = Work(service, claimed, lease_s=60, until=lambda: bool(ends))
    work.check()
    ends.append(True)
    with pytest.raises(WorkerStopped):
        work.check()


def test_a_cancellation_is_noticed_with_the_next_sign_of_life(service, caller, claimed, work):
    with work.beating():
        with service.database.transaction() as transaction:
            stored_jobs.cancel(transaction, caller.workspace, caller.actor, claimed.id)
        with pytest.raises(JobCancelled):
            check_until_it_ends(work)


def test_a_job_that_another_has_is_noticed_with_the_next_sign_of_life(service, claimed, work):
    with work.beating():
        with service.database.transaction() as transaction:
            job_work.release(transaction, claimed)
            job_work.claim(transaction, "other", lease_s=60)
        with pytest.raises(JobLost):
            check_until_it_ends(work)


def test_a_database_that_is_busy_does_not_end_the_signs_of_life(service, claimed, work, monkeypatch):
    beat, tries = job_work.beat, []

    def busy_at_first(*args, **options):
        tries.append(True)
        if len(tries) == 1:
            raise StoreBusy("busy")
        return beat(*args, **options)

    monkeypatch.setattr(job_work, "beat", busy_at_first)
    with work.beating():
        deadline = time.monotonic() + 20
        while len(tries) < 3:
            assert time.monotonic() < deadline
    work.check()


def check_until_it_ends(work):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        work.check()
