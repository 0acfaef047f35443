"""`metier expertise`: how experienced a person is, for a role and a level, with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import expertise_fairness, expertise_training, options
from metier.cli.exits import FAILED
from metier.cli.options import OutputFormat
from metier.cli.training_progress import counted, say
from metier.errors import InvalidInput
from metier.types import Level, Role

if TYPE_CHECKING:
    from metier.batch.levels import LevelOutcome
    from metier.engine import Engine
    from metier.engine.expertise import Applying
    from metier.expertise.employers import EmployerTable

app = typer.Typer(
    name="expertise",
    no_args_is_help=True,
    help="How experienced a person is, for a role and a level, with reasons; train and check the model.",
)
expertise_training.register(app)
expertise_fairness.register(app)

LevelOption = Annotated[
    Level | None, typer.Option("--level", help="Say how likely the level is this one or higher.")
]
VacancyOption = Annotated[
    str | None, typer.Option(help="The role; else it is the title that the resume states.", metavar="FILE")
]
CompanyOption = Annotated[
    str,
    typer.Option(help="Who is hiring; counts only in models trained with it.", metavar="NAME"),
]
SalaryOption = Annotated[
    str, typer.Option(help="What is asked for; counts only in models trained with it.", metavar="WORDS")
]
EmployersOption = Annotated[
    Path | None,
    typer.Option(help="Ratings of employers: company, score and more, as CSV.", metavar="FILE"),
]
_FORMATS = (OutputFormat.TABLE, OutputFormat.JSON, OutputFormat.CSV)


@app.command("score", epilog="Example: metier expertise score resume.pdf --level senior --vacancy job.txt")
def score(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    resume: Annotated[str, typer.Argument(help="A file, or - for standard input.", metavar="RESUME")],
    level: LevelOption = None,
    vacancy: VacancyOption = None,
    company: CompanyOption = "",
    salary: SalaryOption = "",
    expertise_model: options.ExpertiseModelOption = None,
    model: options.ModelOption = None,
    taxonomy: options.TaxonomyOption = None,
    output_format: options.FormatOption = None,
    output: options.OutputOption = None,
    as_of: options.AsOfOption = None,
) -> None:
    """Say which level a resume shows, how sure that is, and what speaks for and against it, with the words.

    The level never follows from age, gender, family, citizenship, photo or name: they are hidden from the
    model. Where a resume does not tell enough, no level is said.
    """
    from metier.cli.expertise_tables import expertise_json, expertise_table

    form = _form(output_format, output)
    options.check_output(output, [resume, vacancy, taxonomy])
    settings = options.load_settings()
    opened = options.open_engine(
        settings, taxonomy=taxonomy, model=model, as_of=as_of, expertise_model=expertise_model
    )
    with opened as engine:
        applying = _applying(engine, vacancy, level, company, salary)
        found = engine.score_level(engine.read(options.source_of(resume)), applying)
    name = Path(resume).name
    content = expertise_table(name, found) if form is OutputFormat.TABLE else expertise_json(name, found)
    options.emit(content, output)


@app.command("batch", epilog="Example: metier expertise batch applications.csv --output levels.jsonl")
def batch(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    rows: Annotated[Path, typer.Argument(help="JSON, JSON lines or CSV with a row each.", metavar="ROWS")],
    output: Annotated[Path, typer.Option(help="JSON lines, or CSV by its ending.", metavar="PATH")],
    level: LevelOption = None,
    employers: EmployersOption = None,
    use_sensitive: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--use-sensitive", help="Let age, city and country through to a model that wants them."),
    ] = False,
    expertise_model: options.ExpertiseModelOption = None,
    model: options.ModelOption = None,
    taxonomy: options.TaxonomyOption = None,
    as_of: options.AsOfOption = None,
) -> None:
    """Say the levels of many applications; rows have position, key_skills, work_experience and the like.

    A row that cannot be taken gives a line with its error and does not stop the run. After Ctrl-C, a kill or
    a crash the same command goes on. The level to test for is --level, or that of expected_grade_salary.
    """
    from metier.cli.expertise_tables import outcomes_text

    options.check_output(output, [rows, employers, taxonomy])
    form = _form(None, output)
    opened = options.open_engine(
        options.load_settings(), taxonomy=taxonomy, model=model, as_of=as_of, expertise_model=expertise_model
    )
    with ExitStack() as stack:
        engine = stack.enter_context(opened)
        table = _employers(employers)
        outcomes = list(
            stack.enter_context(
                _scored(engine, rows, output, table=table, level=level, use_sensitive=use_sensitive)
            )
        )
        options.emit(outcomes_text(outcomes, form), output)
    _finish(outcomes)


@contextmanager
def _scored(
    engine: Engine,
    rows: Path,
    output: Path,
    *,
    table: EmployerTable | None,
    level: Level | None,
    use_sensitive: bool,
) -> Iterator[Iterator[LevelOutcome]]:
    """Yield what becomes of the rows; what is done is kept beside the output until all is written."""
    from dataclasses import replace

    from metier.batch.levels import levels_fingerprint, score_applications
    from metier.engine.expertise import InputMaker
    from metier.expertise.rows import read_applications
    from metier.store.journal import Journal

    applications = read_applications(rows, use_sensitive=use_sensitive)
    if level is not None:
        applications = [replace(item, claimed=level) for item in applications]
    if use_sensitive:
        say("Warning: age, city and country are let through to the model. Every result says so.")
    maker = InputMaker(engine, employers=table, use_sensitive=use_sensitive)
    run = levels_fingerprint(engine, [str(table.sha256 if table else ""), str(use_sensitive)])
    place = output.with_name(output.name + ".journal")
    with Journal(place, run=run) as journal, counted("Scoring", len(applications)) as on_progress:
        yield score_applications(engine, maker, applications, journal=journal, on_progress=on_progress)
    journal.remove()


def _applying(
    engine: Engine, vacancy: str | None, level: Level | None, company: str, salary: str
) -> Applying:
    from metier.engine.expertise import Applying

    wanted = None
    if vacancy is not None:
        wanted = engine.prepare_vacancy(engine.read(options.source_of(vacancy), role=Role.VACANCY))
    return Applying(wanted, level=level, company=company, salary=salary)


def _employers(path: Path | None) -> EmployerTable | None:
    if path is None:
        return None
    from metier.expertise.employers import EmployerTable

    return EmployerTable.load(path)


def _form(wanted: OutputFormat | None, output: Path | None) -> OutputFormat:
    form = options.choose_format(wanted, output)
    if form not in _FORMATS:
        raise InvalidInput(f"Levels are written as {', '.join(_FORMATS)}. Got {form}.")
    return form


def _finish(outcomes: list[LevelOutcome]) -> None:
    failures = [outcome.failure for outcome in outcomes if outcome.failure is not None]
    untold = sum(outcome.expertise is not None and outcome.expertise.level is None for outcome in outcomes)
    say(f"{len(outcomes):,} rows: {untold:,} do not tell enough, {len(failures):,} could not be taken.")
    if failures:
        for failure in failures[:10]:
            say(f"metier: {failure.source}: {failure.message}")
        raise typer.Exit(FAILED)
