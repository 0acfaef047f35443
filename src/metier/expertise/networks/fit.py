"""What fits any network that tells levels to labelled documents; a run that is killed goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from metier._extras import require
from metier.errors import InvalidInput
from metier.expertise.application import Field
from metier.expertise.data import LevelRow
from metier.expertise.networks.task import LevelTask, LevelTaskOptions, TokenRows
from metier.expertise.networks.text_levels import TextNetwork
from metier.expertise.networks.texts import TextPlan, fields_read, model_text
from metier.expertise.ordinal import allowed_levels
from metier.training.options import Device, TrainOptions
from metier.training.output import Watch
from metier.training.trainer import TrainResult, train

EPOCHS: Final = 8
HEAD_RATE: Final = 5e-4
PATIENCE: Final = 3


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How a network is fitted.

    Attributes:
        train: steps, rates, seed and the like. Where it names no evaluations, there is one after each epoch.
        task: losses and batches.
        patience: such epochs without a better score after which the run stops, at least 1; None to go on.
        max_tokens: most tokens of a text, at least 1; None for as many as a row of the network holds.
        budgets: most tokens of single fields of a resume.

    Raises:
        InvalidInput: a number out of its range.
    """

    train: TrainOptions = field(default_factory=lambda: TrainOptions(epochs=EPOCHS, head_rate=HEAD_RATE))
    task: LevelTaskOptions = field(default_factory=LevelTaskOptions)
    patience: int | None = PATIENCE
    max_tokens: int | None = None
    budgets: Mapping[Field, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("patience", "max_tokens"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise InvalidInput(f"{name} must be at least 1. Got {value}.")

    def at_backbone_rate(self, rate: float | None) -> FitOptions:
        """Return the same with a rate for the backbone, unless it has one or there is none to give."""
        if rate is None or self.train.backbone_rate is not None:
            return self
        return replace(self, train=replace(self.train, backbone_rate=rate))


@dataclass(frozen=True, slots=True)
class FitPlace:
    """Where a network is fitted.

    Attributes:
        run: folder of the run: new, or that of one which was stopped and goes on.
        inputs: what the result depends on beside rows and options; a resumed run must give the same.
        watch: told how it goes.
    """

    run: Path
    inputs: Mapping[str, str]
    watch: Watch


def plan_of(network: TextNetwork, rows: Sequence[LevelRow], options: FitOptions) -> TextPlan:
    """Return what a network reads that is fitted to rows.

    Raises:
        InvalidInput: `max_tokens` is more than a row of the network holds.
    """
    most = options.max_tokens or network.room
    if most > network.room:
        raise InvalidInput(f"max_tokens must be at most {network.room} for {network.name}. Got {most}.")
    return TextPlan(most, fields_read([row.item for row in rows]), options.budgets)


def fit_network(
    network: TextNetwork,
    plan: TextPlan,
    rows: Sequence[LevelRow],
    tune_rows: Sequence[LevelRow],
    options: FitOptions,
    place: FitPlace,
) -> TrainResult:
    """Train a network, or go on with a run that was stopped, and leave the best weights in it.

    Args:
        network: it is changed.
        plan: what it reads of a document.
        rows: to train on, at least one.
        tune_rows: by which the best weights are told; without any, the last ones are kept.
        options: how.
        place: where.

    Raises:
        InvalidInput: no rows, tune rows that cannot be scored, or the folder holds another run.
        ModelFormatError: a file of the run is damaged.
        MissingExtra: the `train` extra is not installed.
    """
    task = LevelTask(network, _tokens(network, plan, rows), _tokens(network, plan, tune_rows), options.task)
    seed = options.train.seed
    n_batches = len(task.batches(seed=seed, epoch=0))
    used = _options_used(options, plan, place, n_batches=n_batches if tune_rows else None)
    watch = place.watch
    result = train(network.module, [task], used, place.run, say=watch.say, progress=watch.progress)
    network.add_bias(task.prior_shift)
    return result


def _tokens(network: TextNetwork, plan: TextPlan, rows: Sequence[LevelRow]) -> TokenRows:
    texts = [model_text(row.item, plan, network.offsets) for row in rows]
    allowed = allowed_levels([row.label for row in rows])
    return TokenRows(network.rows(texts, max_tokens=plan.max_tokens), allowed)


def _options_used(
    options: FitOptions, plan: TextPlan, place: FitPlace, *, n_batches: int | None
) -> TrainOptions:
    """Return the trainer's options; `n_batches` of an epoch, None where there is nothing to evaluate on."""
    given = options.train
    task = options.task
    facts = {
        **place.inputs,
        "plan": json.dumps(plan.facts(), sort_keys=True),
        "task": f"{task.batch_size} {task.gamma} {task.balanced} {task.score}",
    }
    # Said outright, since accelerate joins processes on processors only where it is told to use these.
    has_other = require("torch").accelerator.is_available()
    device = given.device if has_other else Device.CPU
    used = replace(given, inputs={**given.inputs, **facts}, device=device)
    if n_batches is None:
        return replace(used, evaluate_every=None, patience=None)
    if used.evaluate_every is None:
        every = max(1, n_batches // given.accumulate)
        return replace(used, evaluate_every=every, patience=options.patience)
    return used
