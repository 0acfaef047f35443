"""Runs over many documents, as a person sees them: progress, going on after an interrupt, what failed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from metier.cli.exits import FAILED
from metier.errors import Cancelled
from metier.types import AssessmentStatus

if TYPE_CHECKING:
    from metier.batch import BatchResult
    from metier.documents.source import Source
    from metier.engine import Engine, Vacancy
    from metier.store.journal import Journal

_N_SHOWN_FAILURES = 10


@contextmanager
def run_assessments(
    engine: Engine,
    sources: Sequence[Source],
    *,
    vacancy: Vacancy | None = None,
    keep_text: bool = False,
    output: Path | None = None,
) -> Iterator[BatchResult]:
    """Assess documents with a progress bar, and hand the result to the block that writes it.

    With an output, progress is kept beside it until that block has ended well.
    """
    from metier.batch import assess_sources, run_fingerprint

    with ExitStack() as stack:
        journal = None
        if output is not None and len(sources) > 1:
            run = run_fingerprint(engine, vacancy, keep_text=keep_text)
            journal = stack.enter_context(_journal(output, run))
        with _progress_bar(len(sources)) as on_progress:
            result = assess_sources(
                engine,
                sources,
                vacancy=vacancy,
                keep_text=keep_text,
                journal=journal,
                on_progress=on_progress,
            )
        yield result


@contextmanager
def _journal(output: Path, run: str) -> Iterator[Journal]:
    """Keep a run's progress beside its output; gone when the run ends, kept when it is interrupted."""
    from metier.store.journal import Journal

    with Journal(output.with_name(f"{output.name}.partial"), run=run) as journal:
        if journal.done:
            print(f"Going on after {len(journal.done):,} documents of an earlier run.", file=sys.stderr)
        try:
            yield journal
        except KeyboardInterrupt as exc:
            raise Cancelled(
                f"Interrupted. {len(journal.done):,} results are kept in {journal.path.name}; "
                "run the same command again to go on."
            ) from exc
    journal.remove()


@contextmanager
def _progress_bar(n_sources: int) -> Iterator[Callable[[], None]]:
    """Show progress on standard error, where somebody can see it and there is more than one document."""
    if n_sources < 2 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=n_sources)
        yield lambda: progress.advance(task)


def finish(result: BatchResult) -> None:
    """Say what failed and why; exit with 1 if anything did."""
    unreadable = [a for a in result.assessments if a.status is AssessmentStatus.UNREADABLE]
    n_failed = len(result.failures) + len(unreadable)
    if not n_failed:
        return
    lines = [failure.message for failure in result.failures]
    lines += [f"{a.source} is not scored. {a.findings[0].message}" for a in unreadable]
    for line in lines[:_N_SHOWN_FAILURES]:
        print(f"metier: {line}", file=sys.stderr)
    if len(lines) > _N_SHOWN_FAILURES:
        print(f"metier: ... and {len(lines) - _N_SHOWN_FAILURES:,} more.", file=sys.stderr)
    if len(result.outcomes) == 1:
        raise typer.Exit(FAILED)
    counts = Counter(result.failure_counts()) + Counter(a.findings[0].code for a in unreadable)
    reasons = ", ".join(f"{code} {count:,}" for code, count in counts.most_common())
    print(
        f"metier: {n_failed:,} of {len(result.outcomes):,} documents not scored: {reasons}.", file=sys.stderr
    )
    raise typer.Exit(FAILED)
