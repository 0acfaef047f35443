"""Options that several commands share, and what they resolve to."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.documents.source import STANDARD_INPUT, Source
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.config import Settings
    from metier.encoders.load import Runtime
    from metier.engine import Engine, Models
    from metier.skills.detect import SkillDetector
    from metier.skills.taxonomy import Taxonomy
    from metier.types import YearMonth

MODEL_FOLDER = "models"
NO_MODEL = "none"


class OutputFormat(StrEnum):
    """A form of results."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"
    CSV = "csv"


class TableOrJson(StrEnum):
    """A form of one thing that is shown."""

    TABLE = "table"
    JSON = "json"


_SUFFIXES = {
    ".html": OutputFormat.HTML,
    ".htm": OutputFormat.HTML,
    ".csv": OutputFormat.CSV,
    ".json": OutputFormat.JSON,
    ".jsonl": OutputFormat.JSON,
    ".txt": OutputFormat.TABLE,
}

TableOrJsonOption = Annotated[TableOrJson | None, typer.Option("--format", help="Default: as in assess.")]
TaxonomyOption = Annotated[
    str | None,
    typer.Option(help="A taxonomy file, the name of an imported taxonomy, or 'default'.", metavar="FILE"),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        help="Encoder to read with: a name, a model folder, or 'none' for words only.", metavar="NAME"
    ),
]
ExpertiseModelOption = Annotated[
    str | None,
    typer.Option(help="Model of levels: a name, or a folder that train wrote.", metavar="NAME|DIR"),
]
FormatOption = Annotated[
    OutputFormat | None,
    typer.Option(
        "--format", help="Default: by the ending of --output; else table in a terminal, JSON lines."
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option(help="Write to this file instead of standard output.", metavar="PATH")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        help="The month that 'present' stands for in a resume; this month by default.", metavar="YYYY-MM"
    ),
]


def load_settings() -> Settings:
    """Return the settings in force."""
    from metier.config import ResolvedSettings

    return ResolvedSettings.load().settings


def open_engine(
    settings: Settings,
    *,
    taxonomy: str | None,
    model: str | None,
    as_of: str | None,
    expertise_model: str | None = None,
) -> Engine:
    """Return an engine for the options of a command."""
    from metier.engine import Engine

    return Engine.load(
        lambda: load_taxonomy(taxonomy or settings.taxonomy, settings),
        limits=settings.limits,
        as_of=parse_month(as_of),
        models=lambda: load_models(model or settings.model, settings, levels=expertise_model),
        ocr=settings.ocr,
    )


def load_detector(settings: Settings, *, taxonomy: str | None, model: str | None) -> SkillDetector:
    """Return what detects skills in any text, for the options of a command."""
    from metier.skills.detect import SkillDetector

    found = load_taxonomy(taxonomy or settings.taxonomy, settings)
    models = load_models(model or settings.model, settings)
    return SkillDetector(found, models.semantics(found) if models else None)


def load_models(name: str, settings: Settings, *, levels: str | None = None) -> Models | None:
    """Return the encoder of a name or folder with its heads, or None for `none`."""
    if name == NO_MODEL:
        return None
    from metier.engine.loading import Installation, ModelShelf

    shelf = ModelShelf(Installation(settings.data_dir, runtime(settings)))
    return shelf.models(name, levels=levels or settings.expertise_model)


def load_taxonomy(name: str, settings: Settings) -> Taxonomy:
    """Return a taxonomy by path, by the name of an imported one, or the default one."""
    from metier.skills.taxonomy_files import find_taxonomy

    return find_taxonomy(name, settings.data_dir)


def models_dir(settings: Settings) -> Path:
    """Return the folder of the models that the user added."""
    return settings.data_dir / MODEL_FOLDER


def runtime(settings: Settings) -> Runtime:
    """Return how models run."""
    from metier.encoders.load import Runtime

    return Runtime(threads=settings.threads, cache=settings.cache_dir)


def wants_json(wanted: TableOrJson | None) -> bool:
    """Tell whether one thing is to be shown as JSON: as asked, or where no terminal is."""
    return (wanted or TableOrJson(choose_format(None, None).value)) is TableOrJson.JSON


def parse_month(text: str | None) -> YearMonth:
    """Return the month that an --as-of option names, or the current one."""
    from metier.types import YearMonth

    if text is None:
        today = date.today()
        return YearMonth(today.year, today.month)
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
    if match is None:
        raise InvalidInput(f"--as-of must be a month such as 2026-11. Got {text!r}.")
    return YearMonth(int(match[1]), int(match[2]))


def choose_format(wanted: OutputFormat | None, output: Path | None) -> OutputFormat:
    """Return the form to write: as asked, by the ending of the output, or by where it goes."""
    if wanted is not None:
        return wanted
    if output is None:
        return OutputFormat.TABLE if sys.stdout is not None and sys.stdout.isatty() else OutputFormat.JSON
    if output.suffix.lower() not in _SUFFIXES:
        raise InvalidInput(
            f"--output must end in {', '.join(_SUFFIXES)}, or --format must be given. Got {output.name}."
        )
    return _SUFFIXES[output.suffix.lower()]


def emit(content: str, output: Path | None) -> None:
    """Write results to a file, whole or not at all, or to standard output."""
    if output is None:
        if sys.stdout is None:
            raise InvalidInput("Standard output is closed. Name a file with --output.")
        sys.stdout.write(content)
        sys.stdout.flush()
        return
    from metier.store.journal import write_atomically

    write_atomically(output, content)
    print(f"Wrote {output}.", file=sys.stderr)


def read_standard_input() -> bytes:
    """Return all of standard input."""
    if sys.stdin is None:
        raise InvalidInput("Standard input is closed. Name a file, or send the document through a pipe.")
    return sys.stdin.buffer.read()


def check_output(output: Path | None, inputs: Sequence[str | Path | None]) -> None:
    """Refuse an output that cannot be written, or that would overwrite what is read."""
    if output is None:
        return
    from metier.store.journal import check_writable

    check_writable(output)
    if output.resolve() in {Path(path).resolve() for path in inputs if path}:
        raise InvalidInput(f"--output {output} is one of the inputs and would be lost. Name another file.")


def source_of(path: str) -> Source:
    """Return the single document that an argument names: a file, or `-` for standard input."""
    if path == STANDARD_INPUT:
        return Source(STANDARD_INPUT, data=read_standard_input())
    return Source(Path(path).name, path=Path(path))
