import re

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.store.workspaces import keys
from metier.store.workspaces.database import Database

TOKEN = re.compile(r"mtr_[0-9a-z]{12}_[A-Za-z0-9_-]{43}\n")


@pytest.fixture
def add(metier, team):
    def add(*more, name="Anna", role="recruiter"):
        return metier("keys", "add", "--name", name, "--role", role, *more)

    return add


def lets_in(file, token):
    with Database.open(str(file)) as database, database.reading() as transaction:
        return keys.check(transaction, token.strip())


def test_the_key_alone_is_printed_and_lets_in(add, team, service_file):
    result = add("--lasts-days", 90)
    assert result.code == 0
    assert TOKEN.fullmatch(result.out)
    assert "It is shown this once" in result.err
    assert result.out.strip() not in result.err
    key = lets_in(service_file, result.out)
    assert (key.workspace, key.name, key.role) == (team, "Anna", keys.KeyRole.RECRUITER)
    assert key.expires_at > key.created_at
    assert key.id in result.err


def test_a_key_works_without_end_where_no_days_are_said(add, service_file):
    assert lets_in(service_file, add(role="viewer").out).expires_at is None


def test_keys_are_listed_without_what_lets_in(add, metier):
    token = add().out.strip()
    listed = metier("keys", "list")
    assert [(row["name"], row["role"], row["works"]) for row in listed.rows] == [("Anna", "recruiter", True)]
    table = metier("keys", "list", "--format", "table")
    for shown in (listed.out, table.out):
        assert token.split("_", 2)[2] not in shown
        assert listed.rows[0]["id"] in shown


def test_a_revoked_key_no_longer_lets_in_and_stays_listed(add, metier, service_file):
    token = add().out
    (row,) = metier("keys", "list").rows
    for _ in range(2):
        result = metier("keys", "revoke", row["id"])
        assert (result.code, result.out) == (0, "")
        assert f"Revoked the key {row['id']}." in result.err
    with pytest.raises(LookupError, match="no longer works"):
        lets_in(service_file, token)
    (row,) = metier("keys", "list").rows
    assert row["works"] is False


def test_where_there_are_several_workspaces_one_is_named(add, metier, team, service_file):
    other = metier("workspaces", "add", "Sales").out.strip()
    refused = add()
    assert (refused.code, refused.out) == (2, "")
    assert f"There are 2 workspaces: 'Sales' ({other}), 'Team' ({team})." in refused.err
    assert "Name one with --workspace." in refused.err
    assert lets_in(service_file, add("--workspace", "Sales").out).workspace == other
    assert lets_in(service_file, add("--workspace", team).out).workspace == team
    (row,) = metier("keys", "list", "--workspace", "Sales").rows
    result = metier("keys", "revoke", row["id"], "--workspace", "Team")
    assert result.code == 2
    assert "There is no key" in result.err


def test_without_a_workspace_the_way_to_add_one_is_named(metier, service_file):
    Database.open(str(service_file)).close()
    result = metier("keys", "list")
    assert result.code == 2
    assert "There is no workspace yet. Add one: metier workspaces add NAME." in result.err


@pytest.mark.parametrize(
    "wrong", [("--lasts-days", "0"), ("--lasts-days", "3661"), ("--name", "\x00"), ("--role", "owner")]
)
def test_what_no_key_can_have_is_refused(add, metier, wrong):
    assert add(*wrong).code == 2
    assert metier("keys", "list").out == ""


def test_an_unknown_key_cannot_be_revoked(metier, team):
    assert team
    result = metier("keys", "revoke", "mtr_no_id")
    assert result.code == 2
    assert "There is no key 'mtr_no_id'" in result.err
