"""Workers killed at any moment, and several at once: every step is done, and none twice."""

import multiprocessing
import random
import time

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, StoreBusy
from metier.store.workspaces import job_work, jobs, log, people, workspaces
from metier.store.workspaces.database import Database
from metier.store.workspaces.jobs import JobState, NewJob
from tests.store.workspaces.world import ACTOR

N_KILLS = 15
N_STEPS = 1000
LEASE_S = 0.2
# Each process is a fork of one that has imported everything, since importing takes most of the time.
PROCESSES = multiprocessing.get_context("forkserver")


def work(place, worker, started=None):
    """Do all jobs: each step adds a person of its name, beside the note that it is done."""
    with Database.open(**place) as database:
        if started is not None:
            started.set()
        while True:
            with database.transaction() as transaction:
                job = job_work.claim(transaction, worker, lease_s=LEASE_S)
            if job is None:
                with database.reading() as transaction:
                    if all(item.state.ended for item in jobs.page(transaction, worker_home(place)).items):
                        return
                time.sleep(0.02)
                continue
            try:
                do_job(database, job)
            except Conflict:
                continue  # another has the job now


def worker_home(place):
    with Database.open(**place) as database, database.reading() as transaction:
        return workspaces.page(transaction).items[0].id


def do_job(database, job):
    with database.transaction() as transaction:
        done = job_work.steps_done(transaction, job)
    for number in range(job.payload["steps"]):
        step = f"{job.payload['name']}-{number}"
        if step in done:
            continue
        time.sleep(0.002)  # so that the job takes seconds on any machine
        with database.transaction() as transaction:
            people.add(transaction, job.workspace, ACTOR, name=step)
            job_work.finish_step(transaction, job, step)
        with database.transaction() as transaction:
            job_work.beat(transaction, job, lease_s=LEASE_S)
    with database.transaction() as transaction:
        job_work.finish(transaction, job)


def start(place, worker):
    PROCESSES.set_forkserver_preload([__name__])
    started = PROCESSES.Event()
    process = PROCESSES.Process(target=work, args=(place, worker, started))
    process.start()
    assert started.wait(60)
    return process


def prepare(place, names, steps):
    with Database.open(**place) as database, database.transaction() as transaction:
        workspace = workspaces.add(transaction, ACTOR, name="Team").id
        for name in names:
            payload = {"name": name, "steps": steps}
            jobs.add(transaction, workspace, ACTOR, NewJob("count", payload, max_attempts=100))
    return workspace


def check_all_done_once(place, workspace, names, steps):
    with Database.open(**place) as database, database.reading() as transaction:
        found = jobs.page(transaction, workspace).items
        assert [(job.state, job.done) for job in found] == [(JobState.DONE, steps)] * len(names)
        table = transaction.table("people")
        made = sorted(row["name"] for row in transaction.all(table.select()))
        assert made == sorted(f"{name}-{number}" for name in names for number in range(steps))
        check = log.verify(transaction, workspace)
        # The workspace, each job added and ended, each person.
        assert (check.broken_at, check.entries) == (None, 1 + len(names) * (2 + steps))


def test_a_worker_killed_many_times_loses_no_step_and_does_none_twice(place):
    place = {**place, "timeout_s": 30}
    workspace = prepare(place, ["a"], N_STEPS)
    rng = random.Random(0)
    for kill in range(N_KILLS):
        process = start(place, f"w{kill}")
        # Long enough for the lease of the one before to run out, so that most are killed at work.
        process.join(LEASE_S + rng.uniform(0.0, 0.1))
        assert process.exitcode is None
        process.kill()
        process.join()
    last = start(place, "last")
    last.join(120)
    assert last.exitcode == 0
    with Database.open(**place) as database, database.reading() as transaction:
        assert jobs.page(transaction, workspace).items[0].claims > N_KILLS // 2
    check_all_done_once(place, workspace, ["a"], N_STEPS)


def test_several_workers_at_once_do_each_step_once_though_some_are_killed(place):
    place = {**place, "timeout_s": 30}
    names = [f"j{number}" for number in range(6)]
    workspace = prepare(place, names, 10)
    processes = [start(place, f"w{number}") for number in range(4)]
    processes[0].kill()
    processes[1].kill()
    for process in processes:
        process.join(180)
    assert [process.exitcode for process in processes[2:]] == [0, 0]
    check_all_done_once(place, workspace, names, 10)


def test_claims_of_many_threads_never_share_a_job(place):
    from concurrent.futures import ThreadPoolExecutor

    place = {**place, "timeout_s": 30}
    prepare(place, [f"j{number}" for number in range(20)], 1)
    with Database.open(**place) as database:

        def claim_all(worker):
            mine = []
            while True:
                try:
                    with database.transaction() as transaction:
                        job = job_work.claim(transaction, worker, lease_s=600)
                except StoreBusy:
                    continue
                if job is None:
                    return mine
                mine.append(job.id)

        with ThreadPoolExecutor(6) as pool:
            claimed = [job for mine in pool.map(claim_all, map("w{}".format, range(6))) for job in mine]
    assert len(claimed) == len(set(claimed)) == 20
