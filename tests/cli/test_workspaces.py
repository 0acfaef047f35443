import sys

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.store.workspaces import log, migration, workspaces
from metier.store.workspaces.database import Database
from metier.store.workspaces.log import Actor, ActorKind


def test_a_workspace_is_added_listed_and_renamed(metier, team, service_file):
    added = metier("workspaces", "add", "Sales")
    identifier = added.out.strip()
    assert (added.code, len(identifier)) == (0, 26)
    assert f"metier keys add --workspace {identifier}" in added.err
    assert metier("workspaces", "rename", "Sales", "Office").code == 0
    rows = metier("workspaces", "list").rows
    assert [(row["id"], row["name"], row["taxonomy"]) for row in rows] == [
        (identifier, "Office", None),
        (team, "Team", None),
    ]
    with Database.open(str(service_file)) as database, database.reading() as transaction:
        entries = log.entries(transaction, identifier)
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("workspace.add", "operator:"),
        ("workspace.rename", "operator:"),
    ]


def test_workspaces_are_shown_as_a_table_without_what_a_terminal_would_obey(metier, team):
    metier("workspaces", "add", "Red\x1b[31m")
    table = metier("workspaces", "list", "--format", "table").out
    assert team in table
    assert "Team" in table
    assert "\x1b" not in table
    assert "Red␛[31m" in table


def test_a_workspace_is_named_by_its_id_too(metier, team):
    assert metier("workspaces", "rename", team, "Office").code == 0
    assert [row["name"] for row in metier("workspaces", "list").rows] == ["Office"]


def test_who_names_none_of_the_workspaces_is_told_which_there_are(metier, team):
    result = metier("workspaces", "rename", "Tema", "Office")
    assert (result.code, result.out) == (2, "")
    assert f"There is no workspace 'Tema'. There are 'Team' ({team})." in result.err


def test_of_two_workspaces_with_one_name_the_id_tells_which(metier, team):
    other = metier("workspaces", "add", "Team").out.strip()
    result = metier("workspaces", "rename", "Team", "Office")
    assert result.code == 2
    assert (
        f"2 workspaces have this name: 'Team' ({other}), 'Team' ({team}). Give the id of one." in result.err
    )
    assert metier("workspaces", "rename", other, "Office").code == 0


def test_many_workspaces_are_not_all_named(metier, service_file):
    with Database.open(str(service_file)) as database, database.transaction() as transaction:
        for number in range(230):
            workspaces.add(transaction, Actor(ActorKind.OPERATOR), name=f"Team {number}")
    assert len(metier("workspaces", "list").rows) == 230
    assert "and 220 more" in metier("keys", "list").err


def test_a_name_that_cannot_be_kept_is_refused(metier, team):
    result = metier("workspaces", "rename", team, " ")
    assert result.code == 2
    assert "name must not be blank" in result.err


def test_without_a_database_the_way_to_make_one_is_named(metier, service_file):
    result = metier("workspaces", "list")
    assert (result.code, result.out) == (2, "")
    assert f"There is no database at {service_file}. Make one: metier serve." in result.err
    assert not service_file.parent.exists()


def test_the_first_workspace_and_key_can_be_made_before_the_service_starts(metier, service_file):
    identifier = metier("workspaces", "add", "Team").out.strip()
    assert service_file.stat().st_mode & 0o777 == 0o600
    assert metier("keys", "add", "--name", "Ada", "--role", "admin").code == 0
    assert [row["id"] for row in metier("workspaces", "list").rows] == [identifier]


def test_an_older_database_is_left_to_the_service(metier, service_file, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(migration, "REVISIONS", migration.REVISIONS[:1])
        Database.open(str(service_file)).close()
    result = metier("workspaces", "add", "Team")
    assert (result.code, result.out) == (4, "")
    assert "Start metier serve once to bring it up to date" in result.err


@pytest.mark.usefixtures("team")
def test_the_database_is_that_of_the_option_or_the_setting(metier, tmp_path, monkeypatch):
    elsewhere = tmp_path / "other.db"
    Database.open(str(elsewhere)).close()
    assert metier("workspaces", "list", "--database", elsewhere).out == ""
    monkeypatch.setenv("METIER_DATABASE", str(elsewhere))
    assert metier("workspaces", "list").out == ""
    assert metier("workspaces", "list", "--format", "table").out == ""


@pytest.mark.usefixtures("team")
def test_without_the_extra_it_is_named(metier, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    result = metier("workspaces", "list")
    assert result.code == 2
    assert "metier[serve]" in result.err
