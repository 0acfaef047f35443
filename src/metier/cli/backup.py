"""`metier backup`: a copy of the service's database while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.cli import options
from metier.cli.service_place import DatabaseOption, database_place, is_server
from metier.cli.training_progress import say
from metier.errors import InvalidInput

EXAMPLE = "Example: metier backup /backups/metier-2026-11-22.db"


def backup(
    output: Annotated[Path, typer.Argument(help="A new file for the copy.", metavar="FILE")],
    database: DatabaseOption = None,
) -> None:
    """Copy the service's SQLite database to a new file, all of one moment, while the service runs.

    To restore it, end the service and put the copy in the place of the database. Search indexes are not in
    it: a job makes them anew. PostgreSQL has pg_dump for the same end.
    """
    place = database_place(options.load_settings(), database)
    if is_server(place):
        raise InvalidInput("This copies a SQLite file. For PostgreSQL: pg_dump --format=custom.")
    from metier.store.workspaces.sqlite_copy import copy_database

    n_bytes = copy_database(Path(place), output)
    say(f"Wrote {output}: {n_bytes:,} bytes.")
