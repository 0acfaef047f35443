"""`metier workbench distill`, `prune-vocabulary`, `quantize` and `export`: smaller and faster networks."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.network_source import network_source
from metier.cli.training_progress import hide_loading_bars, say, training_watch
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.workbench.shrinking.comparison import Comparison
    from metier.workbench.shrinking.options import ShrinkOptions


class Kind(StrEnum):
    """Which numbers become small."""

    INT8 = "int8"
    BLOCKS = "blocks"


class StateLoss(StrEnum):
    """How hidden states are compared."""

    COSINE = "cosine"
    MSE = "mse"


class AttentionLoss(StrEnum):
    """How attention is compared."""

    KL = "kl"
    MSE = "mse"


ModelOption = Annotated[
    str,
    typer.Option(
        help="What to make smaller: a folder of transformers, what a training wrote, an added model or a hub "
        "name.",
        metavar="NAME|DIR",
    ),
]
NewFolderOption = Annotated[Path, typer.Option(help="A new folder.", metavar="DIR")]
CorpusOption = Annotated[
    list[Path],
    typer.Option(
        help="Text such as will be read: .txt or .md with a blank line between documents, or .jsonl with a "
        "text in each line. A tenth is kept aside to compare on. May be given more than once.",
        metavar="FILE",
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        help="Labelled rows of the network's task, as finetune takes them: its figures before and after.",
        metavar="FILE",
    ),
]
AcceptOption = Annotated[bool, typer.Option("--accept-difference", help="Write it however much it differs.")]
NameOption = Annotated[str, typer.Option(help="Name of the new network; one by the old by default.")]


def register(app: typer.Typer) -> None:
    """Add distill, prune-vocabulary, quantize and export to the commands of `metier workbench`."""
    for name, command, example in (
        ("distill", distill, "--teacher tuned/ --layers 6 --data reviews.csv --output student/"),
        ("prune-vocabulary", prune, "--model bert/ --corpus texts.txt --rows 8000 --output pruned/"),
        ("quantize", quantise, "--model tuned/ --corpus texts.txt --kind int8 --output small/"),
        ("export", export, "--model tuned/ --output onnx/"),
    ):
        app.command(name, epilog=f"Example: metier workbench {name} {example}")(command)


def distill(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    teacher: Annotated[
        str,
        typer.Option(
            help="The network to learn from: a folder of transformers, what a training wrote, an added model "
            "or a hub name.",
            metavar="NAME|DIR",
        ),
    ],
    output: Annotated[
        Path, typer.Option(help="A new folder; or that of a stopped run, to go on with it.", metavar="DIR")
    ],
    layers: Annotated[
        int | None, typer.Option(help="How many of the teacher's layers to begin with, spread evenly.")
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(help="Instead of --layers: which ones, counted from 1.", metavar="N,N,..."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Labelled rows to learn from, for a teacher with a task, as finetune takes them.",
            metavar="FILE",
        ),
    ] = None,
    corpus: Annotated[
        list[Path] | None,
        typer.Option(
            help="Text to learn from, for a bare encoder or one for masked words. May be given more than "
            "once.",
            metavar="FILE",
        ),
    ] = None,
    dev: Annotated[
        list[Path] | None,
        typer.Option(
            help="Rows or text to choose the best weights by; a tenth of the others by default.",
            metavar="FILE",
        ),
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option(
            help="Labelled rows to measure both networks on in the end; dev by default.", metavar="FILE"
        ),
    ] = None,
    temperature: Annotated[float, typer.Option(help="Softens what the teacher decides.")] = 2.0,
    logits_weight: Annotated[float, typer.Option(help="Of what the teacher decides.")] = 1.0,
    hidden_weight: Annotated[float, typer.Option(help="Of its hidden states.")] = 1.0,
    attention_weight: Annotated[float, typer.Option(help="Of its attention.")] = 1.0,
    label_weight: Annotated[float, typer.Option(help="Of the labels, or of masked words.")] = 1.0,
    hidden_loss: Annotated[StateLoss, typer.Option(help="How states are compared.")] = StateLoss.COSINE,
    attention_loss: Annotated[
        AttentionLoss, typer.Option(help="How attention is compared.")
    ] = AttentionLoss.KL,
    epochs: Annotated[float, typer.Option(help="Passes over the data.")] = 3.0,
    steps: Annotated[int | None, typer.Option(help="Updates of the weights, instead of --epochs.")] = None,
    rate: Annotated[float, typer.Option(help="Learning rate.")] = 5e-5,
    batch_size: Annotated[int, typer.Option(help="Rows in a batch.")] = 16,
    accumulate: Annotated[int, typer.Option(help="Batches in a step.")] = 1,
    max_tokens: Annotated[
        int | None,
        typer.Option(help="Most tokens of a row; as many as the teacher takes, with text at most 128."),
    ] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Time for the steps.")] = None,
    seed: Annotated[int, typer.Option(help="Of the order of rows and of dropout.", min=0)] = 0,
    most_difference: Annotated[
        float | None,
        typer.Option(
            help="Most that may differ: share of decisions, 0.25 by default; without a head what the mean "
            "cosine of states misses of 1, 0.25."
        ),
    ] = None,
    accept_difference: AcceptOption = False,  # noqa: FBT002 - a flag
    name: NameOption = "",
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Train a network of fewer layers to do what a larger one does; needs the train extra.

    The student begins with some of the teacher's layers. A run that was stopped goes on when the same command
    is given again; one whose student was refused is not repeated, and --accept-difference writes it.
    """
    from metier.workbench.shrinking import distillation_losses as losses
    from metier.workbench.shrinking.distill import DistillRun, distil
    from metier.workbench.shrinking.distillation import DistillOptions

    how = DistillOptions(
        temperature=temperature,
        logits_weight=logits_weight,
        hidden_weight=hidden_weight,
        attention_weight=attention_weight,
        label_weight=label_weight,
        hidden_loss=losses.StateLoss(hidden_loss),
        attention_loss=losses.AttentionLoss(attention_loss),
    )
    run = DistillRun(
        layers=_layers(layers, keep),
        dev=tuple(dev or ()),
        test=test,
        epochs=epochs,
        steps=steps,
        rate=rate,
        batch_size=batch_size,
        accumulate=accumulate,
        max_tokens=max_tokens,
        max_seconds=max_seconds,
        seed=seed,
    )
    given = _options(teacher, output, corpus, data, most_difference, accept=accept_difference, name=name)
    with training_watch() as watch:
        comparison = distil(given, run, how, watch=watch)
    _show(comparison, output / "model", output_format)


