"""`metier audit confidence`: how far a classifier's probabilities can be relied on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.cli import options
from metier.cli.audit_output import AuditFormatOption, PageOption, emit_reports
from metier.cli.network_source import network_source
from metier.cli.training_progress import hide_loading_bars

EXAMPLE = (
    "Example: metier audit confidence my-model --data dev.csv --out-of-domain other.csv --page audit.html"
)


def register(app: typer.Typer) -> None:
    """Add the command to `metier audit`."""
    app.command("confidence", epilog=EXAMPLE)(confidence)


def confidence(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    folder: Annotated[
        str, typer.Argument(help="A classifier in transformers' format, or an added model.", metavar="DIR")
    ],
    data: Annotated[
        Path,
        typer.Option(
            help="CSV, TSV or JSONL with text and label, of the kind that the model is used on; none of them "
            "may be of its training data.",
            metavar="FILE",
        ),
    ],
    out_of_domain: Annotated[
        Path | None,
        typer.Option(
            help="Texts of other domains that it may meet, likewise; labels play no part.", metavar="FILE"
        ),
    ] = None,
    fit: Annotated[
        Path | None,
        typer.Option(
            help="Further texts of the domain for the scores that compare states, such as training data.",
            metavar="FILE",
        ),
    ] = None,
    target_risk: Annotated[
        float, typer.Option(help="Share of wrong answers that is borne among those that it gives.")
    ] = 0.05,
    max_tokens: Annotated[
        int | None,
        typer.Option(help="Most tokens of a row; what the model takes, at most 128, by default.", min=1),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of parts, planted texts and intervals.", min=0)] = 0,
    output_format: AuditFormatOption = None,
    output: options.OutputOption = None,
    page: PageOption = None,
) -> None:
    """Measure calibration, find texts of other domains, and say when the model should abstain.

    Without texts of other domains some are planted, which show what nonsense does and not what the model will
    meet; the audit then does not end clean. Needs the train extra. Exit codes: 0 clean, 1 unsafe, 3
    inconclusive.
    """
    from metier.audit.classifier import load_classifier
    from metier.audit.confidence.analyzer import ClassifierConfidenceAnalyzer
    from metier.audit.confidence.options import ConfidenceOptions
    from metier.audit.labelled_texts import read_labelled_texts

    for path in (output, page):
        options.check_output(path, [data, out_of_domain, fit])
    chosen = ConfidenceOptions(target_risk=target_risk, seed=seed)
    rows = read_labelled_texts(data)
    others, domain = (
        [row.text for row in read_labelled_texts(path, labels=False)] if path else []
        for path in (out_of_domain, fit)
    )
    hide_loading_bars()
    model = load_classifier(network_source(folder), max_tokens=max_tokens)
    found = ClassifierConfidenceAnalyzer(chosen).analyze(
        model,
        [row.text for row in rows],
        [row.label for row in rows],
        out_of_domain=others,
        fit_texts=domain,
    )
    emit_reports([found.report], output_format=output_format, output=output, page=page)
