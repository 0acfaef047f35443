"""Trains an encoder by a recipe: all tasks at once, on one backbone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from metier._extras import require
from metier.encoders.folder import CARD, WEIGHTS, ModelCard, ModelFolder, file_sha256
from metier.encoders.reading import TextKind
from metier.engine.recipes.network import joint_module, shared_backbone
from metier.engine.recipes.recipe import Recipe
from metier.engine.recipes.tasks import Shared, check_sets, make_tasks
from metier.training.backbone import Backbone
from metier.training.bi_encoder import RowLimits, TrainedBackbone, save_trained
from metier.training.causal_model import weights_sha256
from metier.training.durable import whole_folder
from metier.training.lower_states import StateMemory
from metier.training.options import Device, TrainOptions
from metier.training.output import MODEL, RUN, Origin, Watch, check_output
from metier.training.sets import DataSet
from metier.training.trainer import TrainResult, train

WATTS_PER_CORE: Final = 10.0
"""Assumed of a busy core, its share of memory and losses, where nothing measures it."""


@dataclass(frozen=True, slots=True)
class Bases:
    """What a recipe starts from.

    Attributes:
        backbone: a Hugging Face folder or hub name.
        teacher: what `keep` goes by; None for the backbone as it is at the start.
        skill_teacher: folder of a classifier that brings its backbone, which skills come near to; or None.
        memory: keeps what layers say that stay as they are; runs from one backbone may share it.
    """

    backbone: str
    teacher: str | None = None
    skill_teacher: Path | None = None
    memory: StateMemory | None = None


def train_recipe(
    recipe: Recipe,
    sets: Mapping[str, DataSet],
    bases: Bases,
    output: Path,
    *,
    origin: Origin,
    watch: Watch | None = None,
) -> ModelCard:
    """Train an encoder by a recipe, write it, and return its card.

    A stopped run goes on, with the same arguments; a finished one is not repeated. The card's metrics hold
    under "tune" each task's figures at the best step, on the tune parts, and the mean that chose it.

    Args:
        recipe: what to learn, and how.
        sets: data, by name.
        bases: what to start from.
        output: gets `run`, the record of the training with a curve for each task, and `model`, a model
            folder in float32 that `load_encoder` and Hugging Face transformers load.
        origin: what the card says of it; training data and metrics are added.
        watch: told how it goes.

    Raises:
        NotFound: a set, a file or the backbone is missing.
        InvalidInput: the recipe does not fit the sets or the backbone, or the output holds another run.
        ModelError: the backbone cannot be used.
        MissingExtra: the `train` extra is not installed.
    """
    watch = watch or Watch()
    check_sets(recipe, sets)
    check_output(output)
    watch.say(f"Loading {bases.backbone} and {len(recipe.tasks)} tasks.")
    backbone = shared_backbone(
        bases.backbone, train_layers=recipe.train_layers, seed=recipe.seed, memory=bases.memory
    )
    prefixes = _prefixes(bases.backbone)
    shared = Shared(
        backbone, lambda: _teacher(bases, recipe), recipe, sets, prefixes, bases.skill_teacher, watch.say
    )
    tasks = make_tasks(shared)
    module = joint_module(backbone, {task.name: task.head for task in tasks if task.head is not None})
    options = _options(recipe, bases, backbone, prefixes)
    for task in tasks:
        watch.say(f"Task {task.name}: {task.weight / sum(each.weight for each in tasks):.1%} of the steps.")
    result = train(module, tasks, options, output / RUN, say=watch.say, progress=watch.progress)
    if require("accelerate").PartialState().is_main_process and not (output / MODEL).exists():
        network = TrainedBackbone(backbone, limits=RowLimits(prefixes=prefixes))
        with whole_folder(output / MODEL) as place:
            save_trained(network, place, _described(origin, recipe, sets, bases, result))
    require("accelerate").PartialState().wait_for_everyone()
    return ModelFolder.peek(output / MODEL).card


def _options(
    recipe: Recipe, bases: Bases, backbone: Backbone, prefixes: Mapping[TextKind, str]
) -> TrainOptions:
    """Return how the trainer runs; a run is resumed only with the same inputs."""
    has_other = require("torch").accelerator.is_available()
    return recipe.options(
        inputs={
            **recipe.facts(),
            **{f"prefix.{kind}": words for kind, words in prefixes.items()},
            "backbone_sha256": weights_sha256(backbone.model),
            "teacher": _teacher_facts(bases.teacher),
            "skill_teacher": _sha256(bases.skill_teacher),
        },
        # Said outright, since accelerate joins processes on processors only where it is told to use these.
        device=Device.AUTO if has_other else Device.CPU,
    )


def _described(
    origin: Origin, recipe: Recipe, sets: Mapping[str, DataSet], bases: Bases, result: TrainResult
) -> Origin:
    return replace(
        origin,
        base=origin.base or base_words(bases.backbone),
        license=origin.license or recipe.license,
        languages=origin.languages or recipe.languages,
        training_data={**origin.training_data, **_training_data(recipe, sets)},
        metrics={**origin.metrics, **_metrics(result)},
    )


def _teacher(bases: Bases, recipe: Recipe) -> Backbone:
    return shared_backbone(bases.teacher or bases.backbone, train_layers=None, seed=recipe.seed)


def _sha256(folder: Path | None) -> str:
    return "" if folder is None else ModelFolder.peek(folder).sha256


def _teacher_facts(teacher: str | None) -> str:
    """Return the name of a teacher and the hash of its weights, where they lie in a folder."""
    weights = Path(teacher or "") / WEIGHTS
    return f"{teacher} {file_sha256(weights)}" if teacher and weights.is_file() else teacher or ""


def _prefixes(backbone: str) -> dict[TextKind, str]:
    """Return the words that go before a text, as the folder's card has them; none without a card."""
    if not (Path(backbone) / CARD).is_file():
        return {}
    card = ModelFolder.peek(Path(backbone)).card
    return {TextKind(kind): words for kind, words in card.prefixes.items()}


def base_words(backbone: str) -> str:
    """Return what a card says of the backbone, by its own card; empty without one."""
    if not (Path(backbone) / CARD).is_file():
        return ""
    folder = ModelFolder.peek(Path(backbone))
    return f"{folder.card.name} (sha256 {folder.sha256}), made from {folder.card.base}"


def _training_data(recipe: Recipe, sets: Mapping[str, DataSet]) -> dict[str, str]:
    names = dict.fromkeys(
        name for task in recipe.tasks for name in (task.set, task.names) if name is not None
    )
    return {path: sha256 for name in names for path, sha256 in sets[name].learned_from().items()}


def _metrics(result: TrainResult) -> dict[str, Any]:
    threads = int(require("torch").get_num_threads())
    hours = result.seconds / 3600
    return {
        "tune": {name: _rounded(found) for name, found in result.scores.items()},
        "training": {
            "steps": result.steps,
            "best_step": result.best_step,
            "best_score": result.best_score,
            "seconds": result.seconds,
            "threads": threads,
            "estimated_wh": round(hours * threads * WATTS_PER_CORE, 1),
            "watts_per_core_assumed": WATTS_PER_CORE,
        },
    }


def _rounded(found: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 5) for name, value in found.items()}
