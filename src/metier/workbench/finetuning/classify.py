"""Classes of texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import ModelMismatch
from metier.training.intervals import Statistic
from metier.training.losses import focal_loss
from metier.training.metrics import class_scores, confusion
from metier.training.networks import Network
from metier.workbench.finetuning.rows import ClassRow
from metier.workbench.finetuning.task import Figures
from metier.workbench.finetuning.windows import Window, cut_rows

if TYPE_CHECKING:
    from torch import Tensor

MACRO_F1: Final = "macro_f1"
MOST_LISTED: Final = 20
_NAMED: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class ClassObjective:
    """Implements `Objective` for classes of texts.

    Attributes:
        network: with a head for classes.
        weights: of each class in the loss; None for 1 each.
        gamma: of the focal loss.
    """

    network: Network
    weights: tuple[float, ...] | None = None
    gamma: float = 0.0

    def check(self, rows: Sequence[ClassRow]) -> None:
        """Refuse labels that the network does not know.

        Raises:
            ModelMismatch: there is one.
        """
        check_labels(self.network, {row.label for row in rows})

    def windows(self, rows: Sequence[ClassRow]) -> list[Window]:
        """Return one row of tokens for each text, cut at the network's most tokens."""
        ids = label_ids(self.network)
        encodings = cut_rows(self.network, [row.text for row in rows])
        return [Window.of(i, encodings[i], ids[row.label]) for i, row in enumerate(rows)]

    def targets(self, windows: Sequence[Window], width: int) -> dict[str, Any]:
        """Return `labels`, (n,) int64."""
        del width
        return {"labels": require("torch").tensor([window.target for window in windows])}

    def loss_of(self, outputs: Any, targets: Mapping[str, Any]) -> Tensor:
        """Return the cross-entropy or focal loss."""
        return class_loss(outputs.logits, targets["labels"], weights=self.weights, gamma=self.gamma)

    def logits_of(self, outputs: Any, targets: Mapping[str, Any]) -> list[Tensor]:
        """Return the logits, (n, n_classes)."""
        del targets
        return [outputs.logits]

    def raw(self, outputs: Any) -> Tensor:
        """Return the logits, (n, n_classes)."""
        logits: Tensor = outputs.logits
        return logits

    def row_logits(
        self, rows: Sequence[ClassRow], windows: Sequence[Window], raws: Sequence[NDArray[np.float32]]
    ) -> list[NDArray[np.float32]]:
        """Return the logits of each text, (n_classes,)."""
        del rows, windows
        return list(raws)

    def decide(
        self, rows: Sequence[ClassRow], windows: Sequence[Window], raws: Sequence[NDArray[np.float32]]
    ) -> list[NDArray[np.float32]]:
        """Return the softmax of each text's logits, (n_classes,)."""
        del rows, windows
        return [softmax(raw) for raw in raws]

    def tuned(self, rows: Sequence[ClassRow], decisions: Sequence[Any]) -> ClassObjective:
        """Return itself: there is nothing to choose."""
        del rows, decisions
        return self

    def figures(self, rows: Sequence[ClassRow], decisions: Sequence[NDArray[np.float32]]) -> Figures:
        """Return macro-F1 and accuracy, and the F1 of each class where there are at most 20."""
        ids, labels = label_ids(self.network), self.network.labels
        gold = np.array([ids[row.label] for row in rows], np.int64)
        decided = np.array([int(shares.argmax()) for shares in decisions], np.int64)

        def table(units: NDArray[np.int64]) -> NDArray[np.int64]:
            return confusion(gold[units], decided[units], n_classes=len(labels))

        statistics: dict[str, Statistic] = {
            MACRO_F1: lambda units: class_scores(table(units)).macro_f1,
            "accuracy": lambda units: float((gold[units] == decided[units]).mean()),
        }
        details: dict[str, Statistic] = {}
        if 2 < len(labels) <= MOST_LISTED:
            details = {f"f1:{label}": _f1_of(table, i) for i, label in enumerate(labels)}
        return Figures(statistics, np.arange(len(rows)), MACRO_F1, {"rows": len(rows)}, details)

    def record(self, row: ClassRow, decision: NDArray[np.float32]) -> dict[str, Any]:
        """Return the label that is decided, and its softmax, which is no calibrated probability."""
        del row
        best = int(decision.argmax())
        return {"predicted": self.network.labels[best], "score": round(float(decision[best]), 6)}


def _f1_of(table: Callable[[NDArray[np.int64]], NDArray[np.int64]], place: int) -> Statistic:
    return lambda units: float(class_scores(table(units)).f1[place])


def class_loss(logits: Tensor, targets: Tensor, *, weights: tuple[float, ...] | None, gamma: float) -> Tensor:
    """Return the focal loss of logits, (n, n_classes), with weights by class; gamma 0 is cross-entropy."""
    torch = require("torch")
    tensor = None if weights is None else torch.tensor(weights, device=logits.device)
    return focal_loss(logits, targets, class_weights=tensor, gamma=gamma)


def label_ids(network: Network) -> dict[str, int]:
    """Return the number of each label of a network."""
    return {label: i for i, label in enumerate(network.labels)}


def check_labels(network: Network, labels: set[str]) -> None:
    """Refuse labels that a network does not know.

    Raises:
        ModelMismatch: there is one; the message names them and those of the network.
    """
    unknown = labels - set(network.labels)
    if unknown:
        raise ModelMismatch(
            f"{network.name} knows the labels {_named(network.labels)}. The data hold others: "
            f"{_named(sorted(unknown))}. Take data with its labels, or train it on these with --new-head."
        )


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return shares that add up to 1 along the last axis, float32."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float32] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def _named(labels: Sequence[str]) -> str:
    shown = ", ".join(label if len(label) <= 60 else f"{label[:59]}…" for label in labels[:_NAMED])
    return f"{shown} and {len(labels) - _NAMED:,} more" if len(labels) > _NAMED else shown