def prune(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    model: ModelOption,
    corpus: CorpusOption,
    rows: Annotated[int, typer.Option(help="Words to keep: rows of the embeddings.")],
    output: NewFolderOption,
    data: DataOption = None,
    most_difference: Annotated[
        float | None,
        typer.Option(
            help="Most that may differ on text kept aside: share of decisions on whole texts, 0.05 by "
            "default; else what the cosine of mean states misses of 1, 0.02."
        ),
    ] = None,
    accept_difference: AcceptOption = False,  # noqa: FBT002 - a flag
    name: NameOption = "",
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Leave out words that a corpus hardly asks for; needs the train extra.

    Special tokens and single characters always stay. A text whose tokens are all kept is read as before,
    and the network says the same of it.
    """
    from metier.workbench.shrinking.vocabulary import prune_vocabulary

    hide_loading_bars()
    given = _options(model, output, corpus, data, most_difference, accept=accept_difference, name=name)
    _show(prune_vocabulary(given, n_rows=rows, say=say), output, output_format)


def quantise(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    model: ModelOption,
    corpus: CorpusOption,
    output: NewFolderOption,
    kind: Annotated[
        Kind,
        typer.Option(
            help="int8: weights and activations, quicker in OpenVINO. blocks: weights alone, smaller files "
            "at the speed of float32."
        ),
    ] = Kind.INT8,
    bits: Annotated[int | None, typer.Option(help="Of blocks: of a number, 8 or 4; 8 by default.")] = None,
    block_size: Annotated[
        int | None, typer.Option(help="Of blocks: numbers with one scale; 32 by default.")
    ] = None,
    data: DataOption = None,
    most_difference: Annotated[
        float | None,
        typer.Option(
            help="Most that may differ on text kept aside: share of decisions, 0.05 by default; without a "
            "head what the mean cosine of states misses of 1, 0.02."
        ),
    ] = None,
    accept_difference: AcceptOption = False,  # noqa: FBT002 - a flag
    name: NameOption = "",
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Put a network into small numbers and write it as ONNX; needs the train extra."""
    from metier.workbench.shrinking.quantise import Quantisation, QuantiseOptions, quantise_network

    for option, value in (("bits", bits), ("block-size", block_size)):
        if kind is Kind.INT8 and value is not None:
            raise InvalidInput(f"--{option} is about --kind blocks. Got {value} for int8; leave it out.")
    how = QuantiseOptions(
        Quantisation(kind), 8 if bits is None else bits, 32 if block_size is None else block_size
    )
    hide_loading_bars()
    given = _options(model, output, corpus, data, most_difference, accept=accept_difference, name=name)
    _show(quantise_network(given, how, say=say), output, output_format)


def export(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    model: ModelOption,
    output: NewFolderOption,
    data: DataOption = None,
    most_difference: Annotated[
        float | None,
        typer.Option(help="Most that any number of its outputs may differ; 0.001 by default."),
    ] = None,
    accept_difference: AcceptOption = False,  # noqa: FBT002 - a flag
    name: NameOption = "",
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Write a network as ONNX in float32, for ONNX Runtime and OpenVINO; needs the train extra.

    Outputs are compared on random words in rows of every length, and on the texts of --data.
    """
    from metier.workbench.shrinking.export import export_network

    hide_loading_bars()
    given = _options(model, output, None, data, most_difference, accept=accept_difference, name=name)
    _show(export_network(given, say=say), output, output_format)


def _options(  # noqa: PLR0913 - what all four commands are told
    source: str,
    output: Path,
    corpus: list[Path] | None,
    data: Path | None,
    most_difference: float | None,
    *,
    accept: bool,
    name: str,
) -> ShrinkOptions:
    from metier.workbench.shrinking.options import ShrinkOptions

    return ShrinkOptions(
        source=network_source(source),
        output=output,
        corpus=tuple(corpus or ()),
        data=data,
        most_difference=most_difference,
        accept_difference=accept,
        name=name,
        command=shlex.join(["metier", *sys.argv[1:]]),
    )


def _layers(layers: int | None, keep: str | None) -> int | tuple[int, ...]:
    """Return how many layers, or which ones, counted from 0."""
    if (layers is None) == (keep is None):
        raise InvalidInput(
            "Give either --layers, how many layers the student has, or --keep, which ones of the teacher's."
        )
    if keep is None:
        return layers or 0
    try:
        return tuple(int(number) - 1 for number in keep.split(","))
    except ValueError as error:
        raise InvalidInput(
            f"--keep must be numbers with commas between, such as 1,3,5. Got {keep!r}."
        ) from error


def _show(comparison: Comparison, folder: Path, output_format: options.TableOrJson | None) -> None:
    from metier.cli.workbench_shrinking_tables import render_comparison

    options.emit(render_comparison(comparison, as_json=options.wants_json(output_format)), None)
    say(f"Wrote {folder}: {comparison.name}.")
