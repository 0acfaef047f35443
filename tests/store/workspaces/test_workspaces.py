import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import InvalidInput, NotFound
from metier.store.workspaces import log, workspaces
from tests.store.workspaces.world import ACTOR


def test_a_workspace_is_added_found_and_renamed(transaction):
    made = workspaces.add(transaction, ACTOR, name="Team")
    assert workspaces.get(transaction, made.id) == made
    assert (made.created_at, made.taxonomy) == (transaction.at, None)
    assert workspaces.rename(transaction, made.id, ACTOR, name="Crew").name == "Crew"
    actions = [entry.action for entry in log.entries(transaction, made.id)]
    assert actions == ["workspace.add", "workspace.rename"]


def test_all_workspaces_are_listed(transaction):
    made = {workspaces.add(transaction, ACTOR, name="Team").id for _ in range(3)}
    page = workspaces.page(transaction, limit=2)
    rest = workspaces.page(transaction, limit=2, after=page.after)
    assert {item.id for item in (*page.items, *rest.items)} == made


def test_a_blank_name_is_refused_and_nothing_is_there(transaction):
    with pytest.raises(InvalidInput, match="name must not be blank"):
        workspaces.add(transaction, ACTOR, name=" ")
    with pytest.raises(NotFound, match="no workspace"):
        workspaces.get(transaction, transaction.new_id())
