import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict
from metier.store.workspaces import people
from tests.store.workspaces.world import ACTOR, make_world


def test_a_person_is_added_found_and_changed(transaction, world):
    here = (transaction, world.workspace)
    person = people.add(*here, ACTOR, name="Bob")
    assert people.get(*here, person.id) == person
    changed = people.change(*here, ACTOR, person.id, name="Rob", external_id="e2")
    assert (changed.name, changed.external_id) == ("Rob", "e2")
    assert people.with_external_id(*here, "e2") == changed
    assert people.change(*here, ACTOR, person.id, name="Rob", external_id="e2") == changed


def test_an_external_id_is_of_one_person_of_a_workspace(transaction, world):
    here = (transaction, world.workspace, ACTOR)
    with pytest.raises(Conflict, match=f"taken by the person {world.person}"):
        people.add(*here, name="Bob", external_id="e1")
    bob = people.add(*here, name="Bob", external_id="e2")
    with pytest.raises(Conflict, match="taken"):
        people.change(*here, bob.id, name="Bob", external_id="e1")
    assert make_world(transaction, "Others").person != world.person


def test_people_without_an_external_id_are_many(transaction, world):
    for _ in range(2):
        people.add(transaction, world.workspace, ACTOR, name="Same")
    assert len(people.page(transaction, world.workspace).items) == 3
