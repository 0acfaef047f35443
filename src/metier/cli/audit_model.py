"""`metier audit model`: what the files of a model hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.cli import options
from metier.cli.audit_output import AuditFormatOption, PageOption, emit_reports


def register(app: typer.Typer) -> None:
    """Add the command to `metier audit`."""
    app.command("model", epilog="Example: metier audit model ./bert-base --base ./bert-original")(model)


def model(
    target: Annotated[
        str,
        typer.Argument(help="A model's folder, one file, or the name of an installed model.", metavar="DIR"),
    ],
    base: Annotated[
        str | None,
        typer.Option(
            help="What it was made from: a folder or a name. Its weights are compared.", metavar="DIR"
        ),
    ] = None,
    bom: Annotated[
        Path | None,
        typer.Option(help="Write a bill of materials too, CycloneDX 1.6 as JSON.", metavar="FILE"),
    ] = None,
    output_format: AuditFormatOption = None,
    output: options.OutputOption = None,
    page: PageOption = None,
) -> None:
    """Look at every file of a model without loading any: pickles, code, structure, hashes, weights.

    Exits with 0 if the model is clean, 1 if it is unsafe, 3 if something could not be looked at.
    """
    from metier.audit.provenance.checker import ModelProvenanceChecker

    folder = _path(target)
    for file in (output, page, bom):
        options.check_output(file, [folder, *(folder.glob("*") if folder.is_dir() else [])])
    examined = ModelProvenanceChecker().examine(folder, base=_path(base) if base else None)
    if bom is not None:
        from metier.audit.provenance.bill import bill_of_materials

        options.emit(bill_of_materials(examined.materials), bom)
    emit_reports([examined.report], output_format=output_format, output=output, page=page)


def _path(name: str) -> Path:
    """Return a folder or a file by its path, or the folder of an installed model by its name."""
    from metier.encoders.load import find_model

    path = Path(name)
    return path if path.exists() else find_model(name, options.models_dir(options.load_settings()))
