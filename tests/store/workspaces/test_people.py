import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import Conflict, InvalidInput
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


@pytest.fixture
def named(transaction, world):
    """Add people at one moment, and so in no order; return a function that finds their names."""
    for name in ("Anna Berg", "Юлия ЁЛКИНА", "José Bergman", "Strauß", "Bert"):
        people.add(transaction, world.workspace, ACTOR, name=name)
    return lambda **asked: {
        person.name for person in people.page(transaction, world.workspace, **asked).items
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("BERG", {"José Bergman", "Anna Berg"}),
        (" berg ", {"José Bergman", "Anna Berg"}),
        ("ёлкина", {"Юлия ЁЛКИНА"}),
        ("е\u0308лк", {"Юлия ЁЛКИНА"}),
        ("jose\u0301", {"José Bergman"}),
        ("STRAUSS", {"Strauß"}),
        ("%", set()),
        ("\udfff", set()),
    ],
)
def test_people_are_found_by_a_part_of_the_name_in_any_case(named, text, names):
    assert named(text=text) == names


def test_a_blank_text_finds_everybody(named):
    assert named(text=" ") == named()


def test_people_are_found_by_the_whole_external_id(transaction, world, named):
    found = people.page(transaction, world.workspace, external_id="e1")
    assert ([person.id for person in found.items], found.after) == ([world.person], None)
    assert people.page(transaction, world.workspace, external_id="e").items == ()
    assert people.page(transaction, world.workspace, external_id="e1", text="nobody").items == ()
    with pytest.raises(InvalidInput, match="external_id"):
        people.page(transaction, world.workspace, external_id="\x00")


def test_pages_of_those_who_are_found_are_full_but_the_last(transaction, world):
    wanted = []
    for number in range(450):
        name = "Wanted" if number % 100 == 0 else "Other"
        wanted += [people.add(transaction, world.workspace, ACTOR, name=name).id] if name == "Wanted" else []
    found, after = [], None
    for size in (2, 2, 1):
        page = people.page(transaction, world.workspace, text="wanted", after=after, limit=2)
        assert len(page.items) == size
        found += [person.id for person in page.items]
        after = page.after
    assert (found, after) == (sorted(wanted, reverse=True), None)


def test_a_page_that_takes_all_who_are_found_is_the_last(transaction, world):
    for _ in range(2):
        people.add(transaction, world.workspace, ACTOR, name="Wanted")
    page = people.page(transaction, world.workspace, text="wanted", limit=2)
    assert (len(page.items), page.after) == (2, None)
