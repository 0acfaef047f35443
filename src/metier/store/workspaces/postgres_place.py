"""The database of the service as a schema in a PostgreSQL database.

What was erased is cleared from the files of the tables by `scrub`. Beyond the reach of any client are the
write-ahead log, standbys, archives and backups, and the free blocks of the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from metier._extras import require
from metier.store.postgres_schema import check_schema
from metier.store.postgres_session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

# Any number that no other program takes: the first 8 bytes of "metierws".
_LOCK: Final = 0x6D65746965727773
_ERASABLE: Final = ("people", "documents", "assessments", "interviews", "decisions", "jobs", "job_steps")


class PostgresPlace:
    """A schema of a server, and what is done otherwise with it than with a file.

    Args:
        url: connection string; its password is never shown.
        schema: where the tables are.
        timeout_s: how long to wait for locks and for a free connection.

    Raises:
        InvalidInput: the url or the schema cannot be read.
        MissingExtra: psycopg is not installed.
    """

    def __init__(self, url: str, *, schema: str, timeout_s: float) -> None:
        self._schema = check_schema(schema)
        self._timeout_s = timeout_s
        self._session = Session(url, busy_timeout_s=timeout_s)
        self.name = f"The server at {self._session.place}"

    def prepare(self, *, create: bool) -> None:
        """Do nothing: the schema is made along with the tables."""

    def engine(self) -> Engine:
        """Return what makes connections."""
        sa = require("sqlalchemy")
        made: Engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            pool_size=8,
            max_overflow=8,
            pool_timeout=self._timeout_s,
            pool_pre_ping=True,
            hide_parameters=True,
            use_native_hstore=False,
        )
        return made

    def begin(self, connection: Connection, *, read_only: bool) -> None:
        """Begin a transaction: of one state of the database, or to write.

        Settings are of the transaction, since a pooler may give the next one another session.
        """
        if read_only:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.exec_driver_sql(
            f"SELECT set_config('search_path', '{self._schema}', true), "
            f"set_config('lock_timeout', '{max(1, round(self._timeout_s * 1000))}', true), "
            "set_config('idle_in_transaction_session_timeout', '0', true)"
        )

    def lock_tables(self, connection: Connection) -> None:
        """Keep others from making the tables until the transaction ends, and make the schema."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")

    def check_same(self) -> None:
        """Do nothing: a server answers for its files."""

    def scrub(self, connection: Connection) -> bool:
        """Write the tables anew, where what was erased may still stand; tell whether nobody hindered that.

        Takes as long as to copy all that is kept, and shuts others out of one table at a time.
        """
        raw: Any = connection.connection.driver_connection
        errors = require("psycopg.errors")
        raw.rollback()
        raw.autocommit = True
        try:
            raw.execute(f"SET lock_timeout = {max(1, round(self._timeout_s * 1000))}")
            for table in _ERASABLE:
                raw.execute(f"VACUUM (FULL) {self._schema}.{table}")
            held = raw.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()"
            ).fetchone()
        except errors.LockNotAvailable:
            return False
        finally:
            raw.autocommit = False
        return not held[0]

    def _connect(self) -> Any:
        made = self._session.connect()
        made.autocommit = False
        return made
