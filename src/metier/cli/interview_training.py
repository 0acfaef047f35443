"""`metier interview train` and `evaluate`: models that choose, learnt from a user's own rows."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from metier.cli import options
from metier.cli.skill_models import SeedOption, shipped_encoder
from metier.cli.skill_training import OutputFolderOption
from metier.cli.training_progress import hide_loading_bars, say, training_watch
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.encoders.folder import ModelCard
    from metier.encoders.reading import Encoder
    from metier.interview.training.build import ChoiceTrainOptions
    from metier.interview.training.labels import LabelOptions
    from metier.interview.training.rows import Choices, Target
    from metier.training.bi_encoder import RowLimits
    from metier.training.options import TrainOptions
    from metier.training.output import Origin

_BACKBONE_RATE: Final = 1e-4
_HEAD_RATE: Final = 1e-3
_BACKBONE_EPOCHS: Final = 8.0
_HEAD_EPOCHS: Final = 40.0
_MAX_TOKENS: Final = 256


class TargetName(StrEnum):
    """What is chosen."""

    ANSWER_TYPE = "answer-type"
    NEXT_TOPIC = "next-topic"


class LossName(StrEnum):
    """What is made small in training."""

    CANDIDATES = "candidates"
    REGRESSION = "regression"
    BOTH = "both"


class LabelsModeName(StrEnum):
    """What a text of --labels does with the label."""

    EXTEND = "extend"
    REPLACE = "replace"


DataOption = Annotated[
    Path,
    typer.Option(
        help="CSV with input_part, output_answer or next_question, and similarity, 0 or 1.", metavar="FILE"
    ),
]
TargetOption = Annotated[TargetName | None, typer.Option(help="What is chosen; by default the header tells.")]


def register(app: typer.Typer) -> None:
    """Add train and evaluate to the commands of `metier interview`."""
    example = (
        "Example: metier interview train --data types.csv --target answer-type --backbone e5/ --epochs 8 "
        "--output mine/"
    )
    app.command("train", epilog=example)(train)
    example = "Example: metier interview evaluate --data held-out.csv --model mine/ --format json"
    app.command("evaluate", epilog=example)(evaluate)


def train(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: DataOption,
    output: OutputFolderOption,
    target: TargetOption = None,
    backbone: Annotated[
        str | None,
        typer.Option(
            help="Folder or hub name of what is trained; none: a head on the shipped encoder.",
            metavar="NAME|DIR",
        ),
    ] = None,
    epochs: Annotated[
        float | None, typer.Option(help="Passes over the inputs; 8 with a backbone, 40 without.")
    ] = None,
    force: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--force", help="Replace a model or a run that is there, instead of evaluating it."),
    ] = False,
    loss: Annotated[
        LossName,
        typer.Option(help="Tell the right candidate from all others, draw cosines to 1 and 0, or both."),
    ] = LossName.CANDIDATES,
    temperature: Annotated[float, typer.Option(help="What cosines are divided by.")] = 0.05,
    margin: Annotated[float, typer.Option(help="By which the right candidate's cosine must win.")] = 0.4,
    hard_weight: Annotated[
        float, typer.Option(help="How much more a wrong candidate counts the nearer it is; 0: not at all.")
    ] = 0.0,
    regression_weight: Annotated[float, typer.Option(help="Of regression in both.")] = 1.0,
    labels: Annotated[
        Path | None,
        typer.Option(
            help="CSV with candidate and text: what an answer must contain to earn it.", metavar="FILE"
        ),
    ] = None,
    labels_mode: Annotated[
        LabelsModeName, typer.Option(help="Let the text come after the label, or take its place.")
    ] = LabelsModeName.EXTEND,
    label_questions: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option(
            help="Put the question that a candidate's inputs answer, in the training part, before its text."
        ),
    ] = True,
    label_examples: Annotated[
        int, typer.Option(help="Answers of the training part to put after a candidate's text.")
    ] = 0,
    learning_rate: Annotated[
        float | None, typer.Option(help="Of the backbone, 0.0001 by default; of a head, 0.001.")
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Inputs in a step, each against all candidates.")] = 16,
    frozen_layers: Annotated[
        int | None,
        typer.Option(help="Layers of the backbone, from the lowest, left as they are; a third of them."),
    ] = None,
    dropout: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--dropout", help="Keep the backbone's dropout.")
    ] = False,
    max_tokens: Annotated[int | None, typer.Option(help="Tokens of a text in training; 256.")] = None,
    query_prefix: Annotated[str | None, typer.Option(help="Words before an input; 'query: '.")] = None,
    passage_prefix: Annotated[str | None, typer.Option(help="Words before a candidate; 'passage: '.")] = None,
    average_seeds: Annotated[
        int, typer.Option(help="Runs from one start in other orders, whose weights are averaged.")
    ] = 1,
    tune_share: Annotated[
        float,
        typer.Option(help="Share of the inputs set apart to choose the best weights by; 0: train on all."),
    ] = 0.0,
    patience: Annotated[
        int, typer.Option(help="Epochs without a better score until it stops; 0: never. Needs --tune-share.")
    ] = 0,
    checkpoint_steps: Annotated[int, typer.Option(help="Steps between checkpoints.")] = 100,
    seed: SeedOption = 0,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Train a model that chooses answer types or next topics; needs the train extra.

    Where a trained model is at the path already, it is evaluated on the data instead, unless --force. Without
    --backbone a head on the shipped encoder learns, which takes a minute. A run that was stopped goes on when
    the same command is given again, without --force.
    """
    given = Given(
        loss=loss,
        temperature=temperature,
        margin=margin,
        hard_weight=hard_weight,
        regression_weight=regression_weight,
        labels=labels,
        labels_mode=labels_mode,
        label_questions=label_questions,
        label_examples=label_examples,
        batch_size=batch_size,
        frozen_layers=frozen_layers,
        dropout=dropout,
        max_tokens=max_tokens,
        query_prefix=query_prefix,
        passage_prefix=passage_prefix,
        average_seeds=average_seeds,
        tune_share=tune_share,
        patience=patience,
        checkpoint_steps=checkpoint_steps,
        seed=seed,
    )
    chosen = given.train_options(data, target, Learner(backbone, epochs, learning_rate))
    _train(chosen, output, force=force, output_format=output_format)


