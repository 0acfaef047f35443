import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from metier.errors import NotFound, StoreUnavailable
from metier.store.workspaces import erasure, interviews, log, migration, taxonomies, workspaces
from metier.store.workspaces.database import Database
from metier.store.workspaces.migrations import v0002
from metier.store.workspaces.tables import metadata
from metier.store.workspaces.tokens import secret_hash
from tests.store.workspaces.world import ACTOR, make_world

NEW_COLUMNS = {"workspaces": {"taxonomy"}, "interviews": {"seat_sha256", "bank"}}


def columns(name):
    table = metadata().tables[name]
    return [column for column in table.c if column.name not in NEW_COLUMNS.get(name, ())]


@pytest.fixture
def earlier(place, clock, tmp_path, monkeypatch):
    """What a database of the first revision held, with a workspace and two links, one of them used."""
    elsewhere = Database.open(str(tmp_path / "elsewhere.db"), clock=clock)
    with elsewhere, elsewhere.transaction() as source:
        world = make_world(source)
        make_world(source, "Others")
        rows = {
            table.name: source.all(table.select().with_only_columns(*columns(table.name)))
            for table in metadata().sorted_tables
            if table.name != "taxonomies"
        }
    for row, used_at in zip(rows["interviews"], (None, "2026-03-01T12:00:00.000000Z"), strict=True):
        row |= {"link_sha256": secret_hash(f"link of {row['workspace']}"), "link_used_at": used_at}
        row |= {"link_expires_at": "2026-04-01T12:00:00.000000Z"}
    with monkeypatch.context() as patched:
        patched.setattr(migration, "REVISIONS", ("0001",))
        with Database.open(**place, clock=clock) as database, database.transaction() as transaction:
            for name, found in rows.items():
                for row in found:
                    transaction.add(transaction.table(name), row)
    return world, rows


def test_it_is_the_second():
    assert (v0002.revision, v0002.down_revision) == ("0002", "0001")


def test_all_that_an_earlier_database_holds_is_kept(place, clock, earlier):
    world, rows = earlier
    with Database.open(**place, clock=clock) as database, database.transaction() as transaction:
        for name, found in rows.items():
            kept = transaction.all(transaction.table(name).select().with_only_columns(*columns(name)))
            assert sorted(map(str, kept)) == sorted(map(str, found)), name
        assert workspaces.get(transaction, world.workspace).taxonomy is None
        assert log.verify(transaction, world.workspace).broken_at is None
        export = erasure.export_person(transaction, world.workspace, world.person)
        assert [content for _, content, _ in export.documents] == [b"A resume"]


def test_what_is_new_works_in_it(place, clock, earlier):
    world, rows = earlier
    with Database.open(**place, clock=clock) as database, database.transaction() as transaction:
        fresh, used = (f"link of {row['workspace']}" for row in rows["interviews"])
        opened, seat = interviews.open_link(transaction, fresh)
        assert interviews.seat(transaction, seat) == opened
        with pytest.raises(NotFound, match="Ask for a new one"):
            interviews.open_link(transaction, used)
        new, _ = taxonomies.add(transaction, world.workspace, ACTOR, name="Ours", content="{}", n_skills=0)
        assert taxonomies.use(transaction, world.workspace, ACTOR, new.id) == new


@pytest.mark.usefixtures("earlier")
def test_an_earlier_database_is_left_alone_where_nothing_may_be_made(place, clock):
    with pytest.raises(StoreUnavailable, match="earlier version"):
        Database.open(**place, clock=clock, create=False)
