import os

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

psycopg = pytest.importorskip("psycopg")

from metier.errors import InvalidInput, StoreUnavailable  # noqa: E402
from metier.store.workspaces import documents, erasure, people, workspaces  # noqa: E402
from metier.store.workspaces.database import Database  # noqa: E402
from metier.store.workspaces.postgres_place import PostgresPlace  # noqa: E402
from tests.store.workspaces.world import ACTOR, make_world, resume  # noqa: E402


@pytest.fixture
def place(server, schema):
    return {"url": server.url(), "schema": schema, "timeout_s": 0.5}


def test_a_password_is_in_no_name():
    place = PostgresPlace("postgresql://me:secret@127.0.0.1:5/db", schema="a", timeout_s=1)
    assert place.name == "The server at postgresql://127.0.0.1:5/db"


@pytest.mark.parametrize("schema", ["", "a b", "A", '"', "a;b", "x" * 40])
def test_a_schema_needs_no_quotes(schema):
    with pytest.raises(InvalidInput, match="schema"):
        PostgresPlace("postgresql://127.0.0.1:5/db", schema=schema, timeout_s=1)


def test_all_is_in_the_schema(place, schema, server):
    with Database.open(**place) as database, database.transaction() as transaction:
        make_world(transaction)
    with psycopg.connect(server.url()) as connection:
        found = connection.execute(
            "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('job_steps', 'alembic_version') "
            "AND schemaname = %s",
            [schema],
        ).fetchall()
    assert found == [(schema,)]


def test_a_server_that_takes_no_writes_says_so(place, server):
    Database.open(**place).close()
    url = server.url() + "&options=-c%20default_transaction_read_only%3Don"

    def write():
        with Database.open(**{**place, "url": url}) as database, database.transaction() as transaction:
            workspaces.add(transaction, ACTOR, name="Team")

    with pytest.raises(StoreUnavailable, match="takes no writes"):
        write()


def test_a_lost_connection_is_made_again(place, server):
    with Database.open(**place) as database:
        with database.transaction() as transaction:
            world = make_world(transaction)
            pid = transaction.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with psycopg.connect(server.url()) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", [pid])
        with database.reading() as transaction:
            assert people.get(transaction, world.workspace, world.person).name == "Ann"


def test_a_connection_lost_within_a_transaction_is_told(place, server):
    with Database.open(**place) as database:

        def work():
            with database.transaction() as transaction:
                workspaces.add(transaction, ACTOR, name="Team")
                pid = transaction.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
                with psycopg.connect(server.url()) as connection:
                    connection.execute("SELECT pg_terminate_backend(%s)", [pid])
                workspaces.page(transaction)

        with pytest.raises(StoreUnavailable, match=r"cannot be reached, or went away|SQLSTATE 57P01"):
            work()
        with database.reading() as transaction:
            assert workspaces.page(transaction).items == ()


def test_scrub_clears_the_files_of_the_tables(place, server, schema):
    mark = f"mark-of-{schema}-".encode()
    with Database.open(**place) as database:
        with database.transaction() as transaction:
            workspace = make_world(transaction).workspace
            person = people.add(transaction, workspace, ACTOR, name=mark.decode())
            # Random bytes, so that the server cannot pack them.
            new = resume(mark + os.urandom(5000) + mark, person=person.id)
            documents.add(transaction, workspace, ACTOR, new)
        assert files_with(mark, server)
        with database.transaction() as transaction:
            erasure.erase_person(transaction, workspace, ACTOR, person.id)
        assert database.scrub()
    assert files_with(mark, server) == []


def files_with(mark, server):
    """Return the files of tables and indexes that hold some bytes."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    files = [file for file in (server.data / "base").rglob("*") if file.is_file()]
    return [file for file in files if mark in file.read_bytes()]


def test_scrub_waits_for_who_holds_a_table(place):
    with Database.open(**place) as database:
        with database.reading() as transaction:
            workspaces.page(transaction)
            people.page(transaction, transaction.new_id())
            assert not database.scrub()
        assert database.scrub()
