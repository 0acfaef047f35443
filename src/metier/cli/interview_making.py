"""`metier interview bank make`: a bank for a vacancy and a resume; and `fit-grader`, on labelled answers."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from metier.cli import options
from metier.cli.training_progress import say
from metier.errors import InvalidInput
from metier.types import AssessmentStatus, Role


def register(app: typer.Typer, bank_app: typer.Typer) -> None:
    """Add `fit-grader` to the commands of `metier interview`, and `make` to those of its banks."""
    example = "Example: metier interview bank make --vacancy job.txt --resume cv.pdf --output questions.yaml"
    bank_app.command("make", epilog=example)(make)
    example = "Example: metier interview fit-grader --bank own.yaml --answers own.csv --output grader/"
    app.command("fit-grader", epilog=example)(fit)


def make(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    vacancy: Annotated[str, typer.Option(help="The vacancy; - is standard input.", metavar="FILE")],
    resume: Annotated[str, typer.Option(help="The resume; - is standard input.", metavar="FILE")],
    output: Annotated[Path, typer.Option(help="The YAML file of the bank.", metavar="FILE")],
    language: Annotated[
        str | None, typer.Option(help="Of the questions: en, ru or ko. Default: the vacancy's, or en.")
    ] = None,
    preferred: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--preferred", help="Ask about what would be nice to have, too.")
    ] = False,
    max_questions: Annotated[int, typer.Option(help="Most questions about one skill.")] = 3,
    bank: Annotated[
        list[Path] | None,
        typer.Option(help="Take questions from this bank first; may be repeated.", metavar="FILE"),
    ] = None,
    taxonomy: options.TaxonomyOption = None,
    model: options.ModelOption = None,
) -> None:
    """Make a bank of what a vacancy requires and a resume shows only by implication or not at all.

    Skills that a bank of metier has a topic for get its questions, others two of their own. Edit the file as
    you like, then hold the interview: metier interview --bank FILE.
    """
    from metier.engine.interview import BankOptions, make_bank
    from metier.interview.bank_files import dump_bank, load_bank, shipped_banks
    from metier.skills.taxonomy_files import default_taxonomy
    from metier.store.journal import write_atomically

    if output.suffix.lower() not in {".yaml", ".yml"}:
        raise InvalidInput(f"--output must end in .yaml or .yml, as banks do. Got {output.name}.")
    if vacancy == resume:
        raise InvalidInput("--vacancy and --resume must be two documents. Got the same one twice.")
    options.check_output(output, [vacancy, resume, *(bank or ())])
    settings = options.load_settings()
    own = [load_bank(path) for path in bank or ()]
    with options.open_engine(settings, taxonomy=taxonomy, model=model, as_of=None) as engine:
        wanted = engine.prepare_vacancy(engine.read(options.source_of(vacancy), role=Role.VACANCY))
        found = engine.assess(engine.read(options.source_of(resume)), vacancy=wanted)
    if found.status is not AssessmentStatus.SCORED or found.coverage is None:
        raise InvalidInput(
            "The resume cannot be read well enough to ask about what it lacks. `metier assess` says why."
        )
    spoken = language or (wanted.document.language if wanted.document.language in {"ru", "ko"} else "en")
    chosen = BankOptions(spoken, preferred=preferred, max_questions=max_questions)
    known = options.load_taxonomy(taxonomy, settings) if taxonomy else default_taxonomy()
    shipped = [path for key, path in shipped_banks().items() if key.endswith(f".{spoken}")]
    banks = [*own, *map(load_bank, shipped)]
    made = make_bank(found.coverage, known, banks, chosen)
    write_atomically(output, dump_bank(made))
    n_questions = sum(1 for _ in made.each())
    say(f"Wrote {output}: {n_questions} questions. Next: metier interview --bank {shlex.quote(str(output))}")


def fit(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    output: Annotated[Path, typer.Option(help="An empty folder for the model.", metavar="DIR")],
    bank: Annotated[
        list[Path] | None, typer.Option(help="A bank; one for each --answers.", metavar="FILE")
    ] = None,
    answers: Annotated[
        list[Path] | None,
        typer.Option(help="Labelled answers to it: CSV. Without any, metier's own.", metavar="FILE"),
    ] = None,
    add_own: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--add-own", help="Fit to metier's own labelled answers, too.")
    ] = False,
    accuracy: Annotated[
        float, typer.Option(help="Share of right verdicts to reach where none is in doubt.")
    ] = 0.75,
    name: Annotated[str, typer.Option(help="What cards call the model.")] = "grading",
    model: options.ModelOption = None,
) -> None:
    """Fit the model that grades answers to labelled ones; needs the train extra.

    It prints how well it grades answers to questions that it was not fitted to, by cross-validation.
    """
    from metier.encoders.load import find_model, load_encoder
    from metier.interview.bank_files import load_bank
    from metier.interview.fit_grader import GraderOptions, fit_grader
    from metier.interview.labelled import own_answers, read_answers
    from metier.training.output import Origin

    banks, files = bank or [], answers or []
    if len(banks) != len(files):
        raise InvalidInput(
            f"Each --answers needs the --bank that it is for, in pairs. Got {len(files)} and {len(banks)}."
        )
    rows = own_answers() if add_own or not files else []
    for own, path in zip(banks, files, strict=True):
        rows += read_answers(path, load_bank(own))
    settings = options.load_settings()
    encoder = load_encoder(
        find_model(model or settings.model, options.models_dir(settings)), options.runtime(settings)
    )
    origin = Origin(
        name,
        license="MIT" if not files else "",
        languages=tuple(sorted({row.language for row in rows})),
        command=shlex.join(["metier", *sys.argv[1:]]),
    )
    fit_grader(rows, encoder, output, origin=origin, options=GraderOptions(accuracy), say=say)
    say(f"Wrote {output}. Use it: metier interview --grader {shlex.quote(str(output))}")
