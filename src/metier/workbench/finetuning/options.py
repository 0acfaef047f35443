"""What fine-tuning is told, checked before anything else happens."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final

from metier.errors import InvalidInput
from metier.training.options import Device, Precision

BALANCED: Final = "balanced"
RATE: Final = 5e-5
HEAD_TIMES: Final = 10
LEAST_TOKENS: Final = 16
GAMMA: Final = 2.0


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """What a task makes of its rows.

    Attributes:
        batch_size: rows in a step, at least 1; windows where long rows are read in several.
        max_tokens: of a row, special ones included, at least 16; None for as many as the network takes.
            Longer texts are cut in classification and ranking and read in several windows in the others.
        overlap: tokens that neighbouring windows share, at least 0; None for a third of `max_tokens`.
        class_weights: what each class or tag counts in the loss, in the order of the labels, 0 or more and
            not all 0; `BALANCED` for n / (n_classes * rows of the class); None for 1 each.
        gamma: of the focal loss, 0 or more; 0 is cross-entropy.

    Raises:
        InvalidInput: a value out of its range; the message names the field.
    """

    batch_size: int = 16
    max_tokens: int | None = None
    overlap: int | None = None
    class_weights: tuple[float, ...] | str | None = None
    gamma: float = 0.0

    def __post_init__(self) -> None:
        for name, least in (("batch_size", 1), ("max_tokens", LEAST_TOKENS), ("overlap", 0)):
            value = getattr(self, name)
            if value is not None and not value >= least:
                raise InvalidInput(f"{name} must be at least {least}. Got {value}.")
        if not 0 <= self.gamma < math.inf:
            raise InvalidInput(f"gamma must be 0 or more and finite. Got {self.gamma}.")
        weights = self.class_weights
        if isinstance(weights, str):
            if weights != BALANCED:
                raise InvalidInput(f"class_weights must be {BALANCED!r} or numbers. Got {weights!r}.")
        elif weights is not None and not (
            weights and all(0 <= weight < math.inf for weight in weights) and sum(weights) > 0
        ):
            raise InvalidInput(f"class_weights must be 0 or more, finite and not all 0. Got {weights}.")


@dataclass(frozen=True, slots=True)
class FinetuneOptions:
    """How a network is fine-tuned.

    Attributes:
        task: what is made of the rows.
        epochs: passes over the data, above 0.
        rate: learning rate of the encoder below the head, above 0; None for 5e-5, or 5e-4 with LoRA, which
            trains few numbers. A tiny encoder, or one with random weights, learns at 1e-3 or so.
        head_rate: of the head, which begins at random, above 0; None for 10 times `rate`, or for `rate` with
            LoRA.
        layer_decay: what the rate of each layer is multiplied by for the layer below it, above 0 to 1.
        frozen_layers: leave the word embeddings and so many of the lowest layers as they are, 0 or more; None
            to train all.
        lora_rank: train additions of this rank to the query and value matrices and leave the rest of the
            encoder, at least 1; they are added into the matrices at the end. None for no LoRA.
        lora_alpha: the additions count alpha / rank, above 0; None for twice the rank.
        accumulate: batches in a step, at least 1.
        patience: epochs without a better score on dev after which the run stops, at least 1; None for never.
        max_seconds: time for the steps, above 0; None for no end.
        seed: of a new head, of the order of batches and of dropout, 0 or more.
        new_head: begin with a new head even if the network has one.
        precision: of the forward pass.
        device: where to compute.

    Raises:
        InvalidInput: a value out of its range, or frozen layers together with LoRA.
    """

    task: TaskOptions = field(default_factory=TaskOptions)
    epochs: float = 3.0
    rate: float | None = None
    head_rate: float | None = None
    layer_decay: float = 1.0
    frozen_layers: int | None = None
    lora_rank: int | None = None
    lora_alpha: float | None = None
    accumulate: int = 1
    patience: int | None = None
    max_seconds: float | None = None
    seed: int = 0
    new_head: bool = False
    precision: Precision = Precision.FLOAT32
    device: Device = Device.AUTO

    def __post_init__(self) -> None:
        for name in ("epochs", "rate", "head_rate", "lora_alpha", "max_seconds"):
            self._check(name, lambda value: 0 < value < math.inf, "above 0 and finite")
        for name in ("lora_rank", "accumulate", "patience"):
            self._check(name, lambda value: value >= 1, "at least 1")
        for name in ("frozen_layers", "seed"):
            self._check(name, lambda value: value >= 0, "0 or more")
        self._check("layer_decay", lambda value: 0 < value <= 1, "above 0 and at most 1")
        if self.lora_rank is not None and self.frozen_layers is not None:
            raise InvalidInput(
                f"LoRA leaves all layers as they are but for its additions. Got frozen_layers "
                f"{self.frozen_layers} too: drop one of the two."
            )
        if self.lora_rank is None and self.lora_alpha is not None:
            raise InvalidInput(f"lora_alpha is of LoRA. Got {self.lora_alpha} without lora_rank.")

    @property
    def rate_used(self) -> float:
        """The encoder's rate, given or derived."""
        if self.rate is not None:
            return self.rate
        return RATE if self.lora_rank is None else HEAD_TIMES * RATE

    @property
    def head_rate_used(self) -> float:
        """The head's rate, given or derived."""
        if self.head_rate is not None:
            return self.head_rate
        return self.rate_used * (HEAD_TIMES if self.lora_rank is None else 1)

    def _check(self, name: str, rule: Any, words: str) -> None:
        value = getattr(self, name)
        if value is not None and not rule(value):
            raise InvalidInput(f"{name} must be {words}. Got {value!r}.")
