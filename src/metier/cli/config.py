"""`metier config`: the settings in force."""

from __future__ import annotations

import json

import typer

from metier.cli import options

app = typer.Typer(name="config", no_args_is_help=True, help="Look at the settings in force.")


@app.command("show", epilog="Example: METIER_TIMEOUT_S=60 metier config show")
def show(
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Show each setting, its value and where it comes from."""
    from metier.config import ResolvedSettings

    origins = ResolvedSettings.load().shown
    if options.wants_json(output_format):
        rows = (
            json.dumps({"name": s.name, "value": s.value, "origin": s.origin}, default=str) for s in origins
        )
        options.emit("".join(f"{row}\n" for row in rows), None)
        return
    from metier.cli.tables import settings_table

    options.emit(settings_table(origins), None)
