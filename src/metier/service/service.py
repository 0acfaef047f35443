"""The service: a database, the models, and where the search indexes are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from metier.limits import OcrPolicy, ReadingLimits
from metier.service.engines import EngineRoom
from metier.store.opening import SERVER_PREFIXES, with_schema
from metier.store.workspaces.clock import Clock
from metier.store.workspaces.database import Database
from metier.store.workspaces.ids import is_id, missing
from metier.types import YearMonth

# With the 26 characters of an id, a name that PostgreSQL takes for a schema without quotes.
_INDEX_SCHEMA: Final = "idx_"


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """What the service is told at its start; nothing of it changes while it runs.

    Attributes:
        database: path of a SQLite file, or a postgresql:// address.
        index: folder of the search indexes, or a postgresql:// address.
        data_dir: folder of models and taxonomies that were added.
        cache_dir: folder for what can be made again.
        limits: size, length and time of one document.
        ocr: whether and how pages that are pictures are read.
        taxonomy: `default`, the name of an imported taxonomy, or a path; a workspace may use its own.
        model: name or folder of the encoder; `none` to go by words alone.
        search_model: name or folder of the encoder, or of the head, that search compares with.
        expertise_model: name or folder of the model of levels.
        threads: to compute with; 0 for as many as there are cores.
        max_waiting: how many callers may wait for the models, at least 0.
        wait_s: for how long each of them waits at most, above 0.
    """

    database: str = field(repr=False)
    index: str = field(repr=False)
    data_dir: Path
    cache_dir: Path
    limits: ReadingLimits
    ocr: OcrPolicy
    taxonomy: str = "default"
    model: str = "base"
    search_model: str = "base"
    expertise_model: str = "expertise"
    threads: int = 0
    max_waiting: int = 64
    wait_s: float = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """What every function of this package works with; threads share it. Use it as a context manager.

    Attributes:
        options: what it was told.
        database: where everything is kept.
        engines: what reads and assesses.
    """

    options: ServiceOptions
    database: Database
    engines: EngineRoom

    @property
    def clock(self) -> Clock:
        """Return what tells the time."""
        return self.database.clock

    def this_month(self) -> YearMonth:
        """Return the month, in UTC, that "present" stands for in what is assessed now."""
        now = self.clock.now().astimezone(UTC)
        return YearMonth(now.year, now.month)

    def index_of(self, workspace: str) -> str:
        """Return the place of a workspace's own search index, for `store.opening.open_store`.

        Raises:
            NotFound: it can be no workspace.
        """
        if not is_id(workspace):
            raise missing("workspace", workspace)
        if self.options.index.startswith(SERVER_PREFIXES):
            return with_schema(self.options.index, f"{_INDEX_SCHEMA}{workspace}")
        return str(Path(self.options.index) / f"{workspace}.sqlite")

    def close(self) -> None:
        """End the processes that parse files, and give back all connections."""
        self.engines.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_service(options: ServiceOptions, *, create: bool = True, clock: Clock | None = None) -> Service:
    """Return the service over a database whose tables are up to date.

    Models load when they are first needed, or by `service.engines.load()`.

    Args:
        options: what it is told.
        create: make the database where there is none, and bring older tables up to date.
        clock: what tells the time; by default that of the machine.

    Raises:
        NotFound: there is no database, and `create` is False.
        StoreUnavailable: it cannot be reached, or is of another version.
        MissingExtra: SQLAlchemy is not installed, or psycopg for an address.
    """
    return Service(options, Database.open(options.database, create=create, clock=clock), EngineRoom(options))
