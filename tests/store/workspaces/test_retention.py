import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import InvalidInput
from metier.store.workspaces import (
    idempotency,
    job_work,
    jobs,
    log,
    retention,
    sessions,
    vacancies,
)
from metier.store.workspaces.retention import RetentionKind
from tests.store.workspaces.world import ACTOR, make_world

DAY_S = 24 * 3600


@pytest.fixture
def world(database):
    with database.transaction() as transaction:
        return make_world(transaction)


def put(transaction, world, kind, days):
    retention.put(transaction, world.workspace, ACTOR, kind=kind, days=days)


def test_rules_are_made_changed_and_taken_away(world, transaction):
    put(transaction, world, RetentionKind.JOBS, 7)
    put(transaction, world, RetentionKind.DOCUMENTS, 30)
    put(transaction, world, RetentionKind.JOBS, 8)
    rules = retention.rules(transaction, world.workspace)
    assert [(rule.kind, rule.days) for rule in rules] == [("documents", 30), ("jobs", 8)]
    put(transaction, world, RetentionKind.JOBS, None)
    assert len(retention.rules(transaction, world.workspace)) == 1
    assert log.entries(transaction, world.workspace, limit=200)[-1].details == {"days": None}


def test_documents_and_interviews_are_due_after_so_many_days(database, world, clock):
    with database.transaction() as transaction:
        put(transaction, world, RetentionKind.DOCUMENTS, 2)
        put(transaction, world, RetentionKind.INTERVIEWS, 2)

    def due(kind):
        with database.reading() as transaction:
            return retention.due(transaction, world.workspace, kind=kind)

    clock.move(2 * DAY_S)
    assert due(RetentionKind.DOCUMENTS) == due(RetentionKind.INTERVIEWS) == ()
    clock.move(1)
    assert due(RetentionKind.DOCUMENTS) == (world.document,)
    assert due(RetentionKind.INTERVIEWS) == (world.interview,)
    with database.transaction() as transaction:
        closed = vacancies.VacancyState.CLOSED
        vacancies.set_state(transaction, world.workspace, ACTOR, world.vacancy, state=closed)
    assert set(due(RetentionKind.DOCUMENTS)) == {world.document, world.advert}


def test_without_a_rule_nothing_is_due_or_purged(database, world, clock):
    clock.move(10_000 * DAY_S)
    with database.transaction() as transaction:
        assert retention.due(transaction, world.workspace, kind=RetentionKind.DOCUMENTS) == ()
        assert set(retention.purge(transaction, world.workspace, ACTOR).values()) == {0}


def test_what_ended_long_ago_is_purged_and_what_goes_on_stays(database, world, clock):
    with database.transaction() as transaction:
        for kind in (RetentionKind.JOBS, RetentionKind.SESSIONS, RetentionKind.REQUESTS):
            put(transaction, world, kind, 1)
        job = job_work.claim(transaction, "w1", lease_s=60)
        job_work.finish_step(transaction, job, "s")
        job_work.finish(transaction, job)
        going, _ = jobs.add(transaction, world.workspace, ACTOR, jobs.NewJob("read"))
        asked = {"request_sha256": "0" * 64}
        idempotency.keep(transaction, world.workspace, "k", **asked, status=200, result={})
    clock.move(DAY_S + 3601)
    with database.transaction() as transaction:
        gone = retention.purge(transaction, world.workspace, ACTOR)
        assert set(gone.values()) == {1}
        assert [job.id for job in jobs.page(transaction, world.workspace).items] == [going.id]
        assert idempotency.find(transaction, world.workspace, "k", **asked) is None
        with pytest.raises(LookupError, match="no session"):
            sessions.get(transaction, world.workspace, world.session)
        last = log.entries(transaction, world.workspace, limit=200)[-1]
        assert (last.action, last.details) == ("retention.purge", {"jobs": 1, "sessions": 1, "requests": 1})


def test_what_cannot_be_is_refused(world, transaction):
    for days in (0, -1, 10**6):
        with pytest.raises(InvalidInput, match="days must be"):
            put(transaction, world, RetentionKind.JOBS, days)
    with pytest.raises(InvalidInput, match="are purged"):
        retention.due(transaction, world.workspace, kind=RetentionKind.JOBS)
