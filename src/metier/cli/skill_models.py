"""Trained skill classifiers in use: `metier skills evaluate`, and what `detect` says with them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metier.cli import options
from metier.cli.training_progress import counted, hide_loading_bars, say
from metier.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from metier.config import Settings
    from metier.encoders.reading import Encoder
    from metier.skills.architectures.classifier import SkillClassifier
    from metier.skills.classifier_data import DataFile, MeasuredPairs
    from metier.skills.taxonomy import Taxonomy


class DetectArchitecture(StrEnum):
    """Which architecture detects skills; `all` sets the answers of several models side by side."""

    PAIRWISE = "pairwise"
    ONE_PASS = "one-pass"
    LABEL_ATTENTION = "label-attention"
    ALL = "all"


class ReportFormat(StrEnum):
    """A form of measured figures."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class Unknown(StrEnum):
    """What to do with a name in the data that no skill of the taxonomy has."""

    ERROR = "error"
    SKIP = "skip"


DataOption = Annotated[
    Path,
    typer.Option(help="Labelled texts: JSON lines or CSV (docs/how-to/training-data.md).", metavar="FILE"),
]
UnknownOption = Annotated[
    Unknown, typer.Option(help="What to do with a name that the taxonomy lacks; skip counts it.")
]
RatioOption = Annotated[
    int, typer.Option(help="Negatives sampled for each shown skill where labels are incomplete.")
]
SeedOption = Annotated[int, typer.Option(help="Of all random numbers.")]
SampledOption = Annotated[
    bool,
    typer.Option(
        "--sampled", help="Sample negatives in complete texts too, instead of asking for every skill."
    ),
]
ReportFormatOption = Annotated[
    ReportFormat | None, typer.Option("--format", help="Default: table in a terminal, else JSON.")
]


def evaluate(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: DataOption,
    model: Annotated[Path, typer.Option(help="A model folder, or what train wrote.", metavar="DIR")],
    taxonomy: options.TaxonomyOption = None,
    output_format: ReportFormatOption = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Draw reliability.svg and confusion.svg into this folder.", metavar="DIR"),
    ] = None,
    ratio: RatioOption = 4,
    seed: SeedOption = 0,
    sampled: SampledOption = False,  # noqa: FBT002 - a flag
    unknown: UnknownOption = Unknown.ERROR,
) -> None:
    """Measure a skill model on labelled texts: every figure with its 95 % interval over texts.

    A text whose labels are complete is asked for every skill of the taxonomy. Of others negatives are
    sampled; the output says of how many.
    """
    from metier.cli.skill_tables import render_report
    from metier.skills.evaluate_classifier import draw_pictures, predict_pairs, report

    settings = options.load_settings()
    found = options.load_taxonomy(taxonomy or settings.taxonomy, settings)
    file = read_file(data, found, unknown)
    pairs = pairs_of(file, found, ratio=ratio, seed=seed, all_skills=not sampled)
    classifier = load_model(model, found, settings)
    with counted("Measuring", pairs.n_texts) as on_text:
        predictions = predict_pairs(classifier, pairs.pairs, found, on_text=on_text)
    facts: dict[str, Any] = {
        "model": {
            "name": classifier.name,
            "architecture": classifier.architecture,
            "sha256": classifier.sha256,
        },
        "data": {
            "file": file.name,
            "sha256": file.sha256,
            "taxonomy": found.name,
            "texts": pairs.n_texts,
            "pairs": len(pairs.pairs),
            "sampled_texts": pairs.sampled_texts,
            "sampled_pairs": pairs.sampled_pairs,
            "ratio": ratio,
            "seed": seed,
        },
    }
    if output is not None:
        draw_pictures(predictions, output)
    options.emit(render_report({**facts, **report(predictions, seed=seed)}, _form(output_format)), None)


