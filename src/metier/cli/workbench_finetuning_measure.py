"""`metier workbench measure`: the figures of a fine-tuned network on labelled rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.network_source import network_source
from metier.cli.training_progress import hide_loading_bars
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.training.networks import Network


def measure(
    folder: Annotated[
        str,
        typer.Argument(
            help="What finetune, export or quantize wrote, or any model with such a head.", metavar="DIR"
        ),
    ],
    data: Annotated[Path, typer.Option(help="Labelled rows, as finetune takes them.", metavar="FILE")],
    predictions: Annotated[
        Path | None, typer.Option(help="Write what is decided for each row here, JSON lines.", metavar="FILE")
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Rows that are read at once.")] = 32,
    seed: Annotated[int, typer.Option(help="Of the intervals' draws.", min=0)] = 0,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Measure a fine-tuned model on labelled rows, with 95 % bootstrap intervals; needs the train extra.

    What export and quantize wrote is measured too, run by ONNX Runtime.

    The model tells the task. Predictions have the number of the row, from 1, and for classes the label and
    its softmax, for tags the tags and entities, for answers the text and its characters in the context, for
    ranking the score. Scores only order; they are no calibrated probabilities.
    """
    from metier.cli.workbench_finetuning_tables import render_measures
    from metier.workbench.finetuning.formats import read_rows
    from metier.workbench.finetuning.measuring import judge
    from metier.workbench.finetuning.tasks import objective_of

    if batch_size < 1:
        raise InvalidInput(f"--batch-size must be at least 1. Got {batch_size}.")
    options.check_output(predictions, [data])
    hide_loading_bars()
    network = _read(folder)
    objective_of(network)  # before rows are read as those of no task
    measures, records = judge(network, read_rows(network.head, data), batch_size=batch_size, seed=seed)
    if predictions is not None:
        lines = (
            json.dumps({"number": i, **record}, ensure_ascii=False)
            for i, record in enumerate(records, start=1)
        )
        options.emit("".join(f"{line}\n" for line in lines), predictions)
    as_json = options.wants_json(output_format)
    options.emit(render_measures({data.name: measures}, as_json=as_json), None)


def _read(folder: str) -> Network:
    """Return the network in a folder, or the one in ONNX that was made of it."""
    from metier.encoders.folder import NETWORK
    from metier.training.networks import load_network
    from metier.workbench.shrinking.onnx_network import read_onnx

    if (Path(folder) / NETWORK).is_file():
        return read_onnx(Path(folder))
    return load_network(network_source(folder))
