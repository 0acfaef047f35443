"""What every fine-tuning task offers, to the trainer and to distillation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from metier.training.intervals import Interval, Statistic, bootstrap
from metier.training.networks import Network
from metier.training.task import SCORE, TrainingTask
from metier.workbench.finetuning.windows import Window

if TYPE_CHECKING:
    from torch import Tensor


class HeadTask(TrainingTask, Protocol):
    """A task of a network with a head; its batches are `Batch`es.

    `loss(batch)` is `loss_of(network.model(**batch.inputs), batch.targets)`.
    """

    @property
    def network(self) -> Network:
        """What learns."""

    def loss_of(self, outputs: Any, targets: Mapping[str, Any]) -> Tensor:
        """Return the mean loss, a scalar, of what the model returned for a batch."""

    def logits_of(self, outputs: Any, targets: Mapping[str, Any]) -> list[Tensor]:
        """Return the logits of the decisions that count, each (n, n_classes).

        For classes and ranking one row for each text or pair, for tags one for each word; for answers two
        tensors, of start and end, with a row for each window and a class for each token. What can be no
        answer has -10,000 there, so that it adds nothing to a divergence.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """How good some decisions are.

    Attributes:
        statistics: by name, each figure as a function of numbers of units.
        groups: (n_units,) what each unit belongs to; units of one group are not independent.
        score: name of the main figure.
        counts: of what was measured, by name.
        details: further figures, of each class, which are not looked at in training.
    """

    statistics: Mapping[str, Statistic]
    groups: NDArray[np.int64]
    score: str
    counts: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, Statistic] = field(default_factory=dict)

    def values(self) -> dict[str, float]:
        """Return each figure but details, the main one as `score`."""
        every = np.arange(len(self.groups))
        found = {name: float(statistic(every)) for name, statistic in self.statistics.items()}
        return {
            SCORE: found[self.score],
            **{name: value for name, value in found.items() if name != self.score},
        }

    def intervals(self, *, seed: int) -> dict[str, Interval]:
        """Return each figure with its 95 % bootstrap interval over groups; a single group gives none, nan."""
        every = {**self.statistics, **self.details}
        if len(np.unique(self.groups)) > 1:
            return {name: bootstrap(each, self.groups, seed=seed) for name, each in every.items()}
        units = np.arange(len(self.groups))
        return {name: Interval(float(each(units)), math.nan, math.nan) for name, each in every.items()}


class Objective(Protocol):
    """What a kind of head learns from rows, and how its outputs are read."""

    @property
    def network(self) -> Network:
        """Whose head it is."""

    def check(self, rows: Sequence[Any]) -> None:
        """Refuse rows that the network cannot be measured on."""

    def windows(self, rows: Sequence[Any]) -> list[Window]:
        """Return what the network reads of rows, in their order."""

    def targets(self, windows: Sequence[Window], width: int) -> dict[str, Any]:
        """Return what the loss needs of windows that are padded to `width` tokens."""

    def loss_of(self, outputs: Any, targets: Mapping[str, Any]) -> Tensor:
        """Return the loss; `HeadTask.loss_of`."""

    def logits_of(self, outputs: Any, targets: Mapping[str, Any]) -> list[Tensor]:
        """Return the logits that count; `HeadTask.logits_of`."""

    def raw(self, outputs: Any) -> Tensor:
        """Return the model's outputs as one tensor, (n, n_classes) or (n, n_tokens, n_classes)."""

    def row_logits(
        self, rows: Sequence[Any], windows: Sequence[Window], raws: Sequence[NDArray[np.float32]]
    ) -> list[NDArray[np.float32]]:
        """Return the outputs of each row, put together from its windows."""

    def decide(
        self, rows: Sequence[Any], windows: Sequence[Window], raws: Sequence[NDArray[np.float32]]
    ) -> list[Any]:
        """Return what is decided for each row."""

    def tuned(self, rows: Sequence[Any], decisions: Sequence[Any]) -> Self:
        """Return the objective with what is chosen on dev rows, if anything is."""

    def figures(self, rows: Sequence[Any], decisions: Sequence[Any]) -> Figures:
        """Return how good decisions are."""

    def record(self, row: Any, decision: Any) -> dict[str, Any]:
        """Return a decision as plain values, for a file of predictions."""
