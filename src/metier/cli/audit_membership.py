"""`metier audit membership`: whether a model tells which texts it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.cli import options
from metier.cli.audit_output import AuditFormatOption, PageOption, emit_reports
from metier.cli.network_source import network_source
from metier.cli.training_progress import hide_loading_bars

EXAMPLE = "Example: metier audit membership my-model --members seen.csv --non-members new.csv --reference r"


def register(app: typer.Typer) -> None:
    """Add the command to `metier audit`."""
    app.command("membership", epilog=EXAMPLE)(membership)


def membership(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    folder: Annotated[
        str,
        typer.Argument(
            help="A classifier or masked language model in transformers' format, or an added model.",
            metavar="DIR",
        ),
    ],
    members: Annotated[
        Path,
        typer.Option(
            help="CSV, TSV or JSONL with text, and label for a classifier: rows that it was trained on.",
            metavar="FILE",
        ),
    ],
    non_members: Annotated[
        Path,
        typer.Option(
            help="Rows of the same kind that it was not trained on, best divided by chance.", metavar="FILE"
        ),
    ],
    reference: Annotated[
        list[str] | None,
        typer.Option(
            help="A model of the same kind trained on neither; name it again for more.", metavar="DIR"
        ),
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(help="Most tokens of a row; what the model takes, at most 128, by default.", min=1),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of baselines and intervals.", min=0)] = 0,
    output_format: AuditFormatOption = None,
    output: options.OutputOption = None,
    page: PageOption = None,
) -> None:
    """Attack a model by its losses, and by those of reference models, to tell members from non-members.

    Baselines that never see the model show what the texts alone give away. Without references the strongest
    attack cannot be made, and the audit does not end clean. Needs the train extra. Exit codes: 0 clean, 1
    unsafe, 3 inconclusive.
    """
    from metier.audit.labelled_texts import read_labelled_texts
    from metier.audit.membership.auditor import MembershipInferenceAuditor
    from metier.audit.membership.models import load_loss_model
    from metier.audit.membership.options import MembershipOptions

    for path in (output, page):
        options.check_output(path, [members, non_members])
    chosen = MembershipOptions(seed=seed)
    seen, unseen = (read_labelled_texts(path, labels=False) for path in (members, non_members))
    hide_loading_bars()
    model, *references = (
        load_loss_model(network_source(name), max_tokens=max_tokens) for name in (folder, *(reference or ()))
    )
    found = MembershipInferenceAuditor(chosen).audit(model, seen, unseen, references=references)
    emit_reports([found.report], output_format=output_format, output=output, page=page)
