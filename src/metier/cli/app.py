"""The command tree; every command lives in a module of its capability."""

from __future__ import annotations

from typing import Annotated

import typer

from metier import __version__
from metier.cli import (
    assess,
    audit,
    backup,
    batch,
    config,
    document,
    evaluate,
    expertise,
    interview,
    keys,
    models,
    search,
    serve,
    skills,
    train,
    workbench,
    workspaces,
)

app = typer.Typer(
    name="metier",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    help="Reads resumes and says, with evidence, which skills they show, how experienced people are "
    "and how they fit a vacancy.",
    epilog="Example: metier assess resumes/ --vacancy vacancy.txt --output report.html",
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the value of the flag
    if wanted:
        print(f"metier {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


app.command("assess", epilog=assess.EXAMPLE)(assess.assess)
app.command("batch", epilog=batch.EXAMPLE)(batch.batch)
app.command("evaluate", epilog=evaluate.EXAMPLE)(evaluate.evaluate)
app.command("serve", epilog=serve.EXAMPLE)(serve.serve)
app.command("backup", epilog=backup.EXAMPLE)(backup.backup)
app.command("worker", epilog=serve.WORKER_EXAMPLE)(serve.worker)
app.add_typer(skills.app)
app.add_typer(expertise.app)
app.add_typer(search.app)
app.add_typer(interview.app)
app.add_typer(document.app)
app.add_typer(train.app)
app.add_typer(models.app)
app.add_typer(workbench.app)
app.add_typer(audit.app)
app.add_typer(workspaces.app)
app.add_typer(keys.app)
app.add_typer(config.app)
