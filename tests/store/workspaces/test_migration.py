import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from alembic.script import ScriptDirectory

from metier.errors import StoreUnavailable
from metier.store.workspaces import migration, workspaces
from metier.store.workspaces.database import Database
from tests.store.workspaces.world import ACTOR, make_world

FOLDER = migration.FOLDER
KNOWN = migration.REVISIONS
NEXT = """
revision = "next"
down_revision = "{last}"


def upgrade():
    from alembic import op

    op.execute("ALTER TABLE people ADD COLUMN extra TEXT")
    {then}
"""


@pytest.fixture
def later(tmp_path, monkeypatch):
    """A later version of metier, with one more revision."""

    def write(then="pass"):
        folder = tmp_path / "migrations"
        folder.mkdir(exist_ok=True)
        for revision in KNOWN:
            name = f"v{revision}.py"
            (folder / name).write_text((FOLDER / name).read_text())
        (folder / "next.py").write_text(NEXT.format(last=KNOWN[-1], then=then))
        monkeypatch.setattr(migration, "FOLDER", folder)
        monkeypatch.setattr(migration, "REVISIONS", (*KNOWN, "next"))

    return write


def test_the_list_of_revisions_is_that_of_the_scripts():
    scripts = ScriptDirectory(migration.FOLDER, version_locations=[migration.FOLDER])
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == migration.REVISIONS


def test_an_earlier_database_is_brought_up_to_date_with_all_that_is_in_it(place, later):
    with Database.open(**place) as database, database.transaction() as transaction:
        world = make_world(transaction)
    later()
    with Database.open(**place) as database, database.reading() as transaction:
        assert workspaces.get(transaction, world.workspace).name == "Team"
        extra = transaction.connection.exec_driver_sql("SELECT extra FROM people").all()
        assert extra == [(None,)]
        assert migration.revision_of(transaction.connection, "x") == "next"


def test_a_migration_that_fails_changes_nothing(place, later):
    with Database.open(**place) as database, database.transaction() as transaction:
        world = make_world(transaction)
    later(then="raise OSError('in the middle')")
    with pytest.raises(OSError, match="in the middle"):
        Database.open(**place)
    later()
    with Database.open(**place) as database, database.transaction() as transaction:
        workspaces.rename(transaction, world.workspace, ACTOR, name="After")


def test_the_version_before_refuses_what_the_later_one_made(place, later, monkeypatch):
    with monkeypatch.context():
        later()
        Database.open(**place).close()
    monkeypatch.setattr(migration, "REVISIONS", KNOWN)
    with pytest.raises(StoreUnavailable, match="later version of metier .tables 'next'"):
        Database.open(**place)
