import pytest

psycopg = pytest.importorskip("psycopg")

from metier.errors import (  # noqa: E402
    BackendError,
    InvalidInput,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreUnavailable,
)
from metier.store.postgres_session import Session, place_of  # noqa: E402

errors = psycopg.errors


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://ann:s3cret@db.example:5433/hr", "postgresql://db.example:5433/hr"),
        ("postgres://ann:s3cret@db.example/hr?sslmode=require", "postgresql://db.example/hr"),
        ("host=db.example password=s3cret dbname=hr", "postgresql://db.example/hr"),
        ("postgresql:///hr?host=/run/pg&password=s3cret", "postgresql:///hr?host=/run/pg"),
        ("postgresql://", "postgresql:///"),
    ],
)
def test_a_place_shows_no_password(url, place):
    assert place_of(url) == place
    assert repr(Session(url, busy_timeout_s=1)) == f"Session({place!r})"


@pytest.mark.parametrize("url", ["postgresql://ann:s3cret%zz@db/hr", "s3cret", "host=db s3cret=1"])
def test_an_address_that_cannot_be_read_is_not_repeated(url):
    with pytest.raises(InvalidInput, match="must be like postgresql://") as caught:
        place_of(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("foreign", "own", "words"),
    [
        (errors.LockNotAvailable, StoreBusy, "busy"),
        (errors.QueryCanceled, StoreBusy, "busy"),
        (errors.DeadlockDetected, StoreBusy, "busy"),
        (errors.DiskFull, StoreFull, "no disk"),
        (errors.UndefinedTable, StoreDamaged, "damaged tables"),
        (errors.DataCorrupted, StoreDamaged, "damaged tables"),
        (errors.UndefinedObject, StoreUnavailable, "pgvector"),
        (errors.FeatureNotSupported, StoreUnavailable, "pgvector"),
        (errors.InsufficientPrivilege, StoreUnavailable, "CREATE EXTENSION"),
        (errors.ReadOnlySqlTransaction, StoreUnavailable, "standby"),
        (errors.InvalidCatalogName, StoreUnavailable, "no database"),
        (errors.AdminShutdown, StoreUnavailable, "cannot be reached"),
        (errors.TooManyConnections, StoreUnavailable, "cannot be reached"),
        (psycopg.OperationalError, StoreUnavailable, "cannot be reached"),
        (psycopg.InterfaceError, StoreUnavailable, "cannot be reached"),
        (errors.DivisionByZero, BackendError, "SQLSTATE 22012"),
    ],
)
def test_errors_of_the_server_become_ours_without_their_words(foreign, own, words):
    session = Session("postgresql://ann:s3cret@db.example/hr", busy_timeout_s=1)
    with pytest.raises(own, match=words) as caught, session.translated():
        raise foreign("details with s3cret and Marker")
    assert type(caught.value) is own
    assert "db.example/hr" in str(caught.value)
    assert not {"s3cret", "Marker"} & set(str(caught.value).split())
    assert caught.value.__cause__ is None


def test_a_server_that_is_not_there_is_told(tmp_path):
    session = Session(f"postgresql://ann:s3cret@/hr?host={tmp_path}", busy_timeout_s=1)
    with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
        session.connect()
    assert "s3cret" not in str(caught.value)


def test_a_missing_database_is_told(server):
    with pytest.raises(StoreUnavailable, match="cannot be reached|no database"):
        Session(server.url("missing"), busy_timeout_s=1).connect()


def test_a_database_in_another_encoding_is_refused(server):
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(StoreUnavailable, match="must be in UTF8"):
        Session(server.url("latin"), busy_timeout_s=1).connect()


def test_one_connection_serves_all_reads_until_it_is_lost(server):
    session = Session(server.url(), busy_timeout_s=1)

    def pid(connection):
        return connection.execute("SELECT pg_backend_pid()").fetchone()[0]

    first = session.read(pid)
    assert session.read(pid) == first
    with psycopg.connect(server.url(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert session.read(pid) != first
    session.close()


def test_a_statement_that_fails_is_not_tried_again(server):
    session = Session(server.url(), busy_timeout_s=1)
    tries = []

    def fail(connection):
        tries.append(connection)
        connection.execute("SELECT 1 / 0")

    with pytest.raises(BackendError, match="22012"):
        session.read(fail)
    assert len(tries) == 1
    session.close()


def test_a_closed_session_refuses_to_be_used(server):
    session = Session(server.url(), busy_timeout_s=1)
    session.read(lambda connection: None)
    session.close()
    session.close()
    for call in (session.connect, lambda: session.read(lambda connection: None)):
        with pytest.raises(InvalidInput, match="is closed"):
            call()
