import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from metier.store.workspaces.tables import metadata


def same_types(context, inspected, described, inspected_type, described_type):
    """SQLite knows one type of floating-point numbers, by another name."""
    return False if str(inspected_type) == "REAL" else None


def test_the_migrations_lead_to_the_tables(database):
    with database.reading() as transaction:
        context = MigrationContext.configure(transaction.connection, opts={"compare_type": same_types})
        assert compare_metadata(context, metadata()) == []


def test_constraints_and_indexes_are_as_described(database):
    import sqlalchemy

    with database.reading() as transaction:
        inspector = sqlalchemy.inspect(transaction.connection)
        for table in metadata().sorted_tables:
            found = {
                (*key["constrained_columns"], key["referred_table"], *key["referred_columns"])
                for key in inspector.get_foreign_keys(table.name)
            }
            assert found == {
                (*key.column_keys, key.referred_table.name, *(one.column.name for one in key.elements))
                for key in table.foreign_key_constraints
            }
            primary = inspector.get_pk_constraint(table.name)["constrained_columns"]
            assert primary == [column.name for column in table.primary_key]


def test_every_row_belongs_to_a_workspace():
    for table in metadata().sorted_tables:
        if table.name != "workspaces":
            assert next(iter(table.primary_key)).name == "workspace"
            for key in table.foreign_key_constraints:
                assert next(iter(key.columns)).name == "workspace"
