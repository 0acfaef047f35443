"""`metier skills train`, `compare` and `generate`: models for skills from a user's own texts."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metier.cli import options
from metier.cli.skill_generation import generate
from metier.cli.skill_models import (
    DataOption,
    RatioOption,
    ReportFormat,
    SampledOption,
    SeedOption,
    Unknown,
    UnknownOption,
    evaluate,
    pairs_of,
    read_file,
    shipped_encoder,
)
from metier.cli.training_progress import say, training_watch
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.config import Settings
    from metier.skills.classifier_data import DataFile
    from metier.skills.taxonomy import Taxonomy
    from metier.skills.train_classifier import ClassifierData
    from metier.training.output import Origin


class Architecture(StrEnum):
    """A way to tell none, implicit and explicit apart."""

    PAIRWISE = "pairwise"
    ONE_PASS = "one-pass"
    LABEL_ATTENTION = "label-attention"


class Loss(StrEnum):
    """What is made small in training."""

    CROSS_ENTROPY = "cross-entropy"
    FOCAL = "focal"


@dataclass(frozen=True, slots=True)
class DataOptions:
    """Files that a training reads, as the command line names them."""

    data: Path
    tune: Path | None
    taxonomy: str | None
    unknown: Unknown

    def read(self, settings: Settings, *, seed: int) -> tuple[ClassifierData, dict[str, DataFile]]:
        """Return what is trained on, and the files by their part.

        Raises:
            InvalidInput: a file breaks the format, or texts of both are nearly the same.
        """
        from metier.skills.classifier_data import check_apart
        from metier.skills.train_classifier import ClassifierData, split_rows

        taxonomy = options.load_taxonomy(self.taxonomy or settings.taxonomy, settings)
        files = {"data": read_file(self.data, taxonomy, self.unknown)}
        if self.tune is None:
            rows, tune = split_rows(files["data"].rows, seed=seed)
        else:
            files["tune"] = read_file(self.tune, taxonomy, self.unknown)
            rows, tune = list(files["data"].rows), list(files["tune"].rows)
            check_apart((row.text for row in rows), (row.text for row in tune), use="tune")
        return ClassifierData(rows, tune, taxonomy), files


TuneOption = Annotated[
    Path | None,
    typer.Option(help="Texts that decide when to stop; without it a tenth of --data.", metavar="FILE"),
]
OutputFolderOption = Annotated[
    Path, typer.Option(help="A new folder; or that of a stopped run, to go on with it.", metavar="DIR")
]
EpochsOption = Annotated[float | None, typer.Option(help="Passes over the data.")]
StepsOption = Annotated[int | None, typer.Option(help="Updates of the weights, instead of --epochs.")]
MaxSecondsOption = Annotated[
    float | None, typer.Option(help="Time for the steps; alone, it ends the run at constant rates.")
]
FrozenLayersOption = Annotated[
    int, typer.Option(help="Layers of the backbone, from the lowest, that are left as they are.")
]
DropoutOption = Annotated[
    bool, typer.Option("--no-dropout", help="Drop the backbone's dropout: steps are quicker.")
]
TrustOption = Annotated[
    bool,
    typer.Option("--trust-remote-code", help="Run Python code that the backbone brings; read it first."),
]
PatienceOption = Annotated[
    int, typer.Option(help="Evaluations without a better score until it stops; 0: never.")
]
EveryOption = Annotated[int, typer.Option("--evaluate-every", help="Steps between evaluations.")]


def register(app: typer.Typer) -> None:
    """Add train, evaluate, compare and generate to the commands of `metier skills`."""
    for name, command, example in (
        ("train", train, "--data texts.jsonl --architecture label-attention --output mine/"),
        ("evaluate", evaluate, "--data held-out.jsonl --model mine/"),
        ("compare", compare, "--data a.jsonl --report b.jsonl --backbone bert/ --output all/"),
        (
            "generate",
            generate,
            "--endpoint http://localhost:8080/v1 --model m --n-texts 500 --output t.jsonl",
        ),
    ):
        app.command(name, epilog=f"Example: metier skills {name} {example}")(command)


def train(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: DataOption,
    architecture: Annotated[Architecture, typer.Option(help="How the model reads texts and skills.")],
    output: OutputFolderOption,
    tune: TuneOption = None,
    backbone: Annotated[
        str | None,
        typer.Option(
            help="Folder or hub name of what is trained along; none: a head on the shipped encoder.",
            metavar="NAME|DIR",
        ),
    ] = None,
    taxonomy: options.TaxonomyOption = None,
    epochs: EpochsOption = None,
    steps: StepsOption = None,
    max_seconds: MaxSecondsOption = None,
    batch_size: Annotated[int | None, typer.Option(help="Texts in a step; pairs for pairwise.")] = None,
    head_rate: Annotated[float | None, typer.Option(help="Learning rate of the head.")] = None,
    backbone_rate: Annotated[
        float | None, typer.Option(help="Of the backbone; a tenth of the head's, or as LoRA asks for.")
    ] = None,
    frozen_layers: FrozenLayersOption = 0,
    no_dropout: DropoutOption = False,  # noqa: FBT002 - a flag
    ratio: RatioOption = 4,
    loss: Annotated[Loss, typer.Option(help="What is made small.")] = Loss.CROSS_ENTROPY,
    gamma: Annotated[float | None, typer.Option(help="Of the focal loss; 2 by default.")] = None,
    class_weights: Annotated[
        str | None, typer.Option(help="Weights of none, implicit and explicit.", metavar="A,B,C")
    ] = None,
    none_share: Annotated[
        float | None, typer.Option(help="How much all nones of a batch count against all others.")
    ] = None,
    lora_rank: Annotated[
        int | None, typer.Option(help="Train additions of this rank; leave the backbone.")
    ] = None,
    lora_alpha: Annotated[float | None, typer.Option(help="Of LoRA; twice the rank by default.")] = None,
    seed: SeedOption = 0,
    patience: PatienceOption = 5,
    evaluate_every: EveryOption = 100,
    unknown: UnknownOption = Unknown.ERROR,
    trust_remote_code: TrustOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Train a skill model on labelled texts; needs the train extra.

    A run that was stopped goes on when the same command is given again. Several processes: torchrun
    --nproc-per-node 2 -m metier skills train ...
    """
    from metier.skills.classifier_choices import TrainingChoices, options_for
    from metier.skills.train_classifier import resumable, train_classifier
    from metier.training.output import check_output

    choices = TrainingChoices(
        epochs=epochs,
        steps=steps,
        max_seconds=max_seconds,
        batch_size=batch_size,
        head_rate=head_rate,
        backbone_rate=backbone_rate,
        frozen_layers=frozen_layers,
        dropout=not no_dropout,
        ratio=ratio,
        gamma=_gamma(loss, gamma),
        class_weights=_three_numbers(class_weights),
        none_share=none_share,
        lora_rank=lora_rank,
        lora_alpha=lora_alpha,
        seed=seed,
        patience=patience,
        evaluate_every=evaluate_every,
        trust_remote_code=trust_remote_code,
    )
    chosen = options_for(architecture.value, backbone, choices)
    check_output(output)
    settings = options.load_settings()
    found, files = DataOptions(data, tune, taxonomy, unknown).read(settings, seed=seed)
    encoder = None if backbone else shipped_encoder(settings)
    chosen = resumable(chosen, found.taxonomy, encoder=encoder)
    origin = _origin(output, files, found.taxonomy)
    with training_watch() as watch:
        trained = train_classifier(chosen, found, output, origin=origin, encoder=encoder, watch=watch)
    if trained.is_main:
        say(f"Wrote {output / 'model'}. {_tune_sentence(trained.card.metrics['tune'])}")


