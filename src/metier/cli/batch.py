"""`metier batch`: assessments of any number of documents, as JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.audit_summary import scored_lines, tell_audit, tell_decisions
from metier.cli.exits import FAILED
from metier.cli.scale import (
    EngineName,
    EngineOption,
    RayAddressOption,
    Scale,
    WorkersOption,
    absolute,
    for_workers,
    opened_cluster,
)
from metier.cli.training_progress import counted, say
from metier.errors import Cancelled
from metier.types import Role

if TYPE_CHECKING:
    from metier.batch.lines import Assessor, LinesReport
    from metier.engine import Engine, Vacancy

EXAMPLE = (
    "Example: metier batch resumes.jsonl --vacancy vacancy.txt --output results.jsonl "
    "--engine ray --workers 8"
)


def batch(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    source: Annotated[
        Path,
        typer.Argument(help="A folder, a file, or .jsonl, .csv, .tsv with id and text.", metavar="INPUT"),
    ],
    output: Annotated[
        Path, typer.Option(help="JSON lines, one for each document, in their order.", metavar="PATH")
    ],
    vacancy: Annotated[
        str | None, typer.Option(help="Hold the resumes against this vacancy.", metavar="FILE")
    ] = None,
    engine: EngineOption = EngineName.LOCAL,
    workers: WorkersOption = None,
    ray_address: RayAddressOption = None,
    taxonomy: options.TaxonomyOption = None,
    model: options.ModelOption = None,
    as_of: options.AsOfOption = None,
) -> None:
    """Assess any number of documents, on one machine or many, without holding them in memory.

    A bad row gives a line with its error and does not stop the run. Lines are kept in OUTPUT.partial as they
    come: after Ctrl-C, a kill or a crash the same command goes on.
    """
    from metier.batch import run_fingerprint
    from metier.batch.lines import assess_to_lines
    from metier.documents.source import find_sources

    scale = Scale(engine, workers, ray_address)
    options.check_output(output, [source, vacancy, taxonomy])
    settings = options.load_settings()
    n_sources = sum(1 for _ in find_sources(source))
    opening = {"taxonomy": taxonomy, "model": model, "as_of": str(options.parse_month(as_of))}
    with options.open_engine(settings, **opening) as here:
        wanted = None
        if vacancy is not None:
            wanted = here.prepare_vacancy(here.read(options.source_of(vacancy), role=Role.VACANCY))
        names = {key: absolute(value) if value else value for key, value in opening.items()}
        make_engine = partial(options.open_engine, for_workers(settings), **names)
        try:
            with (
                _assessor(scale, here, make_engine, wanted) as assessor,
                counted("Assessing", n_sources) as on_progress,
            ):
                report = assess_to_lines(
                    assessor,
                    find_sources(source),
                    output,
                    run=run_fingerprint(here, wanted, keep_text=False),
                    on_progress=on_progress,
                )
        except KeyboardInterrupt as exc:
            raise Cancelled("Interrupted. Run the same command again to go on.") from exc
        if wanted is not None:
            tell_decisions(here, find_sources(source), n_sources, wanted)
    tell_audit(scored_lines(output))
    _tell(report, output)


@contextmanager
def _assessor(
    scale: Scale, here: Engine, make_engine: partial[Engine], vacancy: Vacancy | None
) -> Iterator[Assessor]:
    with opened_cluster(scale) as cluster:
        if cluster is None:
            from metier.batch.lines import assess_one_by_one

            yield assess_one_by_one(here, vacancy)
            return
        from metier.batch.on_ray import ray_assessor

        yield ray_assessor(make_engine, cluster, like=here, vacancy=vacancy)


def _tell(report: LinesReport, output: Path) -> None:
    """Say what was done; exit with 1 if a document is not scored."""
    resumed = f", {report.n_resumed:,} of them by an earlier run" if report.n_resumed else ""
    say(f"Assessed {report.n_documents:,} documents{resumed}. Wrote {output}.")
    n_failed = sum(report.counts.values())
    if not n_failed:
        return
    for problem in report.problems:
        print(f"metier: {problem.message}", file=sys.stderr)
    if n_failed > len(report.problems):
        print(f"metier: ... and {n_failed - len(report.problems):,} more.", file=sys.stderr)
    reasons = ", ".join(f"{code} {count:,}" for code, count in report.counts.items())
    print(f"metier: {n_failed:,} of {report.n_documents:,} documents not scored: {reasons}.", file=sys.stderr)
    raise typer.Exit(FAILED)
