"""`metier models export`, `average` and `keep-layers`: what is made of trained encoders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.cli import options
from metier.cli.training_progress import say
from metier.errors import InvalidInput

FolderArgument = Annotated[
    Path, typer.Argument(help="A float32 model folder, as training writes it.", metavar="FOLDER")
]
NewFolderOption = Annotated[Path, typer.Option(help="An empty folder, for the new model.", metavar="DIR")]
NewNameOption = Annotated[str, typer.Option(help="Name of the new model; one by the old by default.")]


def register(app: typer.Typer) -> None:
    """Add the commands to those of `metier models`."""
    app.command(
        "export",
        epilog="Example: metier models export trained/model --texts jobs.jsonl --output small/",
    )(export)
    app.command(
        "average",
        epilog="Example: metier models average built/float32 trained/model --weight 0.3 --weight 0.7 "
        "--output mean/",
    )(average)
    app.command(
        "keep-layers",
        epilog="Example: metier models keep-layers built/float32 --layers 0,2,4,6,8,10 --output student/",
    )(keep)


def export(
    folder: FolderArgument,
    texts: Annotated[
        list[Path],
        typer.Option(
            help="txt, md, json, jsonl, csv or tsv with texts to serve; may be repeated.", metavar="FILE"
        ),
    ],
    output: NewFolderOption,
    base: Annotated[
        str, typer.Option(help="The int8 model that training began from.", metavar="NAME|DIR")
    ] = "base",
    name: NewNameOption = "",
) -> None:
    """Make the small int8 form of a trained encoder; needs the train extra.

    The word embeddings must be those of the base, as training with frozen word embeddings leaves them.
    """
    from metier.encoders.load import find_model
    from metier.training.export import export_encoder

    source = find_model(base, options.models_dir(options.load_settings()))
    card = export_encoder(folder, source, output, texts=texts, say=say, name=name)
    near = card.metrics.get("cosine_to_float32_held_out", {})
    figures = ", ".join(f"{name} {value}" for name, value in near.items()) or "no text was kept aside"
    say(f"Wrote {output}: {card.name} in int8. Cosine to float32: {figures}.")


def average(
    folders: Annotated[
        list[Path], typer.Argument(help="Two or more float32 model folders.", metavar="FOLDER...")
    ],
    output: NewFolderOption,
    weight: Annotated[
        list[float] | None,
        typer.Option(help="One for each folder, in their order; all alike by default.", metavar="W"),
    ] = None,
    name: NewNameOption = "",
) -> None:
    """Make the mean of the weights of models that were trained from one start.

    The mean of a model and its own start, with a weight for each, is a step of the way between them.
    """
    from metier.training.average import average_weights

    card = average_weights(folders, output, weights=weight or None, name=name)
    say(f"Wrote {output}: {card.name}, {card.base}.")


def keep(
    folder: FolderArgument,
    layers: Annotated[str, typer.Option(help="Numbers from 0, ascending.", metavar="N,N,...")],
    output: NewFolderOption,
    name: NewNameOption = "",
) -> None:
    """Make a model of some of the layers of another, the start of a distilled one."""
    from metier.training.layers import keep_layers

    card = keep_layers(folder, _numbers(layers), output, name=name)
    say(f"Wrote {output}: {card.name}, {sum(card.parameters.values()):,} parameters.")


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise InvalidInput(
            f"--layers must be numbers with commas between, such as 0,2,4. Got {text!r}."
        ) from error
