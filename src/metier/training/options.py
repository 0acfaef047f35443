"""What a training run is told, checked before anything else happens."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from metier.errors import InvalidInput
from metier.training.schedule import Decay


class Precision(StrEnum):
    """Numbers that the forward pass works with; weights and their updates are float32 in both."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class Device(StrEnum):
    """Where a run computes: on the GPU or the like if there is one, or on the processor in any case."""

    AUTO = "auto"
    CPU = "cpu"


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How a network is trained. All of it is kept in the run's `config.json`.

    Attributes:
        steps: updates of the weights, at least 1. Either this or `epochs`.
        epochs: passes over the batches of all tasks together, above 0; rounded up to whole steps.
        head_rate: learning rate of all parameters outside the backbone, above 0.
        backbone_rate: of the backbone's; None for a tenth of `head_rate`.
        layer_decay: what the rate of each layer of the backbone is multiplied by for the layer below it,
            above 0 and at most 1; its embeddings stand below the lowest layer.
        accumulate: batches of one step on each process, at least 1.
        clip_norm: length to which a longer gradient is cut, above 0; None to leave it.
        warmup_share: share of the steps in which the rates rise, from 0 to 1.
        decay: how they fall from then on.
        weight_decay: of matrices; biases and norms have none. 0 or more.
        seed: of the order of tasks and batches and of all random numbers, 0 or more.
        evaluate_every: steps between evaluations, at least 1; one more comes after the last step. None
            for no evaluation: the last weights are the best.
        patience: evaluations without a better score after which the run stops, at least 1; None for no
            early stopping. It needs `evaluate_every`.
        checkpoint_every: steps between checkpoints, at least 1; one more comes after the last step.
        max_seconds: time for the steps, above 0, without evaluations and checkpoints, over all resumes.
            None for no end. How far such a run gets depends on the machine.
        precision: of the forward pass.
        device: where to compute.
        inputs: what else the result depends on, by name, such as the hash of the base model. A resumed
            run must give the same.

    Raises:
        InvalidInput: a value out of its range; the message names the field.
    """

    steps: int | None = None
    epochs: float | None = None
    head_rate: float = 1e-3
    backbone_rate: float | None = None
    layer_decay: float = 1.0
    accumulate: int = 1
    clip_norm: float | None = 1.0
    warmup_share: float = 0.1
    decay: Decay = Decay.LINEAR
    weight_decay: float = 0.01
    seed: int = 0
    evaluate_every: int | None = None
    patience: int | None = None
    checkpoint_every: int = 500
    max_seconds: float | None = None
    precision: Precision = Precision.FLOAT32
    device: Device = Device.AUTO
    inputs: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.epochs is None):
            raise InvalidInput(f"Give either steps or epochs. Got {self.steps} and {self.epochs}.")
        for name in ("steps", "accumulate", "evaluate_every", "patience", "checkpoint_every"):
            self._check(name, _is_count, "a whole number, at least 1")
        for name in ("epochs", "head_rate", "backbone_rate", "clip_norm", "max_seconds"):
            self._check(name, lambda value: 0 < value < math.inf, "above 0 and finite")
        self._check("layer_decay", lambda value: 0 < value <= 1, "above 0 and at most 1")
        self._check("warmup_share", lambda value: 0 <= value <= 1, "from 0 to 1")
        self._check("weight_decay", lambda value: 0 <= value < math.inf, "0 or more")
        self._check("seed", lambda value: isinstance(value, int) and value >= 0, "a whole number, 0 or more")
        for name, kind in (("decay", Decay), ("precision", Precision), ("device", Device)):
            self._check(name, lambda value, kind=kind: value in set(kind), f"one of {', '.join(kind)}")
        if self.patience is not None and self.evaluate_every is None:
            raise InvalidInput(f"patience needs evaluate_every. Got patience {self.patience} alone.")

    @property
    def backbone_rate_used(self) -> float:
        """The backbone's rate, given or derived."""
        return self.head_rate / 10 if self.backbone_rate is None else self.backbone_rate

    def _check(self, name: str, rule: Any, words: str) -> None:
        value = getattr(self, name)
        if value is not None and not rule(value):
            raise InvalidInput(f"{name} must be {words}. Got {value!r}.")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
