import sqlite3

import pytest

pytest.importorskip("sqlalchemy")

from metier.errors import BackendError, Conflict, StoreBusy, StoreDamaged, StoreFull, StoreUnavailable
from metier.store.sqlite_connection import UnreadableText
from metier.store.workspaces.failures import error_for, translated


def sqlite_error(code, kind=sqlite3.OperationalError):
    error = kind("a word of a row")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_ERROR, StoreDamaged),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusy),
        (sqlite3.SQLITE_LOCKED, StoreBusy),
        (sqlite3.SQLITE_FULL, StoreFull),
        (sqlite3.SQLITE_IOERR_WRITE, StoreUnavailable),
        (sqlite3.SQLITE_READONLY_DIRECTORY, StoreUnavailable),
        (sqlite3.SQLITE_CANTOPEN, StoreUnavailable),
        (sqlite3.SQLITE_PERM, StoreUnavailable),
        (sqlite3.SQLITE_CORRUPT, StoreDamaged),
        (sqlite3.SQLITE_NOTADB, StoreDamaged),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, Conflict),
        (sqlite3.SQLITE_CONSTRAINT_TRIGGER, Conflict),
        (sqlite3.SQLITE_MISUSE, BackendError),
    ],
)
def test_each_code_of_sqlite_has_its_error(code, kind):
    error = error_for(sqlite_error(code), "/a/service.db")
    assert type(error) is kind
    assert str(error).startswith("/a/service.db ")
    assert "word of a row" not in str(error)


def test_text_that_is_no_utf_8_is_damage():
    assert type(error_for(sqlite3.OperationalError("Could not decode"), "x")) is StoreDamaged


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("55P03", StoreBusy),
        ("40P01", StoreBusy),
        ("40001", StoreBusy),
        ("53100", StoreFull),
        ("53300", StoreUnavailable),
        ("23505", Conflict),
        ("23503", Conflict),
        ("P0001", Conflict),
        ("42P01", StoreDamaged),
        ("XX001", StoreDamaged),
        ("42501", StoreUnavailable),
        ("25006", StoreUnavailable),
        ("3D000", StoreUnavailable),
        ("22003", BackendError),
    ],
)
def test_each_state_of_postgresql_has_its_error(state, kind):
    psycopg = pytest.importorskip("psycopg")
    made = psycopg.errors.Error("a word of a row")
    made.sqlstate = state
    error = error_for(made, "The server")
    assert type(error) is kind
    assert "word of a row" not in str(error)


def test_a_lost_connection_is_unavailable():
    psycopg = pytest.importorskip("psycopg")
    assert type(error_for(psycopg.OperationalError("gone"), "The server")) is StoreUnavailable


def test_errors_are_translated_whoever_raises_them():
    import sqlalchemy.exc

    wrapped = sqlalchemy.exc.OperationalError("SELECT", {}, sqlite_error(sqlite3.SQLITE_FULL))
    for raised, kind in (
        (wrapped, StoreFull),
        (sqlalchemy.exc.TimeoutError(), StoreBusy),
        (UnreadableText("x"), StoreDamaged),
        (sqlite_error(sqlite3.SQLITE_BUSY), StoreBusy),
    ):
        with pytest.raises(kind) as caught, translated("x"):
            raise raised
        assert caught.value.__suppress_context__


def test_other_errors_pass():
    with pytest.raises(KeyError), translated("x"):
        raise KeyError("mine")
