"""`metier audit decisions`: who is selected, who stands where, and what a swapped name would change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.assess import named_sources
from metier.cli.audit_output import AuditFormatOption, PageOption, emit_reports
from metier.cli.training_progress import counted
from metier.errors import InvalidInput
from metier.types import Role

if TYPE_CHECKING:
    from metier.audit.decisions.outcome_files import OutcomeColumns
    from metier.engine import Engine
    from metier.scans import ScanReport

EXAMPLE = "Example: metier audit decisions outcomes.csv --group gender --group race --page audit.html"
_BOUND = 0.01
_SWAPS = 4

GroupOption = Annotated[
    list[str] | None,
    typer.Option(
        "--group", help="Column to group people by, up to four; name it again for more.", metavar="COLUMN"
    ),
]
BoundOption = Annotated[
    float,
    typer.Option(help="By how much coverage, nearness or the expected level may move with a swap.", min=0),
]


@dataclass(frozen=True, slots=True)
class _Running:
    """What a batch is run with."""

    documents: str
    vacancy: str
    top: int | None
    bound: float
    most: int


def register(app: typer.Typer) -> None:
    """Add the command to `metier audit`."""
    app.command("decisions", epilog=EXAMPLE)(decisions)


def decisions(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    table: Annotated[
        Path | None,
        typer.Argument(
            help="CSV with a row for each person; of groups alone with --documents.", metavar="FILE.csv"
        ),
    ] = None,
    group: GroupOption = None,
    selected: Annotated[
        str | None,
        typer.Option(
            help="Column of who was selected, yes or no; `selected` if it is there.", metavar="COLUMN"
        ),
    ] = None,
    score: Annotated[
        str | None,
        typer.Option(help="Column of scores, higher is better; `score` if it is there.", metavar="COLUMN"),
    ] = None,
    rank: Annotated[
        str | None, typer.Option(help="Column of ranks from 1; `rank` if it is there.", metavar="COLUMN")
    ] = None,
    ranking: Annotated[
        str | None,
        typer.Option(help="Column that tells rankings apart, such as the vacancy.", metavar="COLUMN"),
    ] = None,
    identifier: Annotated[
        str | None,
        typer.Option("--id", help="Column of ids, to find people that count twice.", metavar="COLUMN"),
    ] = None,
    documents: Annotated[
        str | None,
        typer.Option(help="Run the engine over these resumes, and swap names and the like.", metavar="DIR"),
    ] = None,
    vacancy: Annotated[
        str | None, typer.Option(help="The vacancy to hold the resumes against.", metavar="FILE")
    ] = None,
    top: Annotated[
        int | None, typer.Option(help="So many of the resumes are selected, for rates by group.", min=1)
    ] = None,
    bound: BoundOption = _BOUND,
    most: Annotated[int, typer.Option(help="Swaps of one kind for each resume.", min=1)] = _SWAPS,
    taxonomy: options.TaxonomyOption = None,
    model: options.ModelOption = None,
    expertise_model: options.ExpertiseModelOption = None,
    output_format: AuditFormatOption = None,
    output: options.OutputOption = None,
    page: PageOption = None,
    as_of: options.AsOfOption = None,
) -> None:
    """Say how often each group is selected, how scores and places are spread, and what swaps would change.

    From a table of outcomes: selection rates and impact ratios with intervals, by attribute and by each two
    together, exposure in rankings, and distributions of scores. With --documents: coverage, level and place
    of each resume again with another name, gender, age and city; with a table of groups by --id, rates too.
    Exit codes: 0 clean, 1 unsafe, 3 inconclusive. No figure here says whether a decision is lawful.
    """
    for path in (output, page):
        options.check_output(path, [table, documents, vacancy, taxonomy])
    running = _running(documents, vacancy, top, bound, most)
    named = {"selected": selected, "score": score, "rank": rank, "ranking": ranking, "id": identifier}
    columns = _columns(table, group, named, labels_only=running is not None)
    if running is None:
        report = _of_table(table, columns)
    else:
        opened = options.open_engine(
            options.load_settings(),
            taxonomy=taxonomy,
            model=model,
            as_of=as_of,
            expertise_model=expertise_model,
        )
        with opened as engine:
            report = _of_documents(engine, running, table, columns)
    emit_reports([report], output_format=output_format, output=output, page=page)


def _running(
    documents: str | None, vacancy: str | None, top: int | None, bound: float, most: int
) -> _Running | None:
    if documents is None:
        if vacancy is not None or top is not None:
            raise InvalidInput("--vacancy and --top run the engine. Name the resumes with --documents.")
        return None
    if vacancy is None:
        raise InvalidInput("--documents needs a --vacancy to hold the resumes against.")
    return _Running(documents, vacancy, top, bound, most)


def _of_table(table: Path | None, columns: OutcomeColumns | None) -> ScanReport:
    from metier.audit.decisions.judge import audit_outcomes
    from metier.audit.decisions.outcome_files import read_outcomes

    if table is None or columns is None:
        raise InvalidInput("Name a table of outcomes, or resumes with --documents.")
    return audit_outcomes(read_outcomes(table, columns), subject=table.name)


def _columns(
    table: Path | None, groups: list[str] | None, named: dict[str, str | None], *, labels_only: bool
) -> OutcomeColumns | None:
    from metier.audit.decisions.outcome_files import OutcomeColumns

    if table is None:
        if groups or any(named.values()):
            raise InvalidInput("--group, --id and the like name columns. Name the table that holds them too.")
        return None
    if not groups:
        raise InvalidInput("Name at least one column to group people by, such as --group gender.")
    if labels_only:
        given = [f"--{name}" for name, column in named.items() if column is not None and name != "id"]
        if given:
            raise InvalidInput(f"{', '.join(given)}: with --documents the engine says this. Leave it out.")
        if named["id"] is None:
            raise InvalidInput(
                "--documents with a table needs --id, the column with the names of the resumes."
            )
    return OutcomeColumns(tuple(groups), **named)


def _of_documents(
    engine: Engine, running: _Running, table: Path | None, columns: OutcomeColumns | None
) -> ScanReport:
    from metier.audit.decisions.outcome_files import read_outcomes
    from metier.engine.audit_decisions import audit_batch, outcomes_of_batch, score_batch, swap_batch

    labels = read_outcomes(table, columns, labels_only=True) if table and columns else None
    sources = named_sources([running.documents], running.vacancy)
    vacancy = engine.prepare_vacancy(engine.read(options.source_of(running.vacancy), role=Role.VACANCY))
    with counted("Scoring", len(sources)) as on_document:
        batch = score_batch(engine, sources, vacancy, on_document=on_document)
    outcomes = outcomes_of_batch(batch, labels, top=running.top) if labels else None
    with counted("Swapping", len(batch.documents)) as on_document:
        moves = swap_batch(engine, batch, vacancy, most=running.most, on_document=on_document)
    return audit_batch(batch, moves, subject=running.documents, bound=running.bound, outcomes=outcomes)
