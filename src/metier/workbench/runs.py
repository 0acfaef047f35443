"""One training run of the workbench: its log and checkpoints in OUTPUT/run, its network in OUTPUT/model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from metier._extras import require
from metier.encoders.folder import ModelCard
from metier.training.networks import Network, write_network
from metier.training.options import TrainOptions
from metier.training.output import MODEL, RUN, Origin, Watch, check_output
from metier.training.run_folder import RunFolder
from metier.training.task import TrainingTask
from metier.training.trainer import TrainResult, train


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run came to.

    Attributes:
        folder: of the network, for transformers to open.
        result: of the run.
        metrics: as the card holds them.
        log: the run's log, oldest record first.
    """

    folder: Path
    result: TrainResult
    metrics: Mapping[str, Any]
    log: tuple[Mapping[str, Any], ...]


def train_network(
    network: Network, task: TrainingTask, options: TrainOptions, output: Path, *, watch: Watch
) -> TrainResult:
    """Train a network in OUTPUT/run, or go on there, and leave the best weights in it.

    Args:
        network: what its task's losses depend on; its backbone has the backbone's rate, the rest the head's.
        task: what it learns.
        options: how; `per_epoch` evaluates once in an epoch.
        output: a new folder, or that of a stopped run.
        watch: told how it goes.

    Raises:
        InvalidInput: a resumed run differs in a field, which is named, or a loss is not finite.
        ModelFormatError: a file of the run is damaged.
        OutOfMemory: a step does not fit into memory.
    """
    check_output(output)
    result = train(joined(network), [task], options, output / RUN, say=watch.say, progress=watch.progress)
    tell_early_end(result, watch)
    return result


def write_trained(
    network: Network, output: Path, *, origin: Origin, metrics: Mapping[str, Any], result: TrainResult
) -> Trained:
    """Write what a run came to into OUTPUT/model.

    Args:
        network: with the best weights.
        output: of the run.
        origin: what the card says of where it comes from.
        metrics: what the card says was measured.
        result: of the run.
    """
    folder, run = output / MODEL, RunFolder(output / RUN)
    card = ModelCard(
        name=origin.name,
        task=str(network.head),
        base=origin.base,
        license=origin.license,
        languages=origin.languages,
        dim=0,
        max_tokens=0,
        prefixes={},
        command=origin.command,
        training_data=dict(origin.training_data),
        parameters={},
        metrics=dict(metrics),
    )
    write_network(network, folder, card)
    return Trained(folder, result, metrics, tuple(run.log()))


def tell_early_end(result: TrainResult, watch: Watch) -> None:
    """Say that a run has fewer steps than were asked for, if its time was over before."""
    if result.stopped == "time":
        watch.say(
            f"The time given was over after step {result.steps:,}: the run ends there. More steps need a new "
            "folder and more time."
        )


def joined(network: Network) -> Any:
    """Return one torch module of a network, with its backbone's parameters told apart for their rate."""
    module = require("torch").nn.Module()
    module.model = network.model
    backbone = network.backbone
    headless = backbone is network.model
    module.backbone_parameters = lambda: iter(
        network.model.parameters() if headless else backbone.parameters()
    )
    return module


def per_epoch(options: TrainOptions, task: TrainingTask) -> TrainOptions:
    """Return options that evaluate once in an epoch, unless they say otherwise.

    Args:
        options: without `evaluate_every`, or they come back as they are.
        task: its first epoch is counted.
    """
    if options.evaluate_every is not None:
        return options
    batches = len(task.batches(seed=options.seed, epoch=0))
    return replace(options, evaluate_every=max(1, math.ceil(batches / options.accumulate)))
