import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from metier.errors import InvalidInput, NotFound, StoreDamaged
from metier.store.workspaces import people
from metier.store.workspaces.rows import Page, check_workspace, columns_of, every, record_of
from tests.store.workspaces.world import ACTOR


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Thing:
    id: str
    colour: Colour | None
    details: dict[str, Any]
    number: int | None = None


def test_a_row_becomes_a_record_with_enums_and_json():
    row = {"id": "a", "colour": "red", "details": '{"a":1}', "number": None, "more": 1}
    assert record_of(Thing, row) == Thing("a", Colour.RED, {"a": 1})
    assert record_of(Thing, {**row, "colour": None}).colour is None


@pytest.mark.parametrize("bad", [{"colour": "blue"}, {"details": "{"}, {"details": "[]"}, {"details": None}])
def test_a_damaged_row_says_so(bad):
    row = {"id": "a", "colour": "red", "details": "{}", "number": None}
    with pytest.raises(StoreDamaged, match="Thing is damaged"):
        record_of(Thing, {**row, **bad})


def test_only_the_columns_of_a_record_are_read(transaction):
    columns = columns_of(people.Person, transaction.table("people"))
    assert [column.name for column in columns] == ["workspace", "id", "name", "external_id", "created_at"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_show_each_once_the_latest_first(transaction, world, clock, limit):
    made = [world.person]
    made += [people.add(transaction, world.workspace, ACTOR, name=f"P{n}").id for n in range(6)]
    seen, after = [], None
    while True:
        page = people.page(transaction, world.workspace, after=after, limit=limit)
        seen += [person.id for person in page.items]
        assert len(page.items) <= limit
        if page.after is None:
            break
        after = page.after
    assert seen == sorted(made, reverse=True)


def test_a_row_added_meanwhile_does_not_shift_the_next_page(transaction, world):
    for n in range(3):
        people.add(transaction, world.workspace, ACTOR, name=f"P{n}")
    first = people.page(transaction, world.workspace, limit=2)
    transaction.now = transaction.now.replace(year=2030)
    people.add(transaction, world.workspace, ACTOR, name="Late")
    second = people.page(transaction, world.workspace, after=first.after, limit=2)
    assert not {person.id for person in first.items} & {person.id for person in second.items}
    assert len(second.items) == 2


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_limit_is_1_to_200(transaction, world, limit):
    with pytest.raises(InvalidInput, match="limit must be from 1 to 200"):
        people.page(transaction, world.workspace, limit=limit)


@pytest.mark.parametrize("after", ["", "x", "\x00", "0" * 27])
def test_a_cursor_is_one_that_a_page_gave(transaction, world, after):
    with pytest.raises(InvalidInput, match="after must be what the page before gave"):
        people.page(transaction, world.workspace, after=after)


def test_a_workspace_that_can_be_no_id_is_not_found():
    with pytest.raises(NotFound, match="no workspace"):
        check_workspace("\x00")


@pytest.mark.parametrize(("after", "records"), [(None, [0, 0, 1, 1, 2, 2]), ("1", [1, 1, 2, 2])])
def test_every_page_is_asked_for_with_what_the_one_before_gave(after, records):
    asked = []

    def page(*, after, limit):
        asked.append(after)
        number = int(after or 0)
        return Page((number, number), str(number + 1) if number < 2 else None)

    assert list(every(page, after=after)) == records
    assert asked == [None, "1", "2"][-len(asked) :]


def test_a_page_without_records_is_not_the_last():
    pages = {None: Page((1, 2), "a"), "a": Page((), "b"), "b": Page((3,), None)}
    assert tuple(every(lambda *, after, limit: pages[after])) == (1, 2, 3)