def detect_with_models(  # noqa: PLR0913 - what one command was given
    text: str,
    *,
    architecture: DetectArchitecture,
    models: Sequence[Path],
    taxonomy: Taxonomy,
    settings: Settings,
    wanted: Sequence[str] = (),
    chosen: str,
) -> str:
    """Return what trained models say of a text, in the form that was asked for.

    Args:
        text: any text.
        architecture: of the one model, or `all` for the answers of all models side by side.
        models: model folders, or folders that `train` wrote.
        taxonomy: the skills.
        settings: in force.
        wanted: ids of the only skills to show; empty for all.
        chosen: `table`, `json` or `csv`.

    Raises:
        InvalidInput: no model, several for one architecture, or one of another architecture.
    """
    from metier.cli.results import render_skills
    from metier.cli.skill_tables import render_side_by_side
    from metier.skills.classifier_evidence import detect_with

    if not models or (architecture is not DetectArchitecture.ALL and len(models) > 1):
        raise InvalidInput(
            f"--architecture {architecture.value} needs --model DIR "
            f"{'at least once' if architecture is DetectArchitecture.ALL else 'once'}. Got {len(models)}. "
            "`metier skills train` makes one; without --architecture the shipped model answers."
        )
    classifiers = [load_model(path, taxonomy, settings) for path in models]
    for classifier in classifiers:
        if architecture not in (DetectArchitecture.ALL, classifier.architecture):
            raise InvalidInput(
                f"Model {classifier.name} is of architecture {classifier.architecture}. Got --architecture "
                f"{architecture.value}: name that of the model, or all."
            )
    if architecture is not DetectArchitecture.ALL:
        return render_skills(detect_with(classifiers[0], text, taxonomy, wanted=wanted), chosen)
    answers = {}
    for number, classifier in enumerate(classifiers, 1):
        name = f"{classifier.architecture} ({classifier.name})"
        name = f"{name} {number}" if name in answers else name
        answers[name] = detect_with(classifier, text, taxonomy, wanted=wanted)
    return render_side_by_side(answers, chosen)


def load_model(path: Path, taxonomy: Taxonomy, settings: Settings) -> SkillClassifier:
    """Return the skill classifier in a model folder, or in the `model` of a folder that `train` wrote.

    Raises:
        NotFound: neither.
        ModelError: it is damaged, no skill classifier, or was made for another encoder or taxonomy.
        MissingExtra: it holds a backbone, and torch is not installed.
    """
    from metier.encoders.folder import CARD, WEIGHTS, ModelFolder
    from metier.skills.architectures.load import load_classifier
    from metier.skills.mentions import MentionFinder

    folder = path / "model" if not (path / CARD).is_file() and (path / "model" / CARD).is_file() else path
    if not (folder / CARD).is_file():
        raise NotFound(f"There is no skill model in {path}. Name a folder that `metier skills train` wrote.")
    encoder = None
    if WEIGHTS in ModelFolder.peek(folder).card.files:
        hide_loading_bars()
    else:
        encoder = shipped_encoder(settings)
    return load_classifier(
        folder, encoder=encoder, finder=MentionFinder(taxonomy), taxonomy_sha256=taxonomy.sha256
    )


def shipped_encoder(settings: Settings) -> Encoder:
    """Return the encoder that comes with metier."""
    from metier.encoders.load import BASE, load_encoder, shipped_models

    return load_encoder(shipped_models()[BASE], options.runtime(settings))


def read_file(path: Path, taxonomy: Taxonomy, unknown: Unknown) -> DataFile:
    """Return a file of labelled texts; labels that were left out are counted on standard error."""
    from metier.skills.classifier_data import read_data

    found = read_data(path, taxonomy, unknown=unknown.value)
    if found.skipped:
        say(
            f"{found.name}: {found.skipped:,} labels name no one skill of taxonomy {taxonomy.name}; left out."
        )
    return found


def pairs_of(file: DataFile, taxonomy: Taxonomy, *, ratio: int, seed: int, all_skills: bool) -> MeasuredPairs:
    """Return the pairs of a file to measure on."""
    from metier.skills.classifier_data import measured_pairs
    from metier.skills.negatives import NegativeOptions

    return measured_pairs(file.rows, taxonomy, NegativeOptions(ratio, seed=seed), all_skills=all_skills)


def _form(wanted: ReportFormat | None) -> str:
    return (wanted or ReportFormat(options.choose_format(None, None).value)).value
