"""`metier workbench finetune` and `measure`: encoders that learn a task from labelled rows."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.network_source import network_source
from metier.cli.training_progress import say, training_watch
from metier.cli.workbench_finetuning_measure import measure
from metier.cli.workbench_finetuning_options import (
    AccumulateOption,
    BatchOption,
    DevOption,
    EpochsOption,
    FrozenOption,
    GammaOption,
    HeadRateOption,
    LayerDecayOption,
    LoraOption,
    Loss,
    LossOption,
    MaxSecondsOption,
    MaxTokensOption,
    ModelOption,
    NewHeadOption,
    Numbers,
    NumbersOption,
    OutputFolderOption,
    PatienceOption,
    RateOption,
    SeedOption,
    TestOption,
    WeightsOption,
)
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.training.output import Origin, Watch
    from metier.workbench.finetuning.finetune import FinetuneData
    from metier.workbench.finetuning.options import FinetuneOptions


def register(parent: typer.Typer) -> None:
    """Add finetune and measure to the commands of `metier workbench`."""
    app = typer.Typer(
        name="finetune",
        no_args_is_help=True,
        help="Train an encoder for a task on labelled rows; the result is a folder that transformers opens.",
    )
    for name, command, example in (
        ("classify", classify, "--data examples/encoders/sentences.csv --output sentences/"),
        ("tag", tag, "--data examples/encoders/entities.conll --output entities/"),
        ("answer", answer, "--data examples/encoders/questions.json --output answers/"),
        ("rank", rank, "--data examples/encoders/ranking.csv --output ranking/"),
    ):
        epilog = f"Example: metier workbench finetune {name} {example} --model bert-base-uncased"
        app.command(name, epilog=epilog)(command)
    parent.add_typer(app)
    example = "sentences/ --data examples/encoders/sentences-test.csv"
    parent.command("measure", epilog=f"Example: metier workbench measure {example}")(measure)


@dataclass(frozen=True, slots=True)
class Given:
    """What a command was given."""

    task: str
    data: Path
    model: str
    output: Path
    dev: Path | None
    test: Path | None
    epochs: float
    batch_size: int
    max_tokens: int | None
    rate: float | None
    head_rate: float | None
    layer_decay: float
    frozen_layers: int | None
    lora_rank: int | None
    accumulate: int
    patience: int | None
    max_seconds: float | None
    seed: int
    new_head: bool
    precision: Numbers
    output_format: options.TableOrJson | None
    class_weights: str | None = None
    loss: Loss = Loss.CROSS_ENTROPY
    gamma: float | None = None

    def train(self) -> None:
        """Fine-tune, print the figures, and say where the model is."""
        from metier.cli.workbench_finetuning_tables import render_measures
        from metier.training.output import check_output
        from metier.workbench.finetuning.finetune import finetune

        chosen = self._options()
        check_output(self.output)
        as_json = options.wants_json(self.output_format)
        with training_watch() as watch:
            data = self._read(watch)
            found = finetune(
                network_source(self.model),
                data,
                self.output,
                options=chosen,
                origin=self._origin(),
                watch=watch,
            )
        options.emit(render_measures(found.measures, as_json=as_json), None)
        result = found.trained.result
        say(
            f"Wrote {found.folder}: {result.steps:,} steps on {found.n['train']:,} rows, the best weights "
            f"those of step {result.best_step:,}. Measure it on others: metier workbench measure "
            f"{shlex.quote(str(found.folder))} --data FILE"
        )

    def _options(self) -> FinetuneOptions:
        from metier.training.options import Precision
        from metier.workbench.finetuning.options import FinetuneOptions, TaskOptions

        return FinetuneOptions(
            task=TaskOptions(
                batch_size=self.batch_size,
                max_tokens=self.max_tokens,
                class_weights=_weights(self.class_weights),
                gamma=_gamma(self.loss, self.gamma),
            ),
            epochs=self.epochs,
            rate=self.rate,
            head_rate=self.head_rate,
            layer_decay=self.layer_decay,
            frozen_layers=self.frozen_layers,
            lora_rank=self.lora_rank,
            accumulate=self.accumulate,
            patience=self.patience,
            max_seconds=self.max_seconds,
            seed=self.seed,
            new_head=self.new_head,
            precision=Precision(self.precision.value),
        )

    def _read(self, watch: Watch) -> FinetuneData:
        from metier.training.networks import Head
        from metier.workbench.finetuning.finetune import FinetuneData
        from metier.workbench.finetuning.formats import read_rows
        from metier.workbench.finetuning.parts import split_rows

        head = Head(self.task)
        rows = read_rows(head, self.data)
        test = read_rows(head, self.test) if self.test else []
        if self.dev:
            return FinetuneData(rows, read_rows(head, self.dev), test)
        train, dev = split_rows(rows, seed=self.seed)
        watch.say(f"Kept {len(dev):,} of {len(rows):,} rows of {self.data.name} as dev.")
        return FinetuneData(train, dev, test)

    def _origin(self) -> Origin:
        from metier.encoders.folder import file_hashes
        from metier.training.output import Origin

        return Origin(
            name=self.output.resolve().name,
            base=self.model,
            command=shlex.join(["metier", *sys.argv[1:]]),
            training_data=file_hashes([path for path in (self.data, self.dev) if path]),
        )


def classify(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: Annotated[
        Path,
        typer.Option(help="CSV, TSV or JSONL with text and label.", metavar="FILE"),
    ],
    model: ModelOption,
    output: OutputFolderOption,
    dev: DevOption = None,
    test: TestOption = None,
    epochs: EpochsOption = 3,
    batch_size: BatchOption = 16,
    max_tokens: MaxTokensOption = None,
    rate: RateOption = None,
    head_rate: HeadRateOption = None,
    layer_decay: LayerDecayOption = 1.0,
    frozen_layers: FrozenOption = None,
    lora_rank: LoraOption = None,
    accumulate: AccumulateOption = 1,
    patience: PatienceOption = None,
    max_seconds: MaxSecondsOption = None,
    seed: SeedOption = 0,
    new_head: NewHeadOption = False,  # noqa: FBT002 - a flag
    precision: NumbersOption = Numbers.FLOAT32,
    class_weights: WeightsOption = None,
    loss: LossOption = Loss.CROSS_ENTROPY,
    gamma: GammaOption = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Learn the class of a text from labelled ones; needs the train extra.

    The figures are macro-F1 and accuracy.

    After each epoch it is measured on dev, and the best epoch is kept. Writes OUTPUT/run, with a log, curves
    and checkpoints, and OUTPUT/model, which transformers opens. A run that was stopped goes on when the same
    command is given again.
    """
    Given(
        task="classify",
        data=data,
        model=model,
        output=output,
        dev=dev,
        test=test,
        epochs=epochs,
        batch_size=batch_size,
        max_tokens=max_tokens,
        rate=rate,
        head_rate=head_rate,
        layer_decay=layer_decay,
        frozen_layers=frozen_layers,
        lora_rank=lora_rank,
        accumulate=accumulate,
        patience=patience,
        max_seconds=max_seconds,
        seed=seed,
        new_head=new_head,
        precision=precision,
        class_weights=class_weights,
        loss=loss,
        gamma=gamma,
        output_format=output_format,
    ).train()


