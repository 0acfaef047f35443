"""`metier expertise fairness`: does a level move when one personal thing of a resume is another?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.exits import FAILED
from metier.cli.training_progress import counted, say
from metier.documents.source import STANDARD_INPUT, Source, find_sources
from metier.errors import DocumentError, InvalidInput
from metier.types import Document, Level

if TYPE_CHECKING:
    from metier.engine import Engine

EXAMPLE = "Example: metier expertise fairness resumes/ --bound 0.05 --format json"
_BOUND = 0.05
_MOST = 4
_MOST_NAMED = 20

ResumesArgument = Annotated[
    list[str],
    typer.Argument(help="Files, folders or JSON-lines files; - is standard input.", metavar="RESUME..."),
]
BoundOption = Annotated[
    float,
    typer.Option(help="Levels, and share of probability, by which a masked fact may move a score.", min=0),
]
MostOption = Annotated[int, typer.Option(help="Swaps of one kind for each resume.", min=1)]
LevelOption = Annotated[
    Level | None,
    typer.Option("--level", help="Hold the probability of at least this level to the bound too."),
]


def register(app: typer.Typer) -> None:
    """Add the command to `metier expertise`."""
    app.command("fairness", epilog=EXAMPLE)(fairness)


def fairness(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    resumes: ResumesArgument,
    bound: BoundOption = _BOUND,
    most: MostOption = _MOST,
    level: LevelOption = None,
    expertise_model: options.ExpertiseModelOption = None,
    model: options.ModelOption = None,
    taxonomy: options.TaxonomyOption = None,
    output_format: options.TableOrJsonOption = None,
    as_of: options.AsOfOption = None,
) -> None:
    """Score resumes again with another name, gender, age, citizenship, city, school and the like.

    Facts that are masked must not move a score beyond the bound: else the exit code is 1, as it is where no
    resume tells a level. For what is not masked, which is gender in the words of prose, cities, countries and
    schools, it says how often the level flips.
    """
    from metier.cli.expertise_fairness_tables import report_json, report_table
    from metier.engine.expertise import Applying
    from metier.engine.expertise_swaps import check_documents

    as_json = options.wants_json(output_format)
    sources = list(_sources(resumes))
    opened = options.open_engine(
        options.load_settings(), taxonomy=taxonomy, model=model, as_of=as_of, expertise_model=expertise_model
    )
    with opened as engine:
        documents = _readable(engine, sources)
        with counted("Swapping", len(documents)) as on_document:
            report = check_documents(
                engine, documents, Applying(level=level), bound=bound, most=most, on_document=on_document
            )
    options.emit(report_json(report) if as_json else report_table(report), None)
    for item in report.broken[:_MOST_NAMED]:
        say(f"metier: {item.document}: {item.trait.value} to {item.to} moves the score beyond {bound:g}.")
    if not (report.passed and report.traits):
        raise typer.Exit(FAILED)


def _sources(targets: Sequence[str]) -> Iterator[Source]:
    if targets.count(STANDARD_INPUT) > 1:
        raise InvalidInput("Standard input can be read once. Name - once.")
    for target in targets:
        if target == STANDARD_INPUT:
            yield options.source_of(target)
        else:
            yield from find_sources(Path(target))


def _readable(engine: Engine, sources: Sequence[Source]) -> list[Document]:
    """Return the resumes that can be scored; the others are named on standard error."""
    found = []
    for source in sources:
        try:
            document = engine.read(source)
        except DocumentError as exc:
            say(f"metier: {exc}")
            continue
        if document.readable:
            found.append(document)
        else:
            reasons = " ".join(finding.message for finding in document.findings)
            say(f"metier: {document.source} is left out. {reasons}")
    if not found:
        raise InvalidInput("None of the resumes can be read, so nothing was checked. Name others.")
    return found
