"""`metier evaluate`: every task's figures of encoders, side by side."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from metier.cli import options
from metier.cli.training_progress import say
from metier.errors import Cancelled, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metier.encoders.load import Runtime
    from metier.engine.evaluation.suite import Entrant

EXAMPLE: Final = "Example: metier evaluate --data sets/ --model base --model mine/model --output figures/"
EVALUATION_JSON: Final = "evaluation.json"
EVALUATION_PAGE: Final = "evaluation.html"
_DEFAULT_MODEL: Final = "base"


def evaluate(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: Annotated[
        Path,
        typer.Option(help="A folder of data sets; docs/how-to/evaluate.md has the layout.", metavar="DIR"),
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="An encoder: a name, or a model folder; 'words' is a baseline that knows words alone. "
            "Repeatable: the others are held against the first. 'base' by default.",
            metavar="NAME|DIR",
        ),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(help="A set to measure on. Repeatable; all by default.", metavar="NAME"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder that gets evaluation.json and evaluation.html.", metavar="DIR"),
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(
            help="Folder where each finished result is kept, so that it is not made again.", metavar="DIR"
        ),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Threads to compute with; 0 for as many as there are cores.", min=0)
    ] = None,
    seed: Annotated[int, typer.Option(help="Of folds, first weights and resamples.", min=0)] = 0,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Measure every task on encoders as they are: light heads are fitted to each, on the same data.

    Each set's head is fitted to its train part and measured on its report part, with 95 % intervals; of
    several encoders, the differences to the first one are given. Heads of spans, links, skills and levels
    need the train extra; without it those sets are left out, and the output says so.
    """
    from metier.engine.evaluation.suite import SuiteOptions
    from metier.engine.evaluation.suite import evaluate as run
    from metier.training.sets import read_sets

    chosen = SuiteOptions(tuple(sets or ()), seed, work=work)
    found = read_sets(data)
    _check_output(output)
    if work is not None:
        _make_folder(work, "--work")
    runtime = options.runtime(options.load_settings())
    if threads is not None:
        runtime = replace(runtime, threads=threads)
    _limit_torch(runtime.threads)
    try:
        evaluation = run(_entrants(model or [_DEFAULT_MODEL], runtime), found, chosen, say)
    except KeyboardInterrupt as exc:
        kept = "What was finished is kept" if work else "Nothing is kept without --work"
        raise Cancelled(f"Interrupted. {kept}. Run the same command again to go on.") from exc
    content = evaluation.to_mapping()
    if output is not None:
        _write(content, output)
    as_json = options.wants_json(output_format)
    options.emit(_as_json(content) if as_json else _as_table(content), None)


def _entrants(names: Sequence[str], runtime: Runtime) -> list[Entrant]:
    """Return the encoders of some names or folders; where cards share a name, called as they were given."""
    from metier.encoders.folder import ModelFolder
    from metier.encoders.load import find_model
    from metier.engine.evaluation.suite import WORDS, Entrant

    folder = options.models_dir(options.load_settings())
    if len(set(names)) < len(names):
        raise InvalidInput("Each model is measured once. One is named twice: drop it.")
    paths = {name: find_model(name, folder) for name in names if name != WORDS}
    cards = {name: ModelFolder.peek(path).card.name for name, path in paths.items()}
    counts = Counter(cards.values())
    return [
        Entrant.words()
        if name == WORDS
        else Entrant.load(paths[name], runtime, name=cards[name] if counts[cards[name]] == 1 else name)
        for name in names
    ]


def _limit_torch(threads: int) -> None:
    """Let torch compute with some threads, where it is installed and a number is given."""
    from importlib.util import find_spec

    from metier._extras import require

    if threads and find_spec("torch") is not None:
        require("torch").set_num_threads(threads)


def _check_output(output: Path | None) -> None:
    if output is None:
        return
    from metier.store.journal import check_writable

    _make_folder(output, "--output")
    for name in (EVALUATION_JSON, EVALUATION_PAGE):
        check_writable(output / name)


def _make_folder(folder: Path, option: str) -> None:
    """Make a folder before the first result is made, which may take minutes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise InvalidInput(f"{option} {folder} cannot be made: {exc.strerror}. Name a folder.") from exc


def _write(content: dict[str, Any], output: Path) -> None:
    from metier.report.evaluation import render_evaluation_html

    options.emit(_as_json(content), output / EVALUATION_JSON)
    options.emit(render_evaluation_html(content), output / EVALUATION_PAGE)


def _as_json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _as_table(content: dict[str, Any]) -> str:
    from metier.cli.evaluate_tables import evaluation_table

    return evaluation_table(content)
