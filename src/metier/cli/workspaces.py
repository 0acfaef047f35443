"""`metier workspaces`: the hiring teams that share a service, and how commands choose one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from metier.cli import options, service_place
from metier.cli.service_place import DatabaseOption
from metier.cli.training_progress import say
from metier.errors import InvalidInput, NotFound
from metier.store.workspaces.rows import every

if TYPE_CHECKING:
    from metier.store.workspaces.database import Database
    from metier.store.workspaces.log import Actor
    from metier.store.workspaces.transaction import Transaction
    from metier.store.workspaces.workspaces import Workspace

app = typer.Typer(
    name="workspaces", no_args_is_help=True, help="List, add and rename the workspaces of the service."
)

WorkspaceOption = Annotated[
    str | None,
    typer.Option(help="The workspace; needed where there are several.", metavar="NAME|ID"),
]
_MAX_NAMED: Final = 10


@app.command("add", epilog='Example: metier workspaces add "Sales team"')
def add(
    name: Annotated[str, typer.Argument(help="What people call it.", metavar="NAME")],
    database: DatabaseOption = None,
) -> None:
    """Add a workspace, and print its id. No other workspace sees what is in it.

    Where there is no database yet, it is made, so that the first key need not stand in the log of a service.
    """
    from metier.store.workspaces import workspaces

    with _made_database(database) as found, found.transaction() as transaction:
        made = workspaces.add(transaction, operator(), name=name)
    options.emit(f"{made.id}\n", None)
    say(f"Added. Let someone in: metier keys add --workspace {made.id} --role admin --name NAME")


@app.command("list", epilog="Example: metier workspaces list")
def list_workspaces(database: DatabaseOption = None, output_format: options.TableOrJsonOption = None) -> None:
    """List the workspaces, the latest first."""
    from metier.cli.access_tables import render_workspaces

    with opened_database(database) as found, found.reading() as transaction:
        there = all_workspaces(transaction)
    options.emit(render_workspaces(there, as_json=options.wants_json(output_format)), None)


@app.command("rename", epilog='Example: metier workspaces rename "Hiring team" "Sales team"')
def rename(
    workspace: Annotated[str, typer.Argument(help="The workspace.", metavar="NAME|ID")],
    name: Annotated[str, typer.Argument(help="What people are to call it.", metavar="NAME")],
    database: DatabaseOption = None,
) -> None:
    """Give a workspace another name."""
    from metier.store.workspaces import workspaces

    with opened_database(database) as found, found.transaction() as transaction:
        chosen = chosen_workspace(transaction, workspace)
        workspaces.rename(transaction, chosen.id, operator(), name=name)
    say(f"Renamed the workspace {chosen.id}.")


def opened_database(named: str | None) -> Database:
    """Return the service's database, as an option or the settings say.

    Raises:
        NotFound: there is none; `metier serve` makes it.
        MissingExtra: the `serve` extra is not installed.
    """
    from metier.store.workspaces.database import Database

    return Database.open(service_place.database_place(options.load_settings(), named), create=False)


def _made_database(named: str | None) -> Database:
    """Return the service's database, made where there is none; an older one is left to `metier serve`."""
    from metier.store.workspaces.database import Database

    try:
        return opened_database(named)
    except NotFound:
        return Database.open(service_place.database_place(options.load_settings(), named))


def operator() -> Actor:
    """Return as whom the command line stands in the log."""
    from metier.store.workspaces.log import Actor, ActorKind

    return Actor(ActorKind.OPERATOR)


def all_workspaces(transaction: Transaction) -> tuple[Workspace, ...]:
    """Return all workspaces, the latest first."""
    from metier.store.workspaces import workspaces

    return tuple(every(partial(workspaces.page, transaction)))


def chosen_workspace(transaction: Transaction, named: str | None) -> Workspace:
    """Return the workspace of a name or an id; with None the only one there is.

    Raises:
        NotFound: there is none of that name or id, or none at all.
        InvalidInput: several have that name, or none is named and there are several.
    """
    there = all_workspaces(transaction)
    if not there:
        raise NotFound("There is no workspace yet. Add one: metier workspaces add NAME.")
    if named is None:
        if len(there) > 1:
            raise InvalidInput(
                f"There are {len(there):,} workspaces: {_listed(there)}. Name one with --workspace."
            )
        return there[0]
    found = [one for one in there if one.id == named] or [one for one in there if one.name == named]
    if not found:
        raise NotFound(f"There is no workspace {named[:40]!a}. There are {_listed(there)}.")
    if len(found) > 1:
        raise InvalidInput(f"{len(found):,} workspaces have this name: {_listed(found)}. Give the id of one.")
    return found[0]


def _listed(workspaces: Sequence[Workspace]) -> str:
    named = [f"{one.name[:40]!a} ({one.id})" for one in workspaces[:_MAX_NAMED]]
    more = len(workspaces) - len(named)
    return ", ".join(named) + (f" and {more:,} more" if more else "")
