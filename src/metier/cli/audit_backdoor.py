"""`metier audit backdoor`: whether a few words take a model over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.cli import options
from metier.cli.audit_output import AuditFormatOption, PageOption, emit_reports
from metier.cli.network_source import network_source
from metier.cli.training_progress import hide_loading_bars

EXAMPLE = "Example: metier audit backdoor my-model --data clean.csv --suspects train.csv --page audit.html"


def register(app: typer.Typer) -> None:
    """Add the command to `metier audit`."""
    app.command("backdoor", epilog=EXAMPLE)(backdoor)


def backdoor(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    folder: Annotated[
        str,
        typer.Argument(
            help="A classifier, cross-encoder or encoder in transformers' format, or an added model.",
            metavar="DIR",
        ),
    ],
    data: Annotated[
        Path,
        typer.Option(
            help="CSV, TSV or JSONL with text and label (and query for pairs) that you trust: a hundred of "
            "each class or more, of the kind that the model is used on.",
            metavar="FILE",
        ),
    ],
    suspects: Annotated[
        Path | None,
        typer.Option(
            help="Rows that may be poisoned, likewise: best those that the model was trained on. Without "
            "them a model is never called clean.",
            metavar="FILE",
        ),
    ] = None,
    max_seconds: Annotated[
        float,
        typer.Option(help="Processor time; what is not done by then makes the verdict inconclusive.", min=1),
    ] = 600.0,
    max_tokens: Annotated[
        int, typer.Option(help="Most tokens of a text that a trigger is searched in.", min=8)
    ] = 32,
    seed: Annotated[int, typer.Option(help="Of every draw.", min=0)] = 0,
    output_format: AuditFormatOption = None,
    output: options.OutputOption = None,
    page: PageOption = None,
) -> None:
    """Look for triggers: known ones, ones that a search finds, and ones that rows of one label share.

    Needs the train extra. Exit codes: 0 clean, 1 unsafe, 3 inconclusive.
    """
    from metier.audit.backdoor.options import BackdoorOptions
    from metier.audit.backdoor.scanner import BackdoorTriggerScanner
    from metier.audit.labelled_texts import read_labelled_texts
    from metier.training.networks import load_network

    for path in (output, page):
        options.check_output(path, [data, suspects])
    chosen = BackdoorOptions(max_seconds=max_seconds, max_tokens=max_tokens, seed=seed)
    trusted = read_labelled_texts(data)
    rows = read_labelled_texts(suspects, labels=False) if suspects else []
    hide_loading_bars()
    found = BackdoorTriggerScanner(chosen).scan_model(
        load_network(network_source(folder)), trusted, suspects=rows
    )
    emit_reports([found.report], output_format=output_format, output=output, page=page)
