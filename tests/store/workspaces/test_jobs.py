import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, InvalidInput, NotFound
from metier.store.workspaces import job_work, jobs, log
from metier.store.workspaces.jobs import JobState, NewJob
from tests.store.workspaces.world import ACTOR


def test_a_new_job_waits(transaction, world):
    job, new = jobs.add(transaction, world.workspace, ACTOR, NewJob("read", {"a": [1, None, "x\x00\ud800"]}))
    assert new
    assert jobs.get(transaction, world.workspace, job.id) == job
    assert (job.state, job.attempts, job.done, job.total) == (JobState.QUEUED, 0, 0, None)
    assert job.payload == {"a": [1, None, "x\x00\ud800"]}


def test_the_same_key_is_the_same_job(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    first, _ = jobs.add(*here, NewJob("read", {"a": 1}, key="k"))
    assert jobs.add(*here, NewJob("read", {"a": 1}, key="k")) == (first, False)
    assert jobs.add(*here, NewJob("write", {"a": 1}, key="k"))[1]
    with pytest.raises(Conflict, match="another payload"):
        jobs.add(*here, NewJob("read", {"a": 2}, key="k"))


def test_a_waiting_job_is_cancelled_at_once_and_once(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    job = jobs.cancel(*here, world.job)
    assert (job.state, job.ended_at) == (JobState.CANCELLED, transaction.at)
    assert jobs.cancel(*here, world.job) == job
    actions = [entry.action for entry in log.entries(transaction, world.workspace, subject=world.job)]
    assert actions == ["job.add", "job.cancel"]


def test_a_running_job_is_asked_to_stop(transaction, world):
    job_work.claim(transaction, "w1", lease_s=60)
    job = jobs.cancel(transaction, world.workspace, ACTOR, world.job)
    assert (job.state, job.cancel_requested) == (JobState.RUNNING, True)


def test_jobs_are_listed_and_counted_by_state(transaction, world):
    other, _ = jobs.add(transaction, world.workspace, ACTOR, NewJob("read"))
    jobs.cancel(transaction, world.workspace, ACTOR, other.id)
    waiting = jobs.page(transaction, world.workspace, state=JobState.QUEUED)
    assert [job.id for job in waiting.items] == [world.job]
    assert jobs.counts(transaction, world.workspace) == {
        **dict.fromkeys(JobState, 0),
        JobState.QUEUED: 1,
        JobState.CANCELLED: 1,
    }


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "two words"}, "kind"),
        ({"kind": "a", "key": "\x00"}, "key"),
        ({"kind": "a", "priority": 101}, "priority"),
        ({"kind": "a", "max_attempts": 0}, "max_attempts"),
    ],
)
def test_a_job_that_cannot_be_is_refused(fields, name):
    with pytest.raises(InvalidInput, match=name):
        NewJob(**fields)


def test_a_payload_must_be_json_and_the_person_known(transaction, world):
    with pytest.raises(InvalidInput, match="payload"):
        jobs.add(transaction, world.workspace, ACTOR, NewJob("read", {"a": {1, 2}}))
    with pytest.raises(NotFound, match="no person"):
        jobs.add(transaction, world.workspace, ACTOR, NewJob("read", person=world.job))
