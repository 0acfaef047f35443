"""The task of a student: to give what its teacher gives, and what the labels say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from metier._extras import require
from metier.errors import InvalidInput, ModelMismatch
from metier.training.fingerprint import fingerprint
from metier.training.networks import Head, Network
from metier.training.task import SCORE
from metier.workbench.finetuning.batches import MASK, Batch
from metier.workbench.finetuning.task import HeadTask
from metier.workbench.shrinking.corpus_task import CorpusTask
from metier.workbench.shrinking.distillation_losses import (
    AttentionLoss,
    StateLoss,
    attention_distance,
    logit_divergence,
    state_distance,
)

if TYPE_CHECKING:
    from torch import Tensor

_WEIGHTS: Final = ("logits_weight", "hidden_weight", "attention_weight", "label_weight")
_DROPPED: Final = ("attention.self.dropout", "attention.dropout")


@dataclass(frozen=True, slots=True)
class DistillOptions:
    """What a student learns of its teacher.

    Attributes:
        temperature: that softens what is decided, above 0.
        logits_weight: of the divergence of decisions, 0 or more, as the weights below.
        hidden_weight: of hidden states: embeddings, and each layer against the one it came from.
        attention_weight: of the attention of each layer.
        label_weight: of the task's own loss.
        hidden_loss: how states are compared.
        attention_loss: how attention is compared.

    Raises:
        InvalidInput: a value out of its range, or all weights are 0.
    """

    temperature: float = 2.0
    logits_weight: float = 1.0
    hidden_weight: float = 1.0
    attention_weight: float = 1.0
    label_weight: float = 1.0
    hidden_loss: StateLoss = StateLoss.COSINE
    attention_loss: AttentionLoss = AttentionLoss.KL

    def __post_init__(self) -> None:
        if not 0 < self.temperature < math.inf:
            raise InvalidInput(f"temperature must be above 0 and finite. Got {self.temperature}.")
        for name in _WEIGHTS:
            if not 0 <= getattr(self, name) < math.inf:
                raise InvalidInput(f"{name} must be 0 or more and finite. Got {getattr(self, name)}.")
        if not any(getattr(self, name) for name in _WEIGHTS):
            raise InvalidInput(f"One of {', '.join(_WEIGHTS)} must be above 0. All are 0.")


@dataclass(slots=True, eq=False, repr=False)
class DistillTask:
    """Implements `TrainingTask` around the task of a student.

    The teacher is no part of what is trained: it stays as it is, and its weights are in no checkpoint.

    Attributes:
        task: the student's own: labelled rows of its head, or raw text.
        teacher: with the same head, tokenizer and width.
        layers: of the teacher, counted from 0, that each layer of the student came from.
        options: what is learned.
        name: what logs call the task.
        weight: its share of the steps.

    Raises:
        InvalidInput: the teacher is the student, the layers are not as many as the student's, or nothing
            that has a weight can be learned from these rows.
        ModelMismatch: the teacher has another head, width or vocabulary.
    """

    task: HeadTask | CorpusTask
    teacher: Network
    layers: tuple[int, ...]
    options: DistillOptions = field(default_factory=DistillOptions)
    name: str = field(default="distil", kw_only=True)
    weight: float = field(default=1.0, kw_only=True)
    data_sha256: str = field(init=False)

    def __post_init__(self) -> None:
        self._check()
        self.teacher.model.eval().requires_grad_(requires_grad=False)
        if self.options.attention_weight:
            _keep_attention_whole(self.student.model)
        own = getattr(self.task, "data_sha256", "")
        self.data_sha256 = fingerprint([own, list(self.layers), repr(self.options)])

    @property
    def student(self) -> Network:
        """What learns."""
        return self.task.network

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the batches of the student's own task."""
        return self.task.batches(seed=seed, epoch=epoch)

    def loss(self, batch: Batch) -> Tensor:
        """Return the sum of all that has a weight."""
        return sum_losses(self.losses(batch))

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """Return each part of the loss by name, weighted: label, logits, hidden and attention."""
        options, mask = self.options, batch.inputs[MASK]
        wanted = {
            "output_hidden_states": options.hidden_weight > 0,
            "output_attentions": options.attention_weight > 0,
        }
        ours = self.student.model(**batch.inputs, **wanted)
        theirs = self._said(batch, wanted)
        found = {}
        if options.label_weight and not self._is_bare:
            found["label"] = options.label_weight * self.task.loss_of(ours, batch.targets)
        if options.logits_weight and not self._is_bare:
            logits = (self.task.logits_of(outputs, batch.targets) for outputs in (ours, theirs))
            divergence = logit_divergence(*logits, temperature=options.temperature)
            found["logits"] = options.logits_weight * divergence
        if options.hidden_weight:
            chosen = [theirs.hidden_states[i] for i in (0, *(layer + 1 for layer in self.layers))]
            distance = state_distance(ours.hidden_states, chosen, mask, kind=options.hidden_loss)
            found["hidden"] = options.hidden_weight * distance
        if options.attention_weight:
            maps = [theirs.attentions[layer] for layer in self.layers]
            distance = attention_distance(ours.attentions, maps, mask, kind=options.attention_loss)
            found["attention"] = options.attention_weight * distance
        return found

    def evaluate(self) -> Mapping[str, float]:
        """Return the figures of the student's own task.

        Of a bare encoder `score` is the mean cosine of its last hidden states with the teacher's, on dev.
        """
        if not isinstance(self.task, CorpusTask) or not self._is_bare:
            return self.task.evaluate()
        total, n = 0.0, 0
        for batch in self.task.dev_batches():
            moved = Batch({key: value.to(self.student.device) for key, value in batch.inputs.items()}, {})
            read = moved.inputs[MASK].bool()
            ours = self.student.model(**moved.inputs).last_hidden_state[read]
            theirs = self._said(moved, {}).last_hidden_state[read]
            cosines = require("torch").nn.functional.cosine_similarity(ours, theirs, dim=1)
            total, n = total + float(cosines.double().sum()), n + len(cosines)
        return {SCORE: total / n}

    @property
    def _is_bare(self) -> bool:
        return self.student.head is Head.NONE

    def _said(self, batch: Batch, wanted: Mapping[str, bool]) -> Any:
        torch = require("torch")
        self.teacher.model.to(self.student.device)
        with torch.no_grad():
            return self.teacher.model(**batch.inputs, **wanted)

    def _check(self) -> None:
        student, teacher = self.student, self.teacher
        if teacher.model is student.model:
            raise InvalidInput("teacher must be a network of its own: it stays as it is. Load it again.")
        if teacher.head is not student.head:
            raise ModelMismatch(f"{teacher.name} gives {teacher.head}, its student gives {student.head}.")
        ours, theirs = (network.model.config for network in (student, teacher))
        if ours.hidden_size != theirs.hidden_size or ours.vocab_size != theirs.vocab_size:
            raise ModelMismatch(
                f"{teacher.name} must be as wide as its student and have its vocabulary. It has states of "
                f"{theirs.hidden_size} numbers and {theirs.vocab_size:,} words, the student "
                f"{ours.hidden_size} and {ours.vocab_size:,}."
            )
        if len(self.layers) != ours.num_hidden_layers:
            raise InvalidInput(
                f"layers must name one of the teacher's for each of the student's {ours.num_hidden_layers}. "
                f"Got {len(self.layers)}."
            )
        if self._is_bare and not self.options.hidden_weight and not self.options.attention_weight:
            raise InvalidInput(
                "A bare encoder decides nothing: hidden_weight or attention_weight must be above 0."
            )


def sum_losses(losses: Mapping[str, Tensor]) -> Tensor:
    """Return the sum of parts of a loss."""
    total: Tensor = require("torch").stack([loss.float() for loss in losses.values()]).sum()
    return total


def _keep_attention_whole(model: Any) -> None:
    """Take dropout off attention: with some shares dropped and others raised, its rows are no shares."""
    for name, module in model.named_modules():
        if name.endswith(_DROPPED):
            module.p = 0.0
