"""Training of any of the three architectures as a task of the trainer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput
from metier.skills.architectures.classifier import CLASSES, N_CLASSES, NONE
from metier.skills.architectures.rows import (
    UNKNOWN,
    Example,
    TrainableClassifier,
    share_skills,
    split_pairs,
)
from metier.training.length_batches import length_batches
from metier.training.losses import IGNORED, focal_loss
from metier.training.metrics import class_scores, confusion
from metier.types import Skill

if TYPE_CHECKING:
    from torch import Tensor

_POOL: Final = 32
"""Batches sorted by length together; still, rows meet other company in each epoch."""


@dataclass(frozen=True, slots=True)
class SkillTaskOptions:
    """How a task is trained.

    Attributes:
        batch_size: examples in a step, at least 1; for a pairwise model an example is one pair.
        gamma: of the focal loss, 0 or more; 0 is plain cross-entropy.
        class_weights: of none, implicit and explicit; None for 1 each.
        none_share: how much all pairs of class none count together, against all others; None to count each
            pair as one. It goes by the batch, and not with `class_weights`.
        evidence_weight: of the loss on marked words, 0 or more.
        teacher_weight: of the divergence from a teacher's probabilities, 0 or more.

    Raises:
        InvalidInput: a value is out of its range.
    """

    batch_size: int = 16
    gamma: float = 0.0
    class_weights: tuple[float, float, float] | None = None
    none_share: float | None = None
    evidence_weight: float = 0.1
    teacher_weight: float = 1.0

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise InvalidInput(f"batch_size must be at least 1. Got {self.batch_size}.")
        for name in ("gamma", "evidence_weight", "teacher_weight"):
            if not getattr(self, name) >= 0:
                raise InvalidInput(f"{name} must be 0 or more. Got {getattr(self, name)}.")
        if self.none_share is not None and not (self.none_share > 0 and self.class_weights is None):
            raise InvalidInput(f"none_share must be above 0, without class_weights. Got {self.none_share}.")
        weights = self.class_weights
        if weights is not None and (len(weights) != N_CLASSES or min(weights) < 0 or sum(weights) <= 0):
            raise InvalidInput("class_weights must be three numbers of 0 or more, not all 0.")


@dataclass(frozen=True, slots=True, eq=False)
class SkillRows:
    """What a task learns from, and what it is measured on.

    Attributes:
        skills: n_skills; the examples name them by their place.
        train: at least one example.
        tune: at least one example with a known class.

    Raises:
        InvalidInput: a part is empty, or an example names a place that there is none of.
    """

    skills: Sequence[Skill]
    train: Sequence[Example]
    tune: Sequence[Example]

    def __post_init__(self) -> None:
        for part, examples in (("train", self.train), ("tune", self.tune)):
            for number, example in enumerate(examples, 1):
                places = example.skills.tolist()
                if places and not 0 <= min(places) <= max(places) < len(self.skills):
                    raise InvalidInput(
                        f"Example {number} of {part} names skill number {max(places)}; there are "
                        f"{len(self.skills)} skills, counted from 0."
                    )
        if not any(len(example.skills) for example in self.train):
            raise InvalidInput("A skill task needs at least one example to train on. Got none.")
        if not any((example.classes != UNKNOWN).any() for example in self.tune):
            raise InvalidInput("A skill task needs at least one known class to tune on. Got none.")


class SkillTask:
    """Implements `TrainingTask` for a pairwise, a one-pass or a label-attention model.

    Args:
        model: what is trained; its `module` is what the trainer gets.
        rows: examples; a pairwise model reads each pair apart.
        options: losses and batches.
        name: of the task in logs.
        weight: share of the steps that it gets when tasks are mixed, above 0.

    Raises:
        InvalidInput: weight is not above 0.
    """

    def __init__(
        self,
        model: TrainableClassifier,
        rows: SkillRows,
        options: SkillTaskOptions | None = None,
        *,
        name: str = "skills",
        weight: float = 1.0,
    ) -> None:
        if not weight > 0:
            raise InvalidInput(f"The weight of task {name} must be above 0. Got {weight}.")
        self.name = name
        self.weight = weight
        self._model = model
        self._skills = rows.skills
        self._options = options or SkillTaskOptions()
        self._train = _arranged(rows.train, model)
        self._tune = _arranged(rows.tune, model)

    @cached_property
    def data_sha256(self) -> str:
        """Return a hash of the skills and examples, so that a run is resumed on the same data."""
        digest = hashlib.sha256(repr(tuple(self._skills)).encode(errors="replace"))
        for example in (*self._train, *self._tune):
            marks = sorted((k, tuple(spans)) for k, spans in example.evidence.items())
            facts = (example.text, example.skills.tolist(), example.classes.tolist(), marks)
            digest.update(repr(facts).encode(errors="replace"))
            digest.update(b"" if example.teacher is None else example.teacher.tobytes())
        return digest.hexdigest()

    def batches(self, *, seed: int, epoch: int) -> Sequence[tuple[int, ...]]:
        """Return the batches of an epoch as numbers of examples; same arguments, same batches."""
        lengths = [len(example.text) for example in self._train]
        size = self._options.batch_size
        return [tuple(batch) for batch in length_batches(lengths, size, seed=[seed, epoch], pool=_POOL)]

    def loss(self, batch: Sequence[int]) -> Tensor:
        """Return the loss of a batch: of the classes, the marked words and the teacher, weighted and added.

        Args:
            batch: numbers of examples, as `batches` gives them.
        """
        torch, options = require("torch"), self._options
        examples = share_skills([self._train[i] for i in batch])
        outcome = self._model.forward(examples, self._skills)
        device = outcome.logits.device
        classes = np.concatenate([example.classes for example in examples])
        targets = torch.from_numpy(np.where(classes == UNKNOWN, IGNORED, classes)).to(device)
        weights = None
        if options.class_weights is not None:
            weights = torch.tensor(options.class_weights, device=device)
        elif options.none_share is not None:
            weights = torch.tensor(balanced_weights(classes, options.none_share), device=device)
        loss: Any = focal_loss(outcome.logits, targets, class_weights=weights, gamma=options.gamma)
        if outcome.evidence_loss is not None:
            loss = loss + options.evidence_weight * outcome.evidence_loss
        total: Tensor = loss + options.teacher_weight * teacher_loss(outcome.logits, examples)
        return total

    def evaluate(self) -> Mapping[str, float]:
        """Return accuracy, the F1 of each class and `score`, their macro mean, on the tune part."""
        torch, module = require("torch"), self._model.module
        truth = np.concatenate([example.classes for example in self._tune])
        was_training = module.training
        module.eval()
        found = np.zeros(len(truth), np.int64)
        numbers = np.cumsum([0, *(len(example.skills) for example in self._tune)])
        order = sorted(range(len(self._tune)), key=lambda i: len(self._tune[i].text))
        size = self._options.batch_size
        with torch.no_grad():
            for first in range(0, len(order), size):
                own = order[first : first + size]
                outcome = self._model.forward([self._tune[i] for i in own], self._skills)
                places = np.concatenate([np.arange(numbers[i], numbers[i + 1]) for i in own])
                found[places] = outcome.logits.argmax(dim=1).cpu().numpy()
        module.train(was_training)
        known = truth != UNKNOWN
        scores = class_scores(confusion(truth[known], found[known], n_classes=N_CLASSES))
        by_class = {f"f1_{kind}": float(f1) for kind, f1 in zip(CLASSES, scores.f1, strict=True)}
        return {"score": scores.macro_f1, "accuracy": scores.accuracy, **by_class}


def balanced_weights(classes: NDArray[np.int64], none_share: float) -> tuple[float, float, float]:
    """Return class weights by which all nones count `none_share` times as much as all shown skills.

    Args:
        classes: of the pairs of a batch.
        none_share: above 0.

    >>> balanced_weights(np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 2]), 2.0)
    (0.5, 1.0, 1.0)
    """
    n_none, n_shown = int((classes == NONE).sum()), int((classes > NONE).sum())
    if not n_none or not n_shown:
        return (1.0, 1.0, 1.0)
    return (none_share * n_shown / n_none, 1.0, 1.0)


def teacher_loss(logits: Tensor, examples: Sequence[Example]) -> Tensor:
    """Return the mean divergence of the logits' probabilities from a teacher's; 0 where there is no teacher.

    Args:
        logits: (n_pairs, 3), the pairs of the first example first.
        examples: those with a `teacher` count.
    Source: Hinton et al. 2015 (arXiv:1503.02531), at temperature 1.
    """
    torch = require("torch")
    taught = np.concatenate(
        [np.full(len(example.skills), example.teacher is not None) for example in examples]
    )
    if not taught.any():
        zero: Tensor = logits.sum() * 0.0
        return zero
    wanted = np.concatenate([example.teacher for example in examples if example.teacher is not None])
    target = torch.from_numpy(wanted).to(logits.device, torch.float32)
    own = logits[torch.from_numpy(taught).to(logits.device)].log_softmax(dim=1)
    loss: Tensor = torch.nn.functional.kl_div(own, target, reduction="batchmean")
    return loss


def _arranged(examples: Sequence[Example], model: TrainableClassifier) -> list[Example]:
    split = split_pairs(examples) if model.per_pair else examples
    return [example for example in split if len(example.skills)]
