import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, InvalidInput
from metier.store.workspaces import job_work, jobs, log, people, workspaces
from metier.store.workspaces.database import Database
from metier.store.workspaces.jobs import JobState, NewJob
from tests.store.workspaces.world import ACTOR


@pytest.fixture
def workspace(database):
    with database.transaction() as transaction:
        return workspaces.add(transaction, ACTOR, name="Team").id


@pytest.fixture
def add(database, workspace, clock):
    def add_job(kind="read", **fields):
        clock.move(1)
        with database.transaction() as transaction:
            return jobs.add(transaction, workspace, ACTOR, NewJob(kind, **fields))[0]

    return add_job


@pytest.fixture
def call(database):
    def call_it(function, *arguments, **keywords):
        with database.transaction() as transaction:
            return function(transaction, *arguments, **keywords)

    return call_it


def test_jobs_are_claimed_by_priority_then_age(add, call):
    old, high, new = add(), add(priority=5), add()
    claimed = [call(job_work.claim, "w1", lease_s=60) for _ in range(3)]
    assert [job.id for job in claimed] == [high.id, old.id, new.id]
    assert call(job_work.claim, "w1", lease_s=60) is None


def test_a_worker_claims_only_what_it_can_do(add, call, database):
    add("read")
    wanted = add("write")
    with database.reading() as transaction:
        assert job_work.waiting(transaction, ["write"])
        assert not job_work.waiting(transaction, ["draw"])
    assert call(job_work.claim, "w1", lease_s=60, kinds=["draw"]) is None
    assert call(job_work.claim, "w1", lease_s=60, kinds=["write"]).id == wanted.id


def test_a_claim_says_who_has_the_job_until_when(add, call):
    job = add()
    claimed = call(job_work.claim, "w1", lease_s=60)
    assert (claimed.state, claimed.worker, claimed.attempts, claimed.claims) == (JobState.RUNNING, "w1", 1, 1)
    assert claimed.lease_until > claimed.heartbeat_at == claimed.started_at > job.created_at[:10]


def test_a_lease_is_prolonged_and_runs_out(add, call, clock):
    add()
    first = call(job_work.claim, "w1", lease_s=60)
    clock.move(50)
    call(job_work.beat, first, lease_s=60)
    clock.move(50)
    assert call(job_work.claim, "w2", lease_s=60) is None
    clock.move(10)
    second = call(job_work.claim, "w2", lease_s=60)
    assert (second.id, second.claims, second.attempts) == (first.id, 2, 2)


@pytest.mark.parametrize(
    "work",
    [
        lambda transaction, job: job_work.beat(transaction, job, lease_s=60),
        lambda transaction, job: job_work.tell(transaction, job, total=3),
        lambda transaction, job: job_work.finish_step(transaction, job, "s"),
        lambda transaction, job: job_work.finish(transaction, job),
        lambda transaction, job: job_work.fail(transaction, job, message="m"),
        lambda transaction, job: job_work.stop(transaction, job),
        lambda transaction, job: job_work.release(transaction, job),
    ],
    ids=["beat", "tell", "finish_step", "finish", "fail", "stop", "release"],
)
@pytest.mark.parametrize("other", ["w2", "w1"])
def test_who_lost_the_lease_is_refused_also_by_its_own_later_claim(add, call, clock, work, other):
    add()
    first = call(job_work.claim, "w1", lease_s=60)
    clock.move(60)
    second = call(job_work.claim, other, lease_s=60)
    with pytest.raises(Conflict, match="no longer held"):
        call(work, first)
    assert call(jobs.get, second.workspace, second.id) == second


def test_a_step_and_what_it_gives_are_kept_together_or_not_at_all(add, call, database, workspace):
    add()
    job = call(job_work.claim, "w1", lease_s=60)

    def do_step(name):
        with database.transaction() as transaction:
            people.add(transaction, workspace, ACTOR, name=name)
            return job_work.finish_step(transaction, job, "first", result={"n": 1})

    assert do_step("Ann").done == 1
    with pytest.raises(Conflict, match="done already"):
        do_step("Bob")
    assert call(job_work.steps_done, job) == {"first": {"n": 1}}
    with database.reading() as transaction:
        assert [person.name for person in people.page(transaction, workspace).items] == ["Ann"]


def test_a_job_ends_with_its_result(add, call, workspace):
    add()
    job = call(job_work.claim, "w1", lease_s=60)
    told = call(job_work.tell, job, total=2, message="reading")
    assert (told.total, told.message) == (2, "reading")
    done = call(job_work.finish, job, result={"n": 2})
    assert (done.state, done.result, done.lease_until) == (JobState.DONE, {"n": 2}, None)
    last = call(log.entries, workspace, subject=job.id)[-1]
    assert (last.action, last.result, last.actor) == ("job.end", "done", "program:w1")
    with pytest.raises(Conflict, match="no longer held"):
        call(job_work.finish, job)


