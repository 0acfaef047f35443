"""`metier skills link`, `evaluate-linking`, `train-linker`: texts to skills of ESCO or any other taxonomy."""

from __future__ import annotations

import json
import re
import shlex
import sys
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from metier.cli import options
from metier.cli.skill_models import SeedOption, shipped_encoder
from metier.cli.skill_training import FrozenLayersOption, OutputFolderOption
from metier.cli.training_progress import say, training_watch
from metier.errors import InvalidInput, NotFound
from metier.types import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metier.config import Settings
    from metier.encoders.folder import ModelCard
    from metier.skills.linking.evaluate import LinkingReport
    from metier.skills.linking.linker import LinkedSkill, Linker
    from metier.skills.linking.load import LinkingOptions
    from metier.skills.taxonomy import Taxonomy

DEFAULT_TAXONOMY: Final = "esco-en"
DEFAULT_MODEL: Final = "linking"
_ESCO_COLUMNS: Final = {"conceptUri", "preferredLabel"}
_MAX_HEADER_BYTES: Final = 10_000
_STEPS: Final = 350
_STEPS_FROZEN: Final = 600  # of the tagger alone, which takes far less time for each
_BACKBONE_RATE: Final = 7e-5
_EVALUATE_EVERY: Final = 50


class LinkFormat(StrEnum):
    """A form of linked skills."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class LinkRole(StrEnum):
    """What the text is, which sets what its headings mean."""

    VACANCY = "vacancy"
    RESUME = "resume"


TaxonomyOption = Annotated[
    str,
    typer.Option(
        help="An imported taxonomy, a taxonomy file, an ESCO skills csv, or 'default'.", metavar="NAME"
    ),
]
ModelOption = Annotated[str, typer.Option(help="Linking model: a name or a model folder.", metavar="NAME")]
RerankOption = Annotated[
    Path | None,
    typer.Option(help="Folder of a pairwise classifier that orders the first 50 anew.", metavar="DIR"),
]
PriorsOption = Annotated[
    Path | None,
    typer.Option(help="JSON object of numbers by label or id: how common skills are.", metavar="FILE"),
]
PriorWeightOption = Annotated[
    float | None, typer.Option(help="How much priors count; the model says so by default.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of linking to `metier skills`."""
    example = 'Example: metier skills link --text "You will manage a team of data engineers." --top-k 5'
    app.command("link", epilog=example)(link)
    example = "Example: metier skills evaluate-linking annotations.csv --taxonomy skills_en.csv --format json"
    app.command("evaluate-linking", epilog=example)(evaluate_linking)
    example = "Example: metier skills train-linker --spans spans.jsonl --output mine/"
    app.command("train-linker", epilog=example)(train_linker)


def link(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    text: Annotated[str | None, typer.Option(help="The text; standard input without it.")] = None,
    taxonomy: TaxonomyOption = DEFAULT_TAXONOMY,
    top_k: Annotated[
        int | None, typer.Option(help="How many skills; 10 by default, or all if they are fewer.")
    ] = None,
    role: Annotated[LinkRole, typer.Option(help="What the text is.")] = LinkRole.VACANCY,
    model: ModelOption = DEFAULT_MODEL,
    rerank: RerankOption = None,
    priors: PriorsOption = None,
    prior_weight: PriorWeightOption = None,
    output_format: Annotated[
        LinkFormat | None, typer.Option("--format", help="Default: as in assess.")
    ] = None,
) -> None:
    """Link a sentence or a document to the skills of ESCO, or of any taxonomy, the nearest first."""
    from metier.skills.linking.load import LinkingOptions

    settings = options.load_settings()
    content = options.read_standard_input().decode("utf-8", "replace") if text is None else text
    if len(content) > settings.max_chars:
        raise InvalidInput(f"A text may have {settings.max_chars:,} characters. It has {len(content):,}.")
    chosen = output_format or LinkFormat(options.choose_format(None, None).value)
    linker = _load_linker(settings, taxonomy, model, LinkingOptions(rerank, priors, prior_weight))
    found = linker.link(content, top_k=top_k, role=Role(role.value))
    options.emit(render_linked(found, chosen), None)