def compare(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: DataOption,
    report: Annotated[Path, typer.Option(help="Texts to measure all models on.", metavar="FILE")],
    backbone: Annotated[
        str, typer.Option(help="Folder or hub name of what all three train.", metavar="NAME|DIR")
    ],
    output: OutputFolderOption,
    tune: TuneOption = None,
    taxonomy: options.TaxonomyOption = None,
    epochs: EpochsOption = None,
    steps: StepsOption = None,
    max_seconds: MaxSecondsOption = None,
    frozen_layers: FrozenLayersOption = 0,
    no_dropout: DropoutOption = False,  # noqa: FBT002 - a flag
    ratio: RatioOption = 4,
    seed: SeedOption = 0,
    patience: PatienceOption = 5,
    evaluate_every: EveryOption = 100,
    sampled: SampledOption = False,  # noqa: FBT002 - a flag
    unknown: UnknownOption = Unknown.ERROR,
    trust_remote_code: TrustOption = False,  # noqa: FBT002 - a flag
    output_format: Annotated[
        options.TableOrJson | None, typer.Option("--format", help="Default: as in assess.")
    ] = None,
) -> None:
    """Train all three architectures on the same texts and seed, and measure them and the lexical floor.

    Writes comparison.json and a folder for each architecture; a stopped comparison goes on when the same
    command is given again. Needs the train extra.
    """
    from metier.cli.skill_tables import render_comparison
    from metier.skills.classifier_choices import TrainingChoices, options_for
    from metier.skills.compare_classifiers import Comparison, compare_classifiers
    from metier.skills.train_classifier import resumable

    choices = TrainingChoices(
        epochs=epochs,
        steps=steps,
        max_seconds=max_seconds,
        frozen_layers=frozen_layers,
        dropout=not no_dropout,
        ratio=ratio,
        seed=seed,
        patience=patience,
        evaluate_every=evaluate_every,
        trust_remote_code=trust_remote_code,
    )
    runs = [options_for(each.value, backbone, choices) for each in Architecture]
    settings = options.load_settings()
    classifier_data, files = DataOptions(data, tune, taxonomy, unknown).read(settings, seed=seed)
    found = classifier_data.taxonomy
    files["report"] = read_file(report, found, unknown)
    pairs = pairs_of(files["report"], found, ratio=ratio, seed=seed, all_skills=not sampled)
    origin = _origin(output, files, found)
    comparison = Comparison([resumable(run, found) for run in runs], classifier_data, pairs, origin)
    with training_watch() as watch:
        result = compare_classifiers(
            comparison, output, encoder=shipped_encoder(settings), watch=lambda _: watch
        )
    say(f"Wrote {output / 'comparison.json'}.")
    form = ReportFormat.JSON if options.wants_json(output_format) else ReportFormat.TABLE
    options.emit(render_comparison(result, form.value), None)


