"""What a person chose of a training, completed by what suits each architecture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from metier.errors import InvalidInput
from metier.skills.architectures import pairwise
from metier.skills.architectures.task import SkillTaskOptions
from metier.skills.train_classifier import LORA_LAYERS, ClassifierOptions
from metier.training.lora import LoraOptions
from metier.training.options import TrainOptions
from metier.training.schedule import Decay

GAMMA: Final = 2.0
EVALUATE_EVERY: Final = 100
PATIENCE: Final = 5
_EPOCHS: Final = 3.0
_EPOCHS_FROZEN: Final = 30.0  # the encoder reads each text once, so that an epoch of the head takes seconds
_HEAD_RATE: Final = 1e-3
_HEAD_RATE_FROZEN: Final = 2e-3
_BATCH_OF_PAIRS: Final = 32
_BATCH_OF_TEXTS: Final = 16
_NONE_SHARE: Final = 4.0  # each text brings far more nones than shown skills, but for a pairwise model
_UNBOUNDED_STEPS: Final = 1_000_000
_WARMUP_STEPS: Final = 30


@dataclass(frozen=True, slots=True)
class TrainingChoices:
    """What of a training is chosen; None takes what suits the architecture.

    Attributes:
        epochs: passes over the data. Without this, `steps` and `max_seconds`: 3, and 30 for a head alone.
        steps: updates of the weights, instead of `epochs`.
        max_seconds: time for the steps; alone, it is what ends the run, at constant rates.
        batch_size: texts in a step, pairs for a pairwise model. 16, and 32 pairs.
        head_rate: of all that is new; 0.001, and 0.002 for a head alone.
        backbone_rate: of the backbone; a tenth of the head's.
        frozen_layers: layers of the backbone, from the lowest, that are left as they are.
        dropout: keep the backbone's own.
        ratio: negatives for each shown skill.
        gamma: of the focal loss; None for cross-entropy.
        class_weights: of none, implicit and explicit.
        none_share: how much all nones of a batch count against all others; 4 where no class weights are
            given, each pair as one for a pairwise model.
        lora_rank: train additions of this rank to the backbone, and leave the rest.
        lora_alpha: of them; twice the rank.
        seed: of all random numbers.
        patience: evaluations without a better score after which it stops; 0 for never.
        evaluate_every: steps between evaluations.
        trust_remote_code: run Python code that the backbone's repository brings.
    """

    epochs: float | None = None
    steps: int | None = None
    max_seconds: float | None = None
    batch_size: int | None = None
    head_rate: float | None = None
    backbone_rate: float | None = None
    frozen_layers: int = 0
    dropout: bool = True
    ratio: int = 4
    gamma: float | None = None
    class_weights: tuple[float, float, float] | None = None
    none_share: float | None = None
    lora_rank: int | None = None
    lora_alpha: float | None = None
    seed: int = 0
    patience: int = PATIENCE
    evaluate_every: int = EVALUATE_EVERY
    trust_remote_code: bool = False


def options_for(architecture: str, backbone: str | None, choices: TrainingChoices) -> ClassifierOptions:
    """Return the options of one architecture.

    Args:
        architecture: `pairwise`, `one-pass` or `label-attention`.
        backbone: a folder or hub name; None for a head on the encoder in use.
        choices: the rest.

    Raises:
        InvalidInput: a value is out of its range, or two of them contradict each other.
    """
    if choices.lora_alpha is not None and choices.lora_rank is None:
        raise InvalidInput(f"lora_alpha needs lora_rank. Got {choices.lora_alpha} alone.")
    lora = None
    if choices.lora_rank is not None:
        alpha = 2.0 * choices.lora_rank if choices.lora_alpha is None else choices.lora_alpha
        lora = LoraOptions(choices.lora_rank, alpha, LORA_LAYERS)
    return ClassifierOptions(
        architecture=architecture,
        backbone=backbone,
        train=_train_options(choices, frozen=backbone is None),
        task=_task_options(choices, architecture),
        ratio=choices.ratio,
        frozen_layers=choices.frozen_layers,
        dropout=choices.dropout,
        lora=lora,
        trust_remote_code=choices.trust_remote_code,
    )


def _train_options(choices: TrainingChoices, *, frozen: bool) -> TrainOptions:
    epochs, steps = choices.epochs, choices.steps
    timed = epochs is None and steps is None and choices.max_seconds is not None
    if timed:
        steps = _UNBOUNDED_STEPS
    elif epochs is None and steps is None:
        epochs = _EPOCHS_FROZEN if frozen else _EPOCHS
    default_rate = _HEAD_RATE_FROZEN if frozen else _HEAD_RATE
    return TrainOptions(
        steps=steps,
        epochs=epochs,
        head_rate=default_rate if choices.head_rate is None else choices.head_rate,
        backbone_rate=choices.backbone_rate,
        warmup_share=_WARMUP_STEPS / _UNBOUNDED_STEPS if timed else 0.1,
        decay=Decay.CONSTANT if timed else Decay.LINEAR,
        seed=choices.seed,
        evaluate_every=choices.evaluate_every,
        patience=choices.patience or None,
        checkpoint_every=choices.evaluate_every,
        max_seconds=choices.max_seconds,
    )


def _task_options(choices: TrainingChoices, architecture: str) -> SkillTaskOptions:
    per_pair = architecture == pairwise.ARCHITECTURE
    none_share = choices.none_share
    if none_share is None and choices.class_weights is None and not per_pair:
        none_share = _NONE_SHARE
    default_size = _BATCH_OF_PAIRS if per_pair else _BATCH_OF_TEXTS
    return SkillTaskOptions(
        batch_size=default_size if choices.batch_size is None else choices.batch_size,
        gamma=0.0 if choices.gamma is None else choices.gamma,
        class_weights=choices.class_weights,
        none_share=none_share,
    )