def evaluate(
    data: DataOption,
    model: Annotated[
        str,
        typer.Option(help="What train wrote, a model folder, or the name of an encoder.", metavar="NAME|DIR"),
    ],
    target: TargetOption = None,
    seeds: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--seeds", help="Measure each run of --average-seeds beside the average.")
    ] = False,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Measure how well a model chooses, and list every wrong choice with both cosines."""
    from metier.interview.training.rows import read_choices

    choices = read_choices(data, _target(target))
    _show(choices, model, seeds=seeds, output_format=output_format)


@dataclass(frozen=True, slots=True)
class Learner:
    """What learns, for how long and how fast, as the command line has it."""

    backbone: str | None
    epochs: float | None
    learning_rate: float | None


@dataclass(frozen=True, slots=True)
class Given:
    """What train is told besides, as the command line has it."""

    loss: LossName
    temperature: float
    margin: float
    hard_weight: float
    regression_weight: float
    labels: Path | None
    labels_mode: LabelsModeName
    label_questions: bool
    label_examples: int
    batch_size: int
    frozen_layers: int | None
    dropout: bool
    max_tokens: int | None
    query_prefix: str | None
    passage_prefix: str | None
    average_seeds: int
    tune_share: float
    patience: int
    checkpoint_steps: int
    seed: int

    def train_options(self, data: Path, target: TargetName | None, learner: Learner) -> ChoiceTrainOptions:
        """Return the options of a training.

        Raises:
            InvalidInput: a value out of its range, or one about a backbone without one.
        """
        from metier.interview.training.build import ChoiceTrainOptions
        from metier.interview.training.task import Loss, LossOptions

        if learner.backbone is None:
            self._refuse_backbone_options()
        return ChoiceTrainOptions(
            data=data,
            train=self._run(learner),
            target=_target(target),
            backbone=learner.backbone,
            loss=LossOptions(
                loss=Loss(self.loss.value),
                temperature=self.temperature,
                margin=self.margin,
                hard_weight=self.hard_weight,
                regression_weight=self.regression_weight,
                batch_size=self.batch_size,
            ),
            labels=self._labels(),
            limits=self._limits(),
            frozen_layers=self.frozen_layers,
            dropout=self.dropout,
            average_seeds=self.average_seeds,
            tune_share=self.tune_share,
            patience=self.patience or None,
        )

    def _run(self, learner: Learner) -> TrainOptions:
        from metier.training.options import TrainOptions

        with_backbone = learner.backbone is not None
        rate = learner.learning_rate
        if rate is None:
            rate = _BACKBONE_RATE if with_backbone else _HEAD_RATE
        epochs = learner.epochs
        if epochs is None:
            epochs = _BACKBONE_EPOCHS if with_backbone else _HEAD_EPOCHS
        return TrainOptions(
            epochs=epochs,
            head_rate=rate,
            backbone_rate=rate,
            seed=self.seed,
            checkpoint_every=self.checkpoint_steps,
        )

    def _labels(self) -> LabelOptions:
        from metier.interview.training.labels import LabelOptions, LabelsMode

        mode = LabelsMode(self.labels_mode.value)
        return LabelOptions(self.labels, mode, self.label_questions, self.label_examples)

    def _limits(self) -> RowLimits:
        from metier.encoders.reading import TextKind
        from metier.training.bi_encoder import PREFIXES, RowLimits

        given = {TextKind.QUERY: self.query_prefix, TextKind.PASSAGE: self.passage_prefix}
        prefixes = {kind: PREFIXES[kind] if words is None else words for kind, words in given.items()}
        most = _MAX_TOKENS if self.max_tokens is None else self.max_tokens
        return RowLimits(most, most, prefixes)

    def _refuse_backbone_options(self) -> None:
        given = {
            "frozen-layers": self.frozen_layers,
            "dropout": self.dropout or None,
            "max-tokens": self.max_tokens,
            "query-prefix": self.query_prefix,
            "passage-prefix": self.passage_prefix,
        }
        for name, value in given.items():
            if value is not None:
                raise InvalidInput(
                    f"--{name} is about a backbone that is trained. Got {value!r} without --backbone: name "
                    "one, or drop it."
                )


def _train(
    chosen: ChoiceTrainOptions, output: Path, *, force: bool, output_format: options.TableOrJson | None
) -> None:
    from metier.interview.training.build import check_choice_output, is_trained, train_choices
    from metier.interview.training.rows import read_choices

    check_choice_output(output)
    if is_trained(output) and not force:
        say(f"{output} holds a trained model; it is evaluated. Train anew with --force.")
        choices = read_choices(chosen.data, chosen.target)
        _show(choices, str(output), seeds=False, output_format=output_format)
        return
    with training_watch() as watch:
        encoder = None if chosen.backbone else shipped_encoder(options.load_settings())
        card = train_choices(
            chosen, output, origin=_origin(output), encoder=encoder, watch=watch, force=force
        )
    say(trained_sentence(card, output))


def trained_sentence(card: ModelCard, output: Path) -> str:
    """Return where a model is, how well it chooses, and what to do next."""
    part = "tune" if "tune" in card.metrics else "train"
    before, after = card.metrics[part]["before"], card.metrics[part]["after"]
    caution = "" if part == "tune" else " These are the inputs that it learnt from: say nothing of others."
    return (
        f"Wrote {output / 'model'}. On the {part} part {before['correct']} of {before['total']} inputs right "
        f"before training, {after['correct']} after it, mean difference {after['mean_diff']:.3f}.{caution} "
        f"Measure it on other rows: metier interview evaluate --data FILE --model {shlex.quote(str(output))}"
    )


def _show(choices: Choices, name: str, *, seeds: bool, output_format: options.TableOrJson | None) -> None:
    from dataclasses import asdict

    from metier.cli.interview_training_tables import report_table, seeds_table
    from metier.interview.choice_model import load_choice_model
    from metier.interview.training.measure import evaluate_choices, evaluate_seeds

    settings = options.load_settings()
    runtime, path = options.runtime(settings), _model_path(name)
    encoder = _encoder_of(path)
    model = load_choice_model(path, runtime, encoder=encoder)
    report = evaluate_choices(model, choices)
    runs = evaluate_seeds(path, choices, runtime, encoder=encoder) if seeds else {}
    if options.wants_json(output_format):
        found = asdict(report)
        if seeds:
            found["seeds"] = {run: asdict(own) for run, own in runs.items()}
        options.emit(json.dumps(found, ensure_ascii=False) + "\n", None)
        return
    options.emit(report_table(report) + (seeds_table(runs) if seeds else ""), None)


def _model_path(name: str) -> Path:
    from metier.encoders.folder import CARD
    from metier.encoders.load import find_model
    from metier.interview.choice_model import model_folder

    if (model_folder(Path(name)) / CARD).is_file():
        return Path(name)
    return find_model(name, options.models_dir(options.load_settings()))


def _encoder_of(path: Path) -> Encoder | None:
    """Return the shipped encoder for a head on it; nothing for an encoder, which may run in torch."""
    from metier.encoders.folder import WEIGHTS, ModelFolder
    from metier.interview.choice_model import TASK, model_folder

    card = ModelFolder.peek(model_folder(path)).card
    if WEIGHTS in card.files:
        hide_loading_bars()
    return shipped_encoder(options.load_settings()) if card.task == TASK else None


def _target(name: TargetName | None) -> Target | None:
    from metier.interview.training.rows import Target

    return None if name is None else Target(name.value)


def _origin(output: Path) -> Origin:
    from metier.training.output import Origin

    return Origin(output.resolve().name, command=shlex.join(["metier", *sys.argv[1:]]))