def _origin(output: Path, files: Mapping[str, DataFile], taxonomy: Taxonomy) -> Origin:
    from metier.training.output import Origin

    data = {f"{part}: {file.name}": file.sha256 for part, file in files.items()}
    return Origin(
        name=output.resolve().name,
        command=shlex.join(["metier", *sys.argv[1:]]),
        training_data={**data, f"taxonomy: {taxonomy.name}": taxonomy.sha256},
    )


def _gamma(loss: Loss, gamma: float | None) -> float | None:
    if loss is Loss.FOCAL:
        from metier.skills.classifier_choices import GAMMA

        return GAMMA if gamma is None else gamma
    if gamma is not None:
        raise InvalidInput(f"--gamma is of the focal loss. Got {gamma} without --loss focal.")
    return None


def _three_numbers(text: str | None) -> tuple[float, float, float] | None:
    if text is None:
        return None
    try:
        none, implicit, explicit = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInput(
            f"--class-weights must be three numbers with commas, such as 1,3,3. Got {text!r}."
        ) from None
    return none, implicit, explicit


def _tune_sentence(figures: Mapping[str, Any]) -> str:
    low, high = figures["intervals"]["macro_f1"] or (float("nan"), float("nan"))
    return (
        f"Macro-F1 on the tune part {figures['macro_f1']:.3f} ({low:.3f} to {high:.3f}), "
        f"{figures['n_pairs']:,} pairs of {figures['n_texts']:,} texts; measure it on others: "
        "metier skills evaluate."
    )
