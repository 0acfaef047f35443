"""Workers: what becomes of a job however it ends, killed ones and several at once."""

import logging
import time
from datetime import UTC, datetime

import pytest

from metier.errors import InvalidInput, OutOfMemory, StoreBusy
from metier.service import assessing, jobs
from metier.service.service import open_service
from metier.service.work import kinds
from metier.service.work.worker import Worker
from metier.store.workspaces import job_work
from metier.store.workspaces import jobs as stored_jobs
from metier.store.workspaces.clock import SetClock
from metier.store.workspaces.jobs import JobState, NewJob
from tests.service import small
from tests.service.work.kills import kill_workers, start

N_DOCUMENTS = 60
N_KILLS = 4
LEASE_S = 0.3


def test_a_worker_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice(place):
    with open_service(place) as service:
        caller = small.new_workspace(service)
        documents = small.add_resumes(service, caller, N_DOCUMENTS)
    found = kill_workers(place, caller, documents, n_kills=N_KILLS, lease_s=LEASE_S)
    assert (found.state, found.lost, found.twice, found.broken_at) == ("done", 0, 0, None)
    assert found.claims > N_KILLS // 2
    with open_service(place) as service:
        (job,) = jobs.page(service, caller).items
        assert (job.done, job.result) == (N_DOCUMENTS, {"assessed": N_DOCUMENTS, "failed": 0})
        steps = jobs.steps(service, caller, job.id)
        made = {document: assessing.page(service, caller, document).items[0].id for document in documents}
        assert {document: step["assessment"] for document, step in steps.items()} == made


def test_workers_share_the_jobs_of_a_queue(place):
    with open_service(place) as service:
        caller = small.new_workspace(service)
        documents = small.add_resumes(service, caller, 12)
        started = [jobs.start_assess(service, caller, documents[n : n + 2]).id for n in range(0, 12, 2)]
        processes = [start(place, caller.workspace, name, 60.0) for name in ("a", "b")]
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0, 0]
        for n, job in enumerate(started):
            assert jobs.get(service, caller, job).claims == 1
            assert set(jobs.steps(service, caller, job)) == set(documents[2 * n : 2 * n + 2])


@pytest.fixture
def job_of(service, caller, monkeypatch):
    """Add a job that a function does."""

    def add(do, **fields):
        monkeypatch.setitem(kinds.KINDS, "purge", do)
        with service.database.transaction() as transaction:
            new = NewJob("purge", **fields)
            return stored_jobs.add(transaction, caller.workspace, caller.actor, new)[0].id

    return add


def run(service, **options):
    return Worker(service, name="w", **options).run_one()


def test_there_is_nothing_to_do_without_a_job(service):
    assert run(service) is False


def test_a_worker_is_refused_a_kind_of_job_that_there_is_not(service):
    with pytest.raises(InvalidInput, match="There is no job dance"):
        Worker(service, name="w", kinds=["dance"])


def test_a_worker_leaves_jobs_of_other_kinds(service, job_of):
    job_of(lambda work: {})
    assert run(service, kinds=["assess"]) is False


def test_what_the_work_returns_is_the_result_of_the_job(service, caller, job_of):
    job = job_of(lambda work: {"n": 3})
    assert run(service) is True
    found = jobs.get(service, caller, job)
    assert (found.state, found.result, found.worker) == (JobState.DONE, {"n": 3}, "w")


def test_a_mistake_of_the_program_fails_the_job_by_its_name_alone(service, caller, job_of, caplog):
    def fail(work):
        raise KeyError("Anna Lindqvist")

    job = job_of(fail)
    with caplog.at_level(logging.ERROR):
        run(service)
    found = jobs.get(service, caller, job)
    assert (found.state, found.message) == (JobState.FAILED, "KeyError")
    assert "KeyError" in caplog.text
    assert "Anna" not in caplog.text


def test_a_result_that_cannot_be_kept_fails_the_job(service, caller, job_of):
    job = job_of(lambda work: {"no": object()})
    run(service)
    found = jobs.get(service, caller, job)
    assert (found.state, found.message) == (JobState.FAILED, "InvalidInput")