def tag(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: Annotated[
        Path,
        typer.Option(
            help="CoNLL columns (word first, tag last, a blank line between) or JSONL with tokens and tags.",
            metavar="FILE",
        ),
    ],
    model: ModelOption,
    output: OutputFolderOption,
    dev: DevOption = None,
    test: TestOption = None,
    epochs: EpochsOption = 3,
    batch_size: BatchOption = 16,
    max_tokens: MaxTokensOption = None,
    rate: RateOption = None,
    head_rate: HeadRateOption = None,
    layer_decay: LayerDecayOption = 1.0,
    frozen_layers: FrozenOption = None,
    lora_rank: LoraOption = None,
    accumulate: AccumulateOption = 1,
    patience: PatienceOption = None,
    max_seconds: MaxSecondsOption = None,
    seed: SeedOption = 0,
    new_head: NewHeadOption = False,  # noqa: FBT002 - a flag
    precision: NumbersOption = Numbers.FLOAT32,
    class_weights: WeightsOption = None,
    loss: LossOption = Loss.CROSS_ENTROPY,
    gamma: GammaOption = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Learn to find entities, by a tag for each word; needs the train extra.

    An entity is right if its type and both of its ends are. Long sentences are read in windows, so that no
    word is lost. IOB2 is told from BIOES, IOB1 and IO, which are translated.

    After each epoch it is measured on dev, and the best epoch is kept. Writes OUTPUT/run, with a log, curves
    and checkpoints, and OUTPUT/model, which transformers opens. A run that was stopped goes on when the same
    command is given again.
    """
    Given(
        task="tag",
        data=data,
        model=model,
        output=output,
        dev=dev,
        test=test,
        epochs=epochs,
        batch_size=batch_size,
        max_tokens=max_tokens,
        rate=rate,
        head_rate=head_rate,
        layer_decay=layer_decay,
        frozen_layers=frozen_layers,
        lora_rank=lora_rank,
        accumulate=accumulate,
        patience=patience,
        max_seconds=max_seconds,
        seed=seed,
        new_head=new_head,
        precision=precision,
        class_weights=class_weights,
        loss=loss,
        gamma=gamma,
        output_format=output_format,
    ).train()


def answer(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: Annotated[
        Path,
        typer.Option(
            help="SQuAD JSON, 1.1 or 2, or JSONL with id, question, context and answers.", metavar="FILE"
        ),
    ],
    model: ModelOption,
    output: OutputFolderOption,
    dev: DevOption = None,
    test: TestOption = None,
    epochs: EpochsOption = 3,
    batch_size: BatchOption = 16,
    max_tokens: MaxTokensOption = None,
    rate: RateOption = None,
    head_rate: HeadRateOption = None,
    layer_decay: LayerDecayOption = 1.0,
    frozen_layers: FrozenOption = None,
    lora_rank: LoraOption = None,
    accumulate: AccumulateOption = 1,
    patience: PatienceOption = None,
    max_seconds: MaxSecondsOption = None,
    seed: SeedOption = 0,
    new_head: NewHeadOption = False,  # noqa: FBT002 - a flag
    precision: NumbersOption = Numbers.FLOAT32,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Learn where a context answers a question, or that it does not; needs the train extra.

    The figures are exact match and F1 as SQuAD computes them. Long contexts are read in windows. From where
    on no answer is given is chosen on dev and kept with the model.

    After each epoch it is measured on dev, and the best epoch is kept. Writes OUTPUT/run, with a log, curves
    and checkpoints, and OUTPUT/model, which transformers opens. A run that was stopped goes on when the same
    command is given again.
    """
    Given(
        task="answer",
        data=data,
        model=model,
        output=output,
        dev=dev,
        test=test,
        epochs=epochs,
        batch_size=batch_size,
        max_tokens=max_tokens,
        rate=rate,
        head_rate=head_rate,
        layer_decay=layer_decay,
        frozen_layers=frozen_layers,
        lora_rank=lora_rank,
        accumulate=accumulate,
        patience=patience,
        max_seconds=max_seconds,
        seed=seed,
        new_head=new_head,
        precision=precision,
        output_format=output_format,
    ).train()


def rank(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: Annotated[
        Path,
        typer.Option(
            help="CSV, TSV or JSONL with query, text and label: 0, or the more the better the text answers.",
            metavar="FILE",
        ),
    ],
    model: ModelOption,
    output: OutputFolderOption,
    dev: DevOption = None,
    test: TestOption = None,
    epochs: EpochsOption = 3,
    batch_size: BatchOption = 16,
    max_tokens: MaxTokensOption = None,
    rate: RateOption = None,
    head_rate: HeadRateOption = None,
    layer_decay: LayerDecayOption = 1.0,
    frozen_layers: FrozenOption = None,
    lora_rank: LoraOption = None,
    accumulate: AccumulateOption = 1,
    patience: PatienceOption = None,
    max_seconds: MaxSecondsOption = None,
    seed: SeedOption = 0,
    new_head: NewHeadOption = False,  # noqa: FBT002 - a flag
    precision: NumbersOption = Numbers.FLOAT32,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Learn how well a text answers a query, both read together (a cross-encoder); needs the train extra.

    The figures are MRR and nDCG of the first 10 texts and average precision; queries that no text answers
    are left out and counted.

    After each epoch it is measured on dev, and the best epoch is kept. Writes OUTPUT/run, with a log, curves
    and checkpoints, and OUTPUT/model, which transformers opens. A run that was stopped goes on when the same
    command is given again.
    """
    Given(
        task="rank",
        data=data,
        model=model,
        output=output,
        dev=dev,
        test=test,
        epochs=epochs,
        batch_size=batch_size,
        max_tokens=max_tokens,
        rate=rate,
        head_rate=head_rate,
        layer_decay=layer_decay,
        frozen_layers=frozen_layers,
        lora_rank=lora_rank,
        accumulate=accumulate,
        patience=patience,
        max_seconds=max_seconds,
        seed=seed,
        new_head=new_head,
        precision=precision,
        output_format=output_format,
    ).train()


def _weights(text: str | None) -> tuple[float, ...] | str | None:
    if text is None or text == "balanced":
        return text
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInput(
            f"--class-weights must be balanced, or numbers with commas such as 1,3. Got {text!r}."
        ) from None


def _gamma(loss: Loss, gamma: float | None) -> float:
    from metier.workbench.finetuning.options import GAMMA

    if loss is Loss.FOCAL:
        return GAMMA if gamma is None else gamma
    if gamma is not None:
        raise InvalidInput(f"--gamma is of the focal loss. Got {gamma} without --loss focal.")
    return 0.0
