"""A transaction: statements that are committed together, at one moment, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from metier.errors import InvalidInput
from metier.store.workspaces.clock import to_time
from metier.store.workspaces.ids import is_id, missing, new_id
from metier.store.workspaces.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table
    from sqlalchemy.sql.base import Executable


class Transaction:
    """What the functions of this package read and write with; `Database.transaction` makes it.

    Args:
        connection: within a transaction of the database.
        now: the moment that all of it happens at.
        read_only: whether writing is refused.
    """

    def __init__(self, connection: Connection, now: datetime, *, read_only: bool) -> None:
        self.connection = connection
        self.now = now
        self.at = to_time(now)
        self._read_only = read_only
        self._held: set[str] = set()

    def new_id(self) -> str:
        """Return an id for a row that is made now."""
        return new_id(self.now)

    def table(self, name: str) -> Table:
        """Return a table by its name."""
        return metadata().tables[name]

    def all(self, statement: Executable) -> list[Mapping[str, Any]]:
        """Return all rows of a statement, each by the names of its columns."""
        return list(map(dict, self.connection.execute(statement).mappings()))

    def first(self, statement: Executable) -> Mapping[str, Any] | None:
        """Return the first row of a statement, or None."""
        row = self.connection.execute(statement).mappings().first()
        return None if row is None else dict(row)

    def run(self, statement: Executable) -> int:
        """Write; return how many rows were."""
        self.check_writes()
        n_rows: int = self.connection.execute(statement).rowcount
        return n_rows

    def add(self, table: Table, values: Mapping[str, Any]) -> None:
        """Add one row."""
        self.run(table.insert().values(values))

    def hold(self, workspace: str) -> None:
        """Wait until nobody else writes to a workspace, and keep others from it until the end.

        Every function that writes does so first. What it looks up then stays true until it has written, and
        the log is one chain. SQLite has one writer at a time anyway.

        Raises:
            NotFound: there is no such workspace.
            StoreBusy: another writes to it for too long.
            InvalidInput: this transaction only reads.
        """
        self.check_writes()
        if workspace in self._held:
            return
        table = self.table("workspaces")
        # Not the full lock of a row: rows that refer to it may still be added.
        lock = table.select().where(table.c.id == workspace).with_for_update(key_share=True)
        if not is_id(workspace) or self.first(lock) is None:
            raise missing("workspace", workspace)
        self._held.add(workspace)

    def hold_table(self, name: str) -> None:
        """Wait until nobody else writes to a table, and keep others from it until the end.

        For what must happen once in a database. SQLite has one writer at a time anyway.

        Raises:
            StoreBusy: another writes to it for too long.
            InvalidInput: this transaction only reads.
        """
        self.check_writes()
        if self.connection.dialect.name == "postgresql":
            self.connection.exec_driver_sql(f"LOCK TABLE {self.table(name).name} IN SHARE ROW EXCLUSIVE MODE")

    def check_writes(self) -> None:
        """Make sure that this transaction may write.

        Raises:
            InvalidInput: it only reads.
        """
        if self._read_only:
            raise InvalidInput("This transaction only reads. Use Database.transaction to write.")
