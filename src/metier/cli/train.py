"""`metier train recipe`: one encoder that learns many tasks at once, or heads on one that stays as it is."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.skill_models import shipped_encoder
from metier.cli.skill_training import OutputFolderOption
from metier.cli.training_progress import hide_loading_bars, say, training_watch
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.encoders.reading import Encoder
    from metier.engine.recipes.head_recipe import HeadRecipe
    from metier.engine.recipes.recipe import Recipe
    from metier.training.output import Origin

app = typer.Typer(
    name="train",
    no_args_is_help=True,
    help="Train an encoder on many tasks at once, or heads on one that stays as it is, by a recipe.",
)

_EXAMPLE = (
    "Example: metier train recipe recipes/small.yaml --data sets/ --backbone base/float32 --output run/. "
    "Heads: metier train recipe recipes/heads.yaml --data sets/ --output heads/"
)


@app.command("recipe", epilog=_EXAMPLE)
def recipe(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    file: Annotated[Path, typer.Argument(help="The recipe, YAML.", metavar="FILE")],
    data: Annotated[Path, typer.Option(help="Folder of data sets, with a sets.json.", metavar="DIR")],
    output: OutputFolderOption,
    backbone: Annotated[
        str | None,
        typer.Option(
            help="Of a recipe with tasks: what to start from, a Hugging Face folder or hub name.",
            metavar="NAME|DIR",
        ),
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            help="What the task 'keep' goes by; the backbone as it is at the start by default.",
            metavar="NAME|DIR",
        ),
    ] = None,
    skill_teacher: Annotated[
        Path | None,
        typer.Option(
            help="Skill classifier with a backbone of its own, such as a pairwise one, that the task of "
            "skills comes near to.",
            metavar="DIR",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Of a recipe with heads: the encoder that they are trained on; the shipped one by default.",
            metavar="NAME|DIR",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the recipe's.", min=0)] = None,
    steps: Annotated[
        int | None, typer.Option(help="Instead of the recipe's length; of each head, with heads.", min=1)
    ] = None,
    max_minutes: Annotated[
        float | None,
        typer.Option(help="Stop after so long; how far it gets depends on the machine. Not for heads."),
    ] = None,
) -> None:
    """Train by a recipe: an encoder on all its tasks together, or its heads; a stopped run goes on.

    A recipe with tasks writes OUTPUT/run, with a log and curves for each task, and OUTPUT/model, the encoder
    in float32. Then `metier evaluate` measures it and `metier models export` makes it small. A recipe with
    heads leaves the encoder as it is and writes a folder for each head, and OUTPUT/heads.json, which lists
    them. Needs the train extra.
    """
    from metier.engine.recipes.head_recipe import HeadRecipe, load_any_recipe

    given = Given(file, data, output, backbone, teacher, skill_teacher, model, seed, steps, max_minutes)
    found = load_any_recipe(file)
    if isinstance(found, HeadRecipe):
        given.train_heads(found)
    else:
        given.train_encoder(found)


@dataclass(frozen=True, slots=True)
class Given:
    """What the command was given."""

    file: Path
    data: Path
    output: Path
    backbone: str | None
    teacher: str | None
    skill_teacher: Path | None
    model: str | None
    seed: int | None
    steps: int | None
    max_minutes: float | None

    def train_encoder(self, recipe: Recipe) -> None:
        """Train an encoder on the tasks of a recipe, and say where it is.

        Raises:
            InvalidInput: no backbone is given, or what is about heads.
        """
        from metier.engine.recipes.recipe import changed
        from metier.engine.recipes.train import Bases, train_recipe
        from metier.training.output import MODEL
        from metier.training.sets import read_sets

        if self.model is not None:
            raise InvalidInput(
                f"--model is about recipes with heads. Got {self.model} for {self.file}, which has tasks: "
                "name what to start from with --backbone."
            )
        if self.backbone is None:
            raise InvalidInput(
                f"{self.file} has tasks, so an encoder is trained. Name what to start from with --backbone."
            )
        wanted = changed(recipe, seed=self.seed, steps=self.steps, max_minutes=self.max_minutes)
        sets, bases = read_sets(self.data), Bases(self.backbone, self.teacher, self.skill_teacher)
        with training_watch() as watch:
            card = train_recipe(wanted, sets, bases, self.output, origin=_origin(wanted), watch=watch)
        training, folder = card.metrics["training"], self.output / MODEL
        score = training["best_score"]
        reached = "" if score is None else f" Mean score on the tune parts {score:.3f} (1 at best)."
        say(
            f"Wrote {folder}: {training['steps']:,} steps, the best of them {training['best_step']:,}."
            f"{reached} Measure it: metier evaluate --data {shlex.quote(str(self.data))} --model "
            f"{shlex.quote(str(folder))}"
        )

    def train_heads(self, recipe: HeadRecipe) -> None:
        """Train the heads of a recipe, and say where they are.

        Raises:
            InvalidInput: what is about training an encoder is given.
        """
        from metier.engine.recipes.head_recipe import changed_heads
        from metier.engine.recipes.heads import HEADS, check_heads, train_heads
        from metier.training.sets import read_sets

        about_encoders = {
            "backbone": self.backbone,
            "teacher": self.teacher,
            "skill-teacher": self.skill_teacher,
            "max-minutes": self.max_minutes,
        }
        for name, value in about_encoders.items():
            if value is not None:
                raise InvalidInput(
                    f"--{name} is about recipes with tasks. Got {value} for {self.file}, which has heads on "
                    "an encoder that stays as it is: drop it, or name that encoder with --model."
                )
        wanted = changed_heads(recipe, seed=self.seed, steps=self.steps)
        sets = read_sets(self.data)
        check_heads(wanted, sets)  # before the encoder is loaded
        with training_watch() as watch:
            encoder = _encoder(self.model)
            found = train_heads(wanted, sets, encoder, self.output, origin=_origin(wanted), watch=watch)
        say(
            f"Wrote {self.output}: {', '.join(each.name for each in found)}, heads of encoder {encoder.name}."
            f" Their figures and folders are in {self.output / HEADS}."
        )


def _encoder(name: str | None) -> Encoder:
    """Return the encoder of a name, of a model folder or of what a training wrote, or the shipped one."""
    settings = options.load_settings()
    if name is None:
        return shipped_encoder(settings)
    from metier.encoders.load import find_model, load_encoder

    hide_loading_bars()
    return load_encoder(find_model(name, options.models_dir(settings)), options.runtime(settings))


def _origin(recipe: Recipe | HeadRecipe) -> Origin:
    from metier.training.output import Origin

    return Origin(recipe.name, command=shlex.join(["metier", *sys.argv[1:]]))
