"""`metier document`: what metier reads in a file."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from metier.cli import options
from metier.cli.exits import FAILED
from metier.errors import DocumentError
from metier.types import Role

app = typer.Typer(name="document", no_args_is_help=True, help="Look at a document as metier reads it.")


@app.command("show", epilog="Example: metier document show resume.pdf --format json")
def show(
    file: Annotated[str, typer.Argument(help="A file, or - for standard input.", metavar="FILE")],
    role: Annotated[Role, typer.Option(help="What the document is.")] = Role.RESUME,
    output_format: options.TableOrJsonOption = None,
    as_of: options.AsOfOption = None,
) -> None:
    """Show a document's text, language, sections, periods, months of experience and findings."""
    from metier.cli.results import document_json
    from metier.cli.tables import document_table
    from metier.documents.reader import DocumentReader

    limits = options.load_settings().limits
    as_json = options.wants_json(output_format)
    with DocumentReader(limits, as_of=options.parse_month(as_of)) as reader:
        try:
            document = reader.read(options.source_of(file), role=role)
        except DocumentError as exc:
            print(f"metier: {exc}", file=sys.stderr)
            raise typer.Exit(FAILED) from exc
    options.emit(document_json(document) if as_json else document_table(document), None)
    if not document.readable:
        raise typer.Exit(FAILED)
