"""`metier document`: what metier reads in a file."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from metier.cli import options
from metier.cli.exits import FAILED
from metier.errors import DocumentError, UnsupportedFormat
from metier.types import Document, Role

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

    settings = options.load_settings()
    as_json = options.wants_json(output_format)
    month = options.parse_month(as_of)
    with DocumentReader(settings.limits, as_of=month, ocr=settings.ocr) as reader:
        try:
            document = reader.read(options.source_of(file), role=role)
        except DocumentError as exc:
            print(f"metier: {exc}", file=sys.stderr)
            raise typer.Exit(FAILED) from exc
    options.emit(document_json(document) if as_json else document_table(document), None)
    if not document.readable:
        raise typer.Exit(FAILED)


@app.command("export", epilog="Example: metier document export resume.pdf --output resume.json")
def export(
    file: Annotated[str, typer.Argument(help="A file, or - for standard input.", metavar="FILE")],
    taxonomy: options.TaxonomyOption = None,
    model: options.ModelOption = None,
    output: options.OutputOption = None,
    as_of: options.AsOfOption = None,
) -> None:
    """Write a resume as JSON Resume, the open format (jsonresume.org), with the skills that it names.

    Name and contacts go into it as they stand; words that were hidden do not.
    """
    import json

    options.check_output(output, [file, taxonomy])
    settings = options.load_settings()
    with options.open_engine(settings, taxonomy=taxonomy, model=model, as_of=as_of) as engine:
        document = _readable(engine.read(options.source_of(file)))
        content = json.dumps(engine.json_resume(document), ensure_ascii=False, indent=2)
    options.emit(f"{content}\n", output)


def _readable(document: Document) -> Document:
    if not document.readable:
        reasons = " ".join(finding.message for finding in document.findings)
        raise UnsupportedFormat(f"{document.source} cannot be exported. {reasons}")
    return document
