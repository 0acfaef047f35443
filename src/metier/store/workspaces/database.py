"""Opens the database of the service: a SQLite file, or a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

from metier._extras import require
from metier.errors import InvalidInput, NotFound, StoreUnavailable
from metier.store.opening import SERVER_PREFIXES
from metier.store.workspaces import migration
from metier.store.workspaces.clock import Clock, SystemClock
from metier.store.workspaces.failures import translated
from metier.store.workspaces.sqlite_place import SqlitePlace
from metier.store.workspaces.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

SCHEMA: Final = "metier_service"
TIMEOUT_S: Final = 10.0


class Place(Protocol):
    """Where the tables are: a file or a server."""

    name: str

    def prepare(self, *, create: bool) -> None:
        """Make sure that a database can be there."""
        ...

    def engine(self) -> Engine:
        """Return what makes connections."""
        ...

    def begin(self, connection: Connection, *, read_only: bool) -> None:
        """Begin a transaction."""
        ...

    def lock_tables(self, connection: Connection) -> None:
        """Keep others from making the tables until the transaction ends."""
        ...

    def check_same(self) -> None:
        """Make sure that it is still what was opened."""
        ...

    def scrub(self, connection: Connection) -> bool:
        """Clear what was erased from the files; tell whether nobody hindered that."""
        ...


class Database:
    """The database of the service; threads and processes may share it. Use it as a context manager.

    What a transaction has committed survives the end of the process and of the machine at any moment. All
    raise `StoreBusy`, `StoreFull`, `StoreDamaged` or `StoreUnavailable` where the database fails; then
    nothing of the transaction is kept.
    """

    def __init__(self, place: Place, clock: Clock) -> None:
        self.name = place.name
        self.clock = clock
        self._place = place
        self._engine = place.engine()
        self._closed = False

    @classmethod
    def open(
        cls,
        url: str,
        *,
        create: bool = True,
        clock: Clock | None = None,
        schema: str = SCHEMA,
        timeout_s: float = TIMEOUT_S,
    ) -> Self:
        """Return a database whose tables are up to date.

        Args:
            url: path of a SQLite file, or a postgresql:// address.
            create: make what is missing, and bring older tables up to date. Of several processes that open it
                at once, one does.
            clock: what tells the time; by default that of the machine.
            schema: of PostgreSQL, where the tables are.
            timeout_s: how long to wait for other writers, above 0.

        Raises:
            NotFound: there is none, and `create` is False.
            StoreUnavailable: it cannot be reached, a later version of metier made it, or its tables are older
                and `create` is False.
            MissingExtra: SQLAlchemy is not installed, or psycopg for an address.
        """
        if not 0 < timeout_s < float("inf"):
            raise InvalidInput(f"timeout_s must be above 0. Got {timeout_s}.")
        require("sqlalchemy")
        place: Place
        if url.startswith(SERVER_PREFIXES):
            from metier.store.workspaces.postgres_place import PostgresPlace

            place = PostgresPlace(url, schema=schema, timeout_s=timeout_s)
        else:
            place = SqlitePlace(Path(url), timeout_s=timeout_s)
        with translated(place.name):
            place.prepare(create=create)
        database = cls(place, clock or SystemClock())
        try:
            database._bring_up_to_date(create=create)
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Give a transaction that is committed at the end of the block, or undone by an error.

        It has one moment, taken when it begins. Keep it short: on SQLite nobody else writes meanwhile, and on
        PostgreSQL nobody else writes to the workspaces that it writes to.
        """
        with self._begun(read_only=False) as connection:
            yield Transaction(connection, self.clock.now(), read_only=False)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Give a transaction that only reads, and all of one state; it neither waits nor lets others wait."""
        with self._begun(read_only=True) as connection:
            yield Transaction(connection, self.clock.now(), read_only=True)

    def scrub(self) -> bool:
        """Clear what was erased from the files; tell whether that is done, else call it again later.

        It is not done while others read or write. Calling it in vain costs little on SQLite.
        """
        self._check_open()
        with translated(self.name), self._engine.connect() as connection:
            return self._place.scrub(connection)

    def close(self) -> None:
        """Give back all connections; it cannot be used after."""
        self._closed = True
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _begun(self, *, read_only: bool) -> Iterator[Connection]:
        self._check_open()
        self._place.check_same()
        with translated(self.name), self._engine.connect() as connection, connection.begin():
            self._place.begin(connection, read_only=read_only)
            yield connection

    def _check_open(self) -> None:
        if self._closed:
            raise InvalidInput(f"{self.name} is closed. Open it again.")

    def _bring_up_to_date(self, *, create: bool) -> None:
        with self._begun(read_only=True) as connection:
            revision = migration.revision_of(connection, self.name)
        if migration.is_current(revision):
            return
        if not create:
            if revision is None:
                raise NotFound(f"{self.name} holds no tables of the service. Make them: metier serve.")
            raise StoreUnavailable(
                f"{self.name} was made by an earlier version of metier. Start metier serve once to bring it "
                "up to date."
            )
        with self._begun(read_only=False) as connection:
            self._place.lock_tables(connection)
            if not migration.is_current(migration.revision_of(connection, self.name)):
                migration.upgrade(connection)
