"""`metier skills`: skills in any text, and the taxonomies that name them."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from metier.cli import linking, options, skill_training
from metier.cli.runs import finish, run_assessments
from metier.cli.skill_models import DetectArchitecture, detect_with_models
from metier.errors import InvalidInput

app = typer.Typer(name="skills", no_args_is_help=True, help="Detect skills; manage taxonomies.")
taxonomy_app = typer.Typer(name="taxonomy", no_args_is_help=True, help="Show and import taxonomies.")
app.add_typer(taxonomy_app)


class SkillsFormat(StrEnum):
    """A form of skills or of a taxonomy."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


SkillsFormatOption = Annotated[SkillsFormat | None, typer.Option("--format", help="Default: as in assess.")]


def _format(wanted: SkillsFormat | None) -> SkillsFormat:
    return wanted or SkillsFormat(options.choose_format(None, None).value)


@app.command("detect", epilog='Example: metier skills detect --text "Five years of Django, no Java."')
def detect(
    text: Annotated[str | None, typer.Option(help="The text; standard input without it.")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="Show only this skill id; may be repeated.")] = None,
    taxonomy: options.TaxonomyOption = None,
    architecture: Annotated[
        DetectArchitecture | None,
        typer.Option(help="Ask a model of this architecture, or all that --model names, side by side."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Encoder to read with: a name, a model folder, or 'none' for words only. "
            "With --architecture: folders of trained models; may be repeated.",
            metavar="NAME",
        ),
    ] = None,
    output_format: SkillsFormatOption = None,
) -> None:
    """Detect the skills that a text shows, with the words that show them."""
    from metier.cli.results import render_skills

    settings = options.load_settings()
    content = options.read_standard_input().decode("utf-8", "replace") if text is None else text
    if len(content) > settings.max_chars:
        raise InvalidInput(f"A text may have {settings.max_chars:,} characters. It has {len(content):,}.")
    named = model or []
    if architecture is not None:
        found = options.load_taxonomy(taxonomy or settings.taxonomy, settings)
        shown = detect_with_models(
            content,
            architecture=architecture,
            models=[Path(name) for name in named],
            taxonomy=found,
            settings=settings,
            wanted=skill or (),
            chosen=_format(output_format).value,
        )
        options.emit(shown, None)
        return
    if len(named) > 1:
        raise InvalidInput(f"--model names one encoder without --architecture. Got {len(named)}.")
    encoder = named[0] if named else None
    detector = options.load_detector(settings, taxonomy=taxonomy, model=encoder)
    for wanted in skill or ():
        detector.taxonomy.entry(wanted)
    evidences = detector.detect(content, reading=detector.read(content))
    kept = [evidence for evidence in evidences if not skill or evidence.skill in skill]
    options.emit(render_skills(kept, _format(output_format).value), None)


@app.command("batch", epilog="Example: metier skills batch --input data.jsonl --output results.jsonl")
def batch(
    source: Annotated[
        Path, typer.Option("--input", help="JSON lines with id and text, or a folder.", metavar="PATH")
    ],
    output: Annotated[
        Path, typer.Option(help="JSON lines, one for each input, in its order.", metavar="PATH")
    ],
    taxonomy: options.TaxonomyOption = None,
    model: options.ModelOption = None,
) -> None:
    """Detect the skills of many texts; goes on after a bad row and after an interrupt."""
    from metier.cli.results import skills_lines
    from metier.documents.source import find_sources

    options.check_output(output, [source, taxonomy])
    settings = options.load_settings()
    with (
        options.open_engine(settings, taxonomy=taxonomy, model=model, as_of=None) as engine,
        run_assessments(engine, list(find_sources(source)), output=output) as result,
    ):
        options.emit(skills_lines(result), output)
    finish(result)


@app.command("fit-head", epilog="Example: metier skills fit-head --texts jobs.jsonl --output head/")
def fit_head(
    texts: Annotated[
        list[Path],
        typer.Option(
            help="txt, md, json, jsonl, csv or tsv with job texts; may be repeated.", metavar="FILE"
        ),
    ],
    output: Annotated[Path, typer.Option(help="An empty folder for the head.", metavar="DIR")],
    judged: Annotated[
        Path | None,
        typer.Option(help="CSV of judged sentences to calibrate with; none shown without.", metavar="FILE"),
    ] = None,
    float32: Annotated[
        Path | None,
        typer.Option(help="Folder of the float32 encoder, to measure what int8 costs.", metavar="DIR"),
    ] = None,
) -> None:
    """Fit the head that finds skills by meaning to the shipped encoder; needs the train extra."""
    from metier.encoders.load import BASE, load_encoder, shipped_models
    from metier.skills.build_head import HeadOptions, build_head
    from metier.skills.taxonomy_files import default_taxonomy

    encoder = load_encoder(shipped_models()[BASE], options.runtime(options.load_settings()))
    chosen = HeadOptions(tuple(texts), judged, float32)
    card = build_head(chosen, default_taxonomy(), encoder, output, say=_say)
    _say(f"Wrote {output}. {card.metrics}")


def _say(message: str) -> None:
    print(message, file=sys.stderr)


@taxonomy_app.command("show", epilog="Example: metier skills taxonomy show --format csv > skills.csv")
def show(taxonomy: options.TaxonomyOption = None, output_format: SkillsFormatOption = None) -> None:
    """List the skills of a taxonomy."""
    from metier.cli.results import render_taxonomy

    settings = options.load_settings()
    found = options.load_taxonomy(taxonomy or settings.taxonomy, settings)
    options.emit(render_taxonomy(found, _format(output_format).value), None)


@taxonomy_app.command("import", epilog="Example: metier skills taxonomy import skills_en.csv --language en")
def import_taxonomy(
    file: Annotated[Path, typer.Argument(help="skills_<language>.csv of an ESCO download.", metavar="FILE")],
    language: Annotated[str, typer.Option(help="Language of the file, as its name says.")],
) -> None:
    """Import the skills of an official ESCO file, to use as --taxonomy esco-<language>."""
    from metier.skills.esco import import_esco
    from metier.skills.taxonomy_files import dump_taxonomy, imported_taxonomy
    from metier.store.journal import write_atomically

    taxonomy = import_esco(file, language=language)
    place = imported_taxonomy(taxonomy.name, options.load_settings().data_dir)
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(place, dump_taxonomy(taxonomy))
    print(f"Imported {len(taxonomy):,} skills. Use them: --taxonomy {taxonomy.name}", file=sys.stderr)


skill_training.register(app)
linking.register(app)
