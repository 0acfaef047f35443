import re

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import InvalidInput, NotFound
from metier.store.workspaces import keys, log, sessions, workspaces
from metier.store.workspaces.keys import KeyRole
from tests.store.workspaces.world import ACTOR


@pytest.fixture
def made(database):
    with database.transaction() as transaction:
        workspace = workspaces.add(transaction, ACTOR, name="Team").id
        return keys.add(transaction, workspace, ACTOR, name="Mine", role=KeyRole.RECRUITER, lasts_s=3600)


def check(database, token):
    with database.reading() as transaction:
        return keys.check(transaction, token)


def test_a_key_lets_in_who_shows_it(database, made):
    key, token = made
    assert re.fullmatch(rf"mtr_{key.prefix}_[A-Za-z0-9_-]{{43}}", token)
    assert check(database, token) == key
    assert key.role is KeyRole.RECRUITER


def test_only_a_hash_of_the_secret_is_kept(database, made):
    key, token = made
    with database.reading() as transaction:
        everything = transaction.all(transaction.table("keys").select())
        assert token.split("_", 2)[2] not in str(everything)
        assert token.split("_", 2)[2] not in str(log.entries(transaction, key.workspace))
    assert token.split("_", 2)[2] not in repr(key)


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace("mtr_", "mtx_"),
        lambda token: token + "\n",
        lambda token: "mtr_" + "0" * 12 + token[16:],
        lambda token: token + "\x00",
        lambda token: "\ud800",
    ],
)
def test_what_is_no_key_lets_nobody_in(database, made, change):
    with pytest.raises(NotFound, match="no such key, or it no longer works"):
        check(database, change(made[1]))


def test_a_key_works_until_its_time_is_over(database, made, clock):
    clock.move(3599)
    check(database, made[1])
    clock.move(1)
    with pytest.raises(NotFound, match="no longer works"):
        check(database, made[1])


def test_a_revoked_key_works_no_more_nor_do_its_sessions(database, made):
    key, token = made
    with database.transaction() as transaction:
        _, secret = sessions.begin(transaction, key, lasts_s=60)
        for _ in range(2):
            revoked = keys.revoke(transaction, key.workspace, ACTOR, key.id)
        actions = [entry.action for entry in log.entries(transaction, key.workspace, subject=key.id)]
    assert revoked.revoked_at is not None
    assert actions == ["key.add", "key.revoke"]
    with pytest.raises(NotFound, match="no longer works"):
        check(database, token)
    with database.reading() as transaction, pytest.raises(NotFound, match="Sign in again"):
        sessions.check(transaction, secret)


def test_the_last_use_is_written_once_in_a_minute(database, made, clock):
    _, token = made
    for seconds in (0, 30, 31):
        clock.move(seconds)
        with database.transaction() as transaction:
            keys.note_use(transaction, keys.check(transaction, token))
    used = check(database, token)
    assert used.last_used_at == "2026-03-01T12:01:01.000000Z"
    with database.reading() as transaction:
        assert keys.is_use_noted(used, transaction)


def test_roles_include_those_before_them():
    assert KeyRole.ADMIN.includes(KeyRole.VIEWER)
    assert KeyRole.VIEWER.includes(KeyRole.VIEWER)
    assert not KeyRole.RECRUITER.includes(KeyRole.ADMIN)


@pytest.mark.parametrize("lasts_s", [0, -1, float("nan"), 10**12])
def test_a_time_out_of_range_is_refused(transaction, world, lasts_s):
    with pytest.raises(InvalidInput, match="lasts_s"):
        keys.add(transaction, world.workspace, ACTOR, name="K", role=KeyRole.VIEWER, lasts_s=lasts_s)


def test_keys_are_listed_revoked_ones_too(transaction, world):
    keys.revoke(transaction, world.workspace, ACTOR, world.key)
    assert [key.id for key in keys.page(transaction, world.workspace).items] == [world.key]