def evaluate_linking(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    file: Annotated[Path, typer.Argument(help="CSV with the columns sentence and label.", metavar="FILE")],
    taxonomy: TaxonomyOption = DEFAULT_TAXONOMY,
    model: ModelOption = DEFAULT_MODEL,
    rerank: RerankOption = None,
    priors: PriorsOption = None,
    prior_weight: PriorWeightOption = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Measure linking on annotated sentences: MRR and R-precision at 1, 5 and 10, with intervals."""
    from metier.skills.linking import evaluate
    from metier.skills.linking.load import LinkingOptions

    settings = options.load_settings()
    rows = evaluate.read_linking_rows(file)
    linker = _load_linker(settings, taxonomy, model, LinkingOptions(rerank, priors, prior_weight))
    report = evaluate.evaluate_linking(linker, rows)
    if options.wants_json(output_format):
        content = json.dumps(report.to_mapping(), ensure_ascii=False) + "\n"
    else:
        content = report_table(report)
    options.emit(content, None)


def train_linker(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    spans: Annotated[
        Path,
        typer.Option(
            help="JSON lines of tokens, tags_skill and tags_knowledge, as in SkillSpan.", metavar="FILE"
        ),
    ],
    output: OutputFolderOption,
    backbone: Annotated[
        str | None,
        typer.Option(
            help="Folder or hub name of what is trained along; none: a tagger on the shipped encoder.",
            metavar="NAME|DIR",
        ),
    ] = None,
    labelled: Annotated[
        Path | None,
        typer.Option(
            help="CSV of sentences with their skills, for a backbone; unknown names are passed over.",
            metavar="FILE",
        ),
    ] = None,
    taxonomy: Annotated[
        str | None,
        typer.Option(help="As in link: whose names a backbone learns; esco-en by default.", metavar="NAME"),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Updates of the weights; 600 by default, 350 with a backbone.")
    ] = None,
    head_rate: Annotated[float, typer.Option(help="Learning rate of the tagger.")] = 1e-3,
    backbone_rate: Annotated[float | None, typer.Option(help="Of the backbone; 0.00007 by default.")] = None,
    frozen_layers: FrozenLayersOption = 0,
    seed: SeedOption = 0,
) -> None:
    """Train a linking model on texts with marked spans; needs the train extra.

    Without --backbone it learns which words tell of a skill, for any taxonomy. With one, the backbone learns
    the names and descriptions of a taxonomy too. A tenth of the texts decides which weights are kept. A run
    that was stopped goes on when the same command is given again.
    """
    from metier.skills.linking.build import LinkerOptions, build_linker
    from metier.training.options import TrainOptions
    from metier.training.output import MODEL, Origin

    if backbone is None:
        about = {"labelled": labelled, "taxonomy": taxonomy, "backbone-rate": backbone_rate}
        _refuse_without_backbone({**about, "frozen-layers": frozen_layers or None})
    train = TrainOptions(
        steps=(_STEPS_FROZEN if backbone is None else _STEPS) if steps is None else steps,
        head_rate=head_rate,
        backbone_rate=_BACKBONE_RATE if backbone_rate is None else backbone_rate,
        seed=seed,
        evaluate_every=_EVALUATE_EVERY,
        checkpoint_every=_EVALUATE_EVERY,
    )
    chosen = LinkerOptions(spans, train, backbone, labelled, frozen_layers)
    settings = options.load_settings()
    with training_watch() as watch:
        card = build_linker(
            chosen,
            None if backbone is None else load_linking_taxonomy(taxonomy or DEFAULT_TAXONOMY, settings),
            output,
            origin=Origin(output.resolve().name, command=shlex.join(["metier", *sys.argv[1:]])),
            encoder=shipped_encoder(settings) if backbone is None else None,
            watch=watch,
        )
    say(_trained_sentence(card, output / MODEL))


def _refuse_without_backbone(given: Mapping[str, object]) -> None:
    """Refuse the first option that says nothing to a tagger alone."""
    for name, value in given.items():
        if value is not None:
            raise InvalidInput(
                f"--{name} is about a backbone that is trained along. Got {value} without --backbone: name "
                "one, or drop it."
            )


def _trained_sentence(card: ModelCard, folder: Path) -> str:
    """Return where a model is, how well it finds spans, and how to use it."""
    spans = card.metrics["tune"]["spans"]
    return (
        f"Wrote {folder}. Spans of the tune part, whole and of the right kind: F1 {spans['score']:.3f}, "
        f"precision {spans['precision']:.3f}, recall {spans['recall']:.3f}. Use it: metier skills link "
        f"--model {shlex.quote(str(folder))}; measure it: metier skills evaluate-linking."
    )


def _load_linker(settings: Settings, taxonomy: str, model: str, chosen: LinkingOptions) -> Linker:
    from metier.encoders.load import BASE, find_model, load_encoder, shipped_models
    from metier.skills.linking.load import load_linker

    runtime = options.runtime(settings)
    return load_linker(
        find_model(model, options.models_dir(settings)),
        load_linking_taxonomy(taxonomy, settings),
        lambda: load_encoder(shipped_models()[BASE], runtime),
        options=replace(chosen, cache=runtime.cache),
        say=say,
    )


def load_linking_taxonomy(name: str, settings: Settings) -> Taxonomy:
    """Return a taxonomy by name or path, as everywhere; also straight from an ESCO csv.

    Raises:
        NotFound: no such taxonomy; where ESCO is not imported, the message says how to.
        TaxonomyError: the file breaks a rule.
    """
    from metier.skills.taxonomy_files import imported_taxonomy

    if name == DEFAULT_TAXONOMY and not imported_taxonomy(name, settings.data_dir).is_file():
        raise NotFound(
            "ESCO is not imported. Import it once, docs/how-to/esco.md says where it is: metier skills "
            "taxonomy import skills_en.csv --language en. Or link to metier's own skills: --taxonomy default."
        )
    path = Path(name)
    if _is_esco(path):
        from metier.skills.esco import ESCO_LANGUAGES, import_esco

        named = re.fullmatch(r".*_([a-z]{2})", path.stem)
        language = named[1] if named and named[1] in ESCO_LANGUAGES else "en"
        return import_esco(path, language=language)
    return options.load_taxonomy(name, settings)


def render_linked(found: Sequence[LinkedSkill], chosen: LinkFormat) -> str:
    """Return linked skills as a table, JSON lines or CSV; no skill gives no line."""
    if chosen is LinkFormat.TABLE:
        return _linked_table(found)
    if chosen is LinkFormat.JSON:
        return "".join(f"{json.dumps(asdict(item), ensure_ascii=False)}\n" for item in found)
    from metier.cli.results import to_csv

    rows = [{**asdict(item), "quotes": " | ".join(quote.text for quote in item.quotes)} for item in found]
    return to_csv(rows) or "skill,name,score,quotes\n"


def report_table(report: LinkingReport) -> str:
    """Return the figures of an evaluation for a terminal."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from metier.cli.tables import rendered

    made = report.made_with
    title = f"{report.n_sentences:,} sentences, {report.n_targets:,} targets, {report.n_skills:,} skills of "
    title += f"{made['taxonomy']}, model {made['model']} on {made['encoder']}"
    if report.n_missing_targets:
        title += f"; {report.n_missing_targets:,} targets that the taxonomy lacks are left out"
    table = Table("Figure", "Value", "95 % interval")
    for name, interval in report.intervals.items():
        table.add_row(name, f"{interval.value:.3f}", f"{interval.low:.3f} – {interval.high:.3f}")
    return rendered(Group(Text(title), table))


def _linked_table(found: Sequence[LinkedSkill]) -> str:
    from rich.table import Table

    from metier.cli.tables import rendered

    if not found:
        return "The text says nothing that can be linked to a skill.\n"
    table = Table("Skill", "Score", "Words", title="Linked skills", title_justify="left")
    for item in found:
        words = "; ".join(" ".join(quote.text.split()) for quote in item.quotes)
        table.add_row(item.name, f"{item.score:.3f}", words)
    return rendered(table)


def _is_esco(path: Path) -> bool:
    """Tell whether a file is an ESCO skills csv, by its first line."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    with path.open("rb") as file:
        first = file.readline(_MAX_HEADER_BYTES).decode("utf-8-sig", "replace")
    return {column.strip('"') for column in first.strip().split(",")} >= _ESCO_COLUMNS
