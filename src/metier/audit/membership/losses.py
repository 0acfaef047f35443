"""What models pay for texts: the losses that attacks on membership start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier.audit.classifier import TextClassifier
from metier.audit.labelled_texts import LabelledText, class_numbers
from metier.errors import InvalidInput, ModelMismatch

LEAST_PROBABILITY: Final = 1e-12


class Attack(StrEnum):
    """How membership is told."""

    LOSS = "loss"
    MASKS = "mask-prediction"
    RATIO = "likelihood-ratio"


class LossModel(Protocol):
    """Anything that a text costs a loss; members of its training data should cost less."""

    @property
    def name(self) -> str:
        """What reports call it."""

    @property
    def attack(self) -> Attack:
        """What an attack by the loss alone is called."""

    @property
    def of_one_label(self) -> bool:
        """Whether a loss is the negative logarithm of the probability of one label, in nats."""

    def losses(self, rows: Sequence[LabelledText]) -> NDArray[np.float64]:
        """Return (n,) finite losses; a row's own is not moved by the others."""


@dataclass(frozen=True, slots=True)
class ClassifierLoss:
    """Implements `LossModel` with the cross-entropy of a classifier.

    Attributes:
        classifier: any.
    """

    classifier: TextClassifier

    @property
    def name(self) -> str:
        """What reports call it."""
        return self.classifier.name

    @property
    def attack(self) -> Attack:
        """The attack by the loss."""
        return Attack.LOSS

    @property
    def of_one_label(self) -> bool:
        """Cross-entropy is of one label."""
        return True

    def losses(self, rows: Sequence[LabelledText]) -> NDArray[np.float64]:
        """Return (n,) negative log-probabilities of the rows' labels, in nats.

        Raises:
            InvalidInput: a row has no label of the classifier.
            ModelMismatch: it returns no probabilities.
        """
        gold = class_numbers([row.label for row in rows], self.classifier.labels)
        found = np.asarray(self.classifier.probabilities([row.text for row in rows]), np.float64)
        if found.shape != (len(rows), len(self.classifier.labels)) or not np.isfinite(found).all():
            raise ModelMismatch(
                f"{self.name} must give each text probabilities of its {len(self.classifier.labels)} labels. "
                f"It gave an array of shape {found.shape} for {len(rows)} texts, or other numbers."
            )
        losses: NDArray[np.float64] = -np.log(
            np.maximum(found[np.arange(len(rows)), gold], LEAST_PROBABILITY)
        )
        return losses


@dataclass(frozen=True, slots=True)
class KnownLosses:
    """Implements `LossModel` with losses that were computed elsewhere.

    Attributes:
        name: what reports call the model.
        known: finite loss of each row that may be asked for.
        attack: what an attack by the loss alone is called.
        of_one_label: a loss is the negative log-probability of one label, in nats.
    """

    name: str
    known: Mapping[LabelledText, float]
    attack: Attack = Attack.LOSS
    of_one_label: bool = False

    def losses(self, rows: Sequence[LabelledText]) -> NDArray[np.float64]:
        """Return (n,) the losses of rows.

        Raises:
            InvalidInput: the loss of a row is not known.
        """
        for i, row in enumerate(rows):
            if row not in self.known:
                raise InvalidInput(f"{self.name}: the loss of row {i + 1} is not known. Give it too.")
        return np.array([self.known[row] for row in rows], np.float64)