def test_a_worker_may_be_called_after_any_host(service, caller, job_of):
    job = job_of(lambda work: {})
    Worker(service, name="app_1 (хост)").run_one()
    assert jobs.get(service, caller, job).worker == "app_1-------"
    assert Worker(service, name="").name == "worker"


def test_a_database_that_fails_is_waited_for(service, monkeypatch):
    tries = []

    def busy(*args, **options):
        tries.append(True)
        raise StoreBusy("busy")

    monkeypatch.setattr(job_work, "waiting", busy)
    Worker(service, name="w").run(lambda: len(tries) == 3, poll_s=0.0)
    assert len(tries) == 3


def test_what_cannot_be_mended_by_waiting_fails_the_job_with_its_code(service, caller, job_of):
    def fail(work):
        raise InvalidInput("Words of a document")

    job = job_of(fail)
    run(service)
    found = jobs.get(service, caller, job)
    assert (found.state, found.message) == (JobState.FAILED, "invalid_input")


@pytest.mark.parametrize(
    ("error", "code"), [(OutOfMemory("no"), "out_of_memory"), (OSError(5), "machine_error")]
)
def test_an_error_of_the_machine_puts_the_job_back_for_later(service, caller, job_of, error, code):
    def fail(work):
        raise error

    job = job_of(fail)
    run(service)
    found = jobs.get(service, caller, job)
    assert (found.state, found.message) == (JobState.QUEUED, code)
    assert found.not_before > found.created_at
    assert run(service) is False


def test_a_cancelled_job_stops_between_two_steps(service, caller, job_of):
    def steps(work):
        work.finish_step("first")
        with service.database.transaction() as transaction:
            stored_jobs.cancel(transaction, caller.workspace, caller.actor, work.job.id)
        wait_until(lambda: work.check())

    job = job_of(steps)
    run(service, lease_s=0.03)
    found = jobs.get(service, caller, job)
    assert (found.state, found.done) == (JobState.CANCELLED, 1)


def test_a_worker_told_to_end_puts_its_job_back_for_another(service, caller, job_of):
    ends = []

    def steps(work):
        if "first" not in work.steps_done():
            work.finish_step("first")
            ends.append(True)
            work.check()
        return {}

    job = job_of(steps)
    Worker(service, name="w").run(lambda: bool(ends))
    found = jobs.get(service, caller, job)
    assert (found.state, found.done, found.attempts) == (JobState.QUEUED, 1, 0)
    run(service)
    assert jobs.get(service, caller, job).state is JobState.DONE


def test_an_interrupted_process_puts_its_job_back(service, caller, job_of):
    def interrupt(work):
        raise KeyboardInterrupt

    job = job_of(interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(service)
    assert jobs.get(service, caller, job).state is JobState.QUEUED


def test_a_lease_is_prolonged_as_long_as_the_work_goes_on(service, caller, job_of):
    def long(work):
        first = jobs.get(service, caller, work.job.id).lease_until
        wait_until(lambda: jobs.get(service, caller, work.job.id).lease_until > first)
        return {}

    job = job_of(long)
    run(service, lease_s=0.1)
    assert jobs.get(service, caller, job).state is JobState.DONE


def test_a_worker_that_lost_its_job_writes_nothing_more(tmp_path):
    clock = SetClock(datetime(2026, 3, 1, tzinfo=UTC))
    with open_service(small.options_of(tmp_path), clock=clock) as service:
        caller = small.new_workspace(service)
        taken = []

        def lose(work):
            clock.move(100)
            with service.database.transaction() as transaction:
                taken.append(job_work.claim(transaction, "other", lease_s=60))
            work.finish_step("mine")

        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(kinds.KINDS, "purge", lose)
            with service.database.transaction() as transaction:
                new = NewJob("purge")
                job = stored_jobs.add(transaction, caller.workspace, caller.actor, new)[0].id
            run(service)
        found = jobs.get(service, caller, job)
        assert (found.state, found.worker, found.done) == (JobState.RUNNING, "other", 0)


def wait_until(holds):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
