"""`metier audit document`: what a document hides, orders or repeats, and what that does to its scores."""

from __future__ import annotations

from typing import Annotated

import typer

from metier.cli import options
from metier.cli.assess import named_sources
from metier.cli.audit_output import AuditFormatOption, PageOption, emit_reports
from metier.cli.training_progress import counted
from metier.types import Role

EXAMPLE = "Example: metier audit document resumes/ --vacancy vacancy.txt --page audit.html"


def register(app: typer.Typer) -> None:
    """Add the command to `metier audit`."""
    app.command("document", epilog=EXAMPLE)(document)


def document(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    targets: Annotated[
        list[str],
        typer.Argument(help="Files, folders or JSON-lines files; - is standard input.", metavar="FILE..."),
    ],
    vacancy: Annotated[
        str | None,
        typer.Option(help="Measure effects on the fit to it; find words copied from it.", metavar="FILE"),
    ] = None,
    taxonomy: options.TaxonomyOption = None,
    model: options.ModelOption = None,
    expertise_model: options.ExpertiseModelOption = None,
    output_format: AuditFormatOption = None,
    output: options.OutputOption = None,
    page: PageOption = None,
    as_of: options.AsOfOption = None,
) -> None:
    """Say of each document whether it is clean, unsafe or inconclusive, before it counts.

    Words that nobody sees, orders to a program, look-alike letters, stuffing and words of the vacancy come
    with their measured effect: the same document with and without them. Several documents are held against
    each other for copies. What cannot be read is inconclusive. Exit codes: 0 clean, 1 unsafe, 3 inconclusive.
    """
    from metier.engine.audit_documents import audit_documents

    for path in (output, page):
        options.check_output(path, [*targets, vacancy, taxonomy])
    opened = options.open_engine(
        options.load_settings(), taxonomy=taxonomy, model=model, as_of=as_of, expertise_model=expertise_model
    )
    with opened as engine:
        sources = named_sources(targets, vacancy)
        wanted = None
        if vacancy is not None:
            wanted = engine.prepare_vacancy(engine.read(options.source_of(vacancy), role=Role.VACANCY))
        with counted("Auditing", len(sources)) as on_document:
            reports = audit_documents(engine, sources, vacancy=wanted, on_document=on_document)
    emit_reports(reports, output_format=output_format, output=output, page=page)
