import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import InvalidInput, NotFound, StoreBusy
from metier.store.workspaces import workspaces
from metier.store.workspaces.ids import is_id
from tests.store.workspaces.world import ACTOR


def test_a_transaction_has_one_moment(transaction, clock):
    at = transaction.at
    clock.move(60)
    assert (transaction.at, transaction.now.isoformat()) == (at, "2026-03-01T12:00:00+00:00")
    assert is_id(transaction.new_id())


def test_a_workspace_is_held_more_than_once_without_harm(transaction, world):
    transaction.hold(world.workspace)
    transaction.hold(world.workspace)


def test_what_is_no_workspace_cannot_be_held(transaction):
    with pytest.raises(NotFound, match="no workspace"):
        transaction.hold(transaction.new_id())


def test_who_only_reads_can_neither_hold_nor_write(database):
    with database.reading() as transaction:
        for work in (
            transaction.check_writes,
            lambda: transaction.hold("x"),
            lambda: transaction.hold_table("workspaces"),
        ):
            with pytest.raises(InvalidInput, match="only reads"):
                work()


def test_rows_come_by_the_names_of_their_columns(transaction, world):
    table = transaction.table("workspaces")
    statement = table.select().where(table.c.id == world.workspace)
    assert transaction.all(statement) == [transaction.first(statement)]
    assert transaction.first(statement)["name"] == "Team"
    assert transaction.first(table.select().where(table.c.id == "x")) is None
    assert transaction.run(table.update().where(table.c.id == "x").values(name="y")) == 0


def test_a_held_table_keeps_other_writers_out_until_the_end(database):
    with database.transaction() as first:
        first.hold_table("workspaces")
        with pytest.raises(StoreBusy), database.transaction() as second:
            workspaces.add(second, ACTOR, name="Team")
    with database.transaction() as second:
        workspaces.add(second, ACTOR, name="Team")
