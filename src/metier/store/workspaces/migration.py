"""Brings the tables up to date, once, however many processes open the database at the same time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from metier._extras import require
from metier.errors import StoreUnavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection

FOLDER: Final = Path(__file__).parent / "migrations"
# Of the scripts in the folder, in order. Listed here so that opening a database that is up to date does not
# load alembic.
REVISIONS: Final = ("0001", "0002")


def revision_of(connection: Connection, name: str) -> str | None:
    """Return the revision of the tables, None where there are none.

    Args:
        connection: to the database.
        name: what messages call it.

    Raises:
        StoreUnavailable: a later version of metier made them.
    """
    if not require("sqlalchemy").inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if revision is not None and revision not in REVISIONS:
        raise StoreUnavailable(
            f"{name} was made by a later version of metier (tables {str(revision)[:32]!a}; this one knows "
            f"{REVISIONS[-1]}). Update metier."
        )
    return revision


def is_current(revision: str | None) -> bool:
    """Tell whether a revision is the last."""
    return revision == REVISIONS[-1]


def upgrade(connection: Connection) -> None:
    """Bring the tables up to date within the transaction that the connection is in."""
    script = require("alembic.script").ScriptDirectory(FOLDER, version_locations=[FOLDER])
    environment = require("alembic.runtime.environment").EnvironmentContext(
        require("alembic.config").Config(), script
    )
    environment.configure(
        connection=connection, fn=lambda revision, _: script._upgrade_revs(REVISIONS[-1], revision)
    )
    environment.run_migrations()