def test_a_failed_job_is_begun_again_later_and_not_for_ever(add, call, clock):
    add(max_attempts=2)
    job = call(job_work.claim, "w1", lease_s=60)
    assert call(job_work.fail, job, message="no model").state is JobState.QUEUED
    assert call(job_work.claim, "w1", lease_s=60) is None
    clock.move(5)
    job = call(job_work.claim, "w1", lease_s=60)
    failed = call(job_work.fail, job, message="no model")
    assert (failed.state, failed.message, failed.attempts) == (JobState.FAILED, "no model", 2)


def test_a_job_that_no_retry_can_save_fails_at_once(add, call):
    add()
    job = call(job_work.claim, "w1", lease_s=60)
    assert call(job_work.fail, job, message="no such file", retry=False).state is JobState.FAILED


def test_a_job_that_kills_its_workers_fails_in_the_end(add, call, clock):
    job = add(max_attempts=3)
    for _ in range(3):
        assert call(job_work.claim, "w1", lease_s=60).id == job.id
        clock.move(60)
    assert call(job_work.claim, "w1", lease_s=60) is None
    failed = call(jobs.get, job.workspace, job.id)
    assert (failed.state, failed.message) == (JobState.FAILED, job_work.LOST)


def test_a_job_that_gets_ahead_is_not_given_up(add, call, clock):
    job = add(max_attempts=2)
    for step in range(5):
        claimed = call(job_work.claim, "w1", lease_s=60)
        call(job_work.finish_step, claimed, f"s{step}")
        clock.move(60)
    assert call(jobs.get, job.workspace, job.id).done == 5


def test_a_cancelled_job_is_stopped_by_its_worker(add, call):
    job = add()
    claimed = call(job_work.claim, "w1", lease_s=60)
    with pytest.raises(Conflict, match="Nobody asked"):
        call(job_work.stop, claimed)
    call(jobs.cancel, job.workspace, ACTOR, job.id)
    assert call(job_work.beat, claimed, lease_s=60).cancel_requested
    assert call(job_work.stop, claimed).state is JobState.CANCELLED


@pytest.mark.parametrize("end", ["release", "fail", "lost"])
def test_a_cancelled_job_is_never_begun_again(add, call, clock, end):
    job = add()
    claimed = call(job_work.claim, "w1", lease_s=60)
    call(jobs.cancel, job.workspace, ACTOR, job.id)
    if end == "release":
        call(job_work.release, claimed)
    elif end == "fail":
        call(job_work.fail, claimed, message="m")
    clock.move(60)
    assert call(job_work.claim, "w2", lease_s=60) is None
    assert call(jobs.get, job.workspace, job.id).state is JobState.CANCELLED


def test_a_released_job_goes_on_at_once_and_counts_no_attempt(add, call):
    add()
    job = call(job_work.release, call(job_work.claim, "w1", lease_s=60))
    assert (job.state, job.attempts, job.worker) == (JobState.QUEUED, 0, None)
    assert call(job_work.claim, "w2", lease_s=60).id == job.id


def test_a_claim_passes_over_what_another_is_claiming(place, clock, add, call):
    first, second = add(), add()
    if not place["url"].startswith("postgresql"):
        pytest.skip("SQLite has one writer at a time")
    with Database.open(**place, clock=clock) as other, other.transaction() as transaction:
        assert job_work.claim(transaction, "w1", lease_s=60).id == first.id
        assert call(job_work.claim, "w2", lease_s=60).id == second.id


@pytest.mark.parametrize(
    ("work", "name"),
    [
        (lambda t, job: job_work.claim(t, "w1", lease_s=0), "lease_s"),
        (lambda t, job: job_work.claim(t, "two words", lease_s=1), "worker"),
        (lambda t, job: job_work.claim(t, "w1", lease_s=1, kinds=["\x00"]), "kinds"),
        (lambda t, job: job_work.beat(t, job, lease_s=10**9), "lease_s"),
        (lambda t, job: job_work.tell(t, job, total=-1), "total"),
        (lambda t, job: job_work.tell(t, job, message="\x00"), "message"),
        (lambda t, job: job_work.finish_step(t, job, "two words"), "step"),
        (lambda t, job: job_work.finish_step(t, job, "s", result={"a": object()}), "result"),
        (lambda t, job: job_work.finish(t, job, result={"a": float("nan")}), "result"),
        (lambda t, job: job_work.fail(t, job, message="\ud800"), "message"),
    ],
)
def test_what_cannot_be_kept_is_refused(add, call, work, name):
    add()
    job = call(job_work.claim, "w1", lease_s=60)
    with pytest.raises(InvalidInput, match=name):
        call(work, job)
