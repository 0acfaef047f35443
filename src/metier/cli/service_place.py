"""Where the service keeps its data, and what its commands open, as options and settings say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from metier.config import Settings
    from metier.http.options import HttpOptions
    from metier.service.service import ServiceOptions

DATABASE_FILE: Final = "metier.db"

DatabaseOption = Annotated[
    str | None,
    typer.Option(help="The service's database: a file, or a postgresql:// address.", metavar="FILE|URL"),
]


def is_server(place: str) -> bool:
    """Tell whether a place is the address of a database server, not a file."""
    from metier.store.opening import SERVER_PREFIXES

    return place.startswith(SERVER_PREFIXES)


def database_place(settings: Settings, named: str | None) -> str:
    """Return the file or address of the service's database."""
    return named or settings.database or str(settings.data_dir / DATABASE_FILE)


def service_options(settings: Settings, named: str | None = None) -> ServiceOptions:
    """Return what the service is opened with.

    Search indexes lie in a folder beside the file of the database, or in the same server.
    """
    from metier.service.service import ServiceOptions

    place = database_place(settings, named)
    path = Path(place)
    return ServiceOptions(
        database=place,
        index=place if is_server(place) else str(path.with_name(f"{path.name}-index")),
        data_dir=settings.data_dir,
        cache_dir=settings.cache_dir,
        limits=settings.limits,
        ocr=settings.ocr,
        taxonomy=settings.taxonomy,
        model=settings.model,
        search_model=settings.search_model,
        expertise_model=settings.expertise_model,
        threads=settings.threads,
    )


def http_options(settings: Settings, *, public_url: str | None = None) -> HttpOptions:
    """Return how the web application answers."""
    from metier.http.options import HttpOptions

    return HttpOptions(
        public_url=public_url or settings.public_url,
        language=settings.language,
        requests_per_minute=settings.requests_per_minute,
        max_request_bytes=settings.max_request_bytes,
    )
