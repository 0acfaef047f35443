import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import InvalidInput, NotFound
from metier.store.workspaces import keys, log, sessions, workspaces
from tests.store.workspaces.world import ACTOR


@pytest.fixture
def key(database):
    with database.transaction() as transaction:
        workspace = workspaces.add(transaction, ACTOR, name="Team").id
        return keys.add(transaction, workspace, ACTOR, name="K", role=keys.KeyRole.VIEWER, lasts_s=100)[0]


@pytest.fixture
def begin(database, key):
    def begin_session(lasts_s=60):
        with database.transaction() as transaction:
            return sessions.begin(transaction, key, lasts_s=lasts_s)

    return begin_session


def check(database, secret):
    with database.reading() as transaction:
        return sessions.check(transaction, secret)


def test_a_session_is_known_by_its_secret_and_knows_its_key(database, key, begin):
    session, secret = begin()
    assert check(database, secret) == (session, key)
    with database.reading() as transaction:
        assert secret not in str(transaction.all(transaction.table("sessions").select()))


def test_a_session_is_over_after_its_time(database, begin, clock):
    _, secret = begin()
    clock.move(59)
    check(database, secret)
    clock.move(1)
    with pytest.raises(NotFound, match="Sign in again"):
        check(database, secret)


def test_a_session_lasts_no_longer_than_its_key(begin, key, clock):
    session, _ = begin(lasts_s=3600)
    assert session.expires_at == key.expires_at
    clock.move(100)
    with pytest.raises(NotFound, match="no key"):
        begin()


def test_a_session_is_ended_once(database, begin, key):
    session, secret = begin()
    with database.transaction() as transaction:
        for _ in range(2):
            sessions.end(transaction, session.workspace, session.id)
        entries = log.entries(transaction, key.workspace, subject=session.id)
        assert [(entry.action, entry.actor) for entry in entries] == [
            ("session.begin", f"key:{key.id}"),
            ("session.end", f"session:{session.id}"),
        ]
    with pytest.raises(NotFound, match="Sign in again"):
        check(database, secret)


@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800"])
def test_an_unknown_secret_is_no_session(database, begin, secret):
    begin()
    with pytest.raises(NotFound, match="Sign in again"):
        check(database, secret)


@pytest.mark.parametrize("lasts_s", [0, float("nan"), 10**9])
def test_a_time_out_of_range_is_refused(begin, lasts_s):
    with pytest.raises(InvalidInput, match="lasts_s"):
        begin(lasts_s)
