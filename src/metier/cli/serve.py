"""`metier serve` and `metier worker`: the web application, and those who do its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options, service_place
from metier.cli.service_place import DatabaseOption
from metier.cli.training_progress import say
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.http.server import ServerOptions
    from metier.service.service import ServiceOptions

EXAMPLE = "Example: metier serve --port 8000"
WORKER_EXAMPLE = "Example: metier worker --database postgresql://metier@db/metier --processes 4"
DEMO_FOLDER = "demo"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    host: Annotated[str | None, typer.Option(help="Address to listen at.")] = None,
    port: Annotated[int | None, typer.Option(help="Its port; 0 for a free one.")] = None,
    database: DatabaseOption = None,
    public_url: Annotated[
        str | None, typer.Option(help="Address that people reach it by, where it is another.", metavar="URL")
    ] = None,
    web_processes: Annotated[int | None, typer.Option(help="Processes that answer requests.")] = None,
    job_processes: Annotated[
        int | None, typer.Option(help="Processes that do jobs; 0 where metier worker runs elsewhere.")
    ] = None,
    demo: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--demo", help="Open with the example data, in a database of its own.")
    ] = False,
) -> None:
    """Start the web application and its API, for a hiring team.

    Without settings it keeps everything in one SQLite file and listens on this machine only. The first start
    prints a key to sign in with, once. Ctrl-C ends it; what it was doing goes on at the next start.
    """
    from metier._extras import require

    for package in ("fastapi", "uvicorn", "sqlalchemy"):
        require(package)
    from metier.http.server import ServerOptions, run_server

    if demo and database is not None:
        raise InvalidInput("--demo opens a database of its own. Leave out --database, or --demo.")
    settings = options.load_settings()
    if demo:
        folder = settings.cache_dir / DEMO_FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        database = str(folder / service_place.DATABASE_FILE)
    chosen = ServerOptions(
        service=service_place.service_options(settings, database),
        http=service_place.http_options(settings, public_url=public_url),
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
        web_processes=settings.web_processes if web_processes is None else web_processes,
        job_processes=settings.job_processes if job_processes is None else job_processes,
    )
    if chosen.web_processes == 0:
        raise InvalidInput("--web-processes must be 1 or more. To do jobs alone: metier worker.")
    _prepare(chosen, demo=demo)
    if chosen.host not in _LOOPBACK and not chosen.http.is_secure:
        say(
            f"Others can reach {chosen.host}, and what they send is not encrypted: keys and resumes can be "
            "read on the way. Put a proxy with TLS before it, and name its https address with --public-url."
        )
    say("Starting ...")
    known = chosen.http.public_url
    run_server(chosen, on_ready=lambda url: say(f"metier is at {known or url} (Ctrl-C ends it)."))
    say("Ended. What was not done yet goes on at the next start.")


def worker(
    database: DatabaseOption = None,
    processes: Annotated[int, typer.Option(help="How many jobs at once.", min=1, max=64)] = 1,
) -> None:
    """Do the service's jobs: assess, index, erase, train. Any number may run, on any number of machines.

    It is safe to end it, or to kill it, at any moment: another one, or the next, goes on where it was.
    """
    from metier._extras import require

    require("sqlalchemy")
    from metier.http.server import ServerOptions, run_server

    settings = options.load_settings()
    chosen = ServerOptions(
        service=service_place.service_options(settings, database),
        http=service_place.http_options(settings),
        web_processes=0,
        job_processes=processes,
    )
    _check_there(chosen.service)
    run_server(chosen, on_ready=lambda _: say("Doing jobs. Ctrl-C ends it."))
    say("Ended. What was not done yet goes on at the next start.")


def _prepare(chosen: ServerOptions, *, demo: bool) -> None:
    """Make the database and its first key where there are none, before any process starts."""
    from metier.service.access import first_key
    from metier.service.service import open_service

    with open_service(chosen.service) as service:
        if demo:
            from metier.service.demo import fill

            say("Reading the example data; the first time this takes a minute ...")
            _show_key(fill(service), "Sign in with this key")
            return
        token = first_key(service)
    if token is not None:
        _show_key(token, "The first key, of an administrator. It is shown this once: keep it")


def _show_key(token: str, said: str) -> None:
    say(f"{said}:")
    print(token, flush=True)


def _check_there(opened: ServiceOptions) -> None:
    """Make sure that there is a database to do the jobs of."""
    from metier.service.service import open_service

    with open_service(opened, create=False):
        pass
