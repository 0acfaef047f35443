"""`metier keys`: who is let into the service, and as what."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

import typer

from metier.cli import options
from metier.cli.service_place import DatabaseOption
from metier.cli.training_progress import say
from metier.cli.workspaces import WorkspaceOption, chosen_workspace, opened_database, operator
from metier.store.workspaces.keys import MAX_KEY_S, KeyRole
from metier.store.workspaces.rows import every

app = typer.Typer(
    name="keys", no_args_is_help=True, help="Add, list and revoke the keys that let people into the service."
)

_DAY_S: Final = 24 * 3600


@app.command("add", epilog="Example: metier keys add --name Anna --role recruiter --lasts-days 90")
def add(
    name: Annotated[str, typer.Option(help="Whose it is, or what for.")],
    role: Annotated[KeyRole, typer.Option(help="What it may do; each may do what those before it may.")],
    lasts_days: Annotated[
        int | None,
        typer.Option(
            help="Days that it works; without it, until it is revoked.", min=1, max=MAX_KEY_S // _DAY_S
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    database: DatabaseOption = None,
) -> None:
    """Make a key, and print it. It is shown this once: only its hash is kept."""
    from metier.store.workspaces import keys

    lasts_s = None if lasts_days is None else lasts_days * _DAY_S
    with opened_database(database) as found, found.transaction() as transaction:
        chosen = chosen_workspace(transaction, workspace)
        key, token = keys.add(transaction, chosen.id, operator(), name=name, role=role, lasts_s=lasts_s)
    say(f"The key {key.id}, of the role {key.role}. It is shown this once: keep it.")
    options.emit(f"{token}\n", None)


@app.command("list", epilog="Example: metier keys list")
def list_keys(
    workspace: WorkspaceOption = None,
    database: DatabaseOption = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """List the keys of a workspace, the latest first, without their secrets."""
    from metier.cli.access_tables import render_keys
    from metier.store.workspaces import keys

    with opened_database(database) as found, found.reading() as transaction:
        mine = chosen_workspace(transaction, workspace).id
        there = tuple(every(partial(keys.page, transaction, mine)))
        at = transaction.at
    options.emit(render_keys(there, at, as_json=options.wants_json(output_format)), None)


@app.command("revoke", epilog="Example: metier keys revoke 01kayv3k6n4w8s2d0h5m7q9rtb")
def revoke(
    key: Annotated[str, typer.Argument(help="Id of the key; metier keys list has it.", metavar="ID")],
    workspace: WorkspaceOption = None,
    database: DatabaseOption = None,
) -> None:
    """Take a key back for good; whoever signed in with it is signed out."""
    from metier.store.workspaces import keys

    with opened_database(database) as found, found.transaction() as transaction:
        chosen = chosen_workspace(transaction, workspace)
        keys.revoke(transaction, chosen.id, operator(), key)
    say(f"Revoked the key {key}.")
