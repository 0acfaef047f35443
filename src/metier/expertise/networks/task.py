"""Training of a network that tells levels, as a task of the trainer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput
from metier.expertise.metrics import roc_auc
from metier.expertise.model import N_LEVELS
from metier.expertise.networks.loss import balanced_weights, range_focal_loss
from metier.expertise.networks.text_levels import TextNetwork
from metier.training.backbone import batches_by_length
from metier.training.fingerprint import fingerprint
from metier.training.length_batches import length_batches
from metier.training.task import SCORE

if TYPE_CHECKING:
    from torch import Tensor

_POOL: Final = 32
"""Batches sorted by length together; still, rows meet other company in each epoch."""


class TuneScore(StrEnum):
    """By which figure of the tune part the best weights are told."""

    AUC = "auc"
    NLL = "nll"


@dataclass(frozen=True, slots=True, eq=False)
class TokenRows:
    """Documents as a network takes them, and the levels that each may have.

    Attributes:
        rows: n rows of token ids.
        allowed: (n, 5) bool, at least one in a row.
    """

    rows: Sequence[tuple[int, ...]]
    allowed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LevelTaskOptions:
    """Losses and batches.

    Attributes:
        batch_size: rows in a step, at least 1.
        gamma: of the focal loss, 0 or more; 0 is plain cross-entropy.
        balanced: levels that come seldom count as much as others.
        score: `auc`, the mean area under the ROC curve of the levels, each against the rest; or `nll`, minus
            the mean negative log-likelihood.

    Raises:
        InvalidInput: a value out of its range.
    """

    batch_size: int = 16
    gamma: float = 2.0
    balanced: bool = True
    score: TuneScore = TuneScore.AUC

    def __post_init__(self) -> None:
        if self.batch_size < 1 or not self.gamma >= 0:
            raise InvalidInput(
                f"batch_size must be at least 1, gamma 0 or more. Got {self.batch_size} and {self.gamma}."
            )
        if self.score not in set(TuneScore):
            raise InvalidInput(f"score must be one of {', '.join(TuneScore)}. Got {self.score!r}.")


class LevelTask:
    """Implements `TrainingTask` for a network that tells levels.

    Args:
        network: its `module` is what the trainer gets.
        train: at least one row.
        tune: what it is measured on; without rows it must not be evaluated.
        options: losses and batches.

    Raises:
        InvalidInput: nothing to train on, or tune rows by which no ROC curve can be drawn though they are to.
    """

    name = "levels"
    weight = 1.0

    def __init__(
        self, network: TextNetwork, train: TokenRows, tune: TokenRows, options: LevelTaskOptions
    ) -> None:
        if not train.rows:
            raise InvalidInput("A model of levels needs rows to train on. Got none.")
        no_curve = math.isnan(macro_auc(tune.allowed, np.zeros(tune.allowed.shape)))
        if tune.rows and options.score is TuneScore.AUC and no_curve:
            raise InvalidInput(
                f"The {len(tune.rows)} rows to tune on tell no level from the others, so they draw no ROC "
                "curve. Give more of them, or choose the score nll."
            )
        self._network, self._train, self._tune, self._options = network, train, tune, options
        self._weights = balanced_weights(train.allowed) if options.balanced else None

    @property
    def prior_shift(self) -> NDArray[np.float32]:
        """Return what undoes in the logits that seldom levels were learned from as much as others, (5,).

        Source: Elkan 2001, "The foundations of cost-sensitive learning", theorem 2.
        """
        if self._weights is None:
            return np.zeros(N_LEVELS, np.float32)
        return -np.log(self._weights)

    @cached_property
    def data_sha256(self) -> str:
        """Return a hash of the rows, so that a run is resumed on the same ones."""
        return fingerprint([[part.rows, part.allowed] for part in (self._train, self._tune)])

    def batches(self, *, seed: int, epoch: int) -> Sequence[tuple[int, ...]]:
        """Return the batches of an epoch as numbers of rows; same arguments, same batches."""
        lengths = [len(row) for row in self._train.rows]
        size = self._options.batch_size
        return [tuple(batch) for batch in length_batches(lengths, size, seed=[seed, epoch], pool=_POOL)]

    def loss(self, batch: Sequence[int]) -> Tensor:
        """Return the loss of a batch of numbers of rows, a scalar."""
        torch = require("torch")
        logits = self._network.forward([self._train.rows[i] for i in batch])
        allowed = torch.from_numpy(self._train.allowed[list(batch)]).to(logits.device)
        weights = None if self._weights is None else torch.from_numpy(self._weights).to(logits.device)
        return range_focal_loss(logits, allowed, class_weights=weights, gamma=self._options.gamma)

    def evaluate(self) -> Mapping[str, float]:
        """Return `score` on the tune part, with likelihood, ROC area and the share of right levels."""
        log_p = self._log_probabilities()
        allowed = self._tune.allowed
        nll = float(-np.log(np.maximum((np.exp(log_p) * allowed).sum(axis=1), 1e-12)).mean())
        right = allowed[np.arange(len(allowed)), log_p.argmax(axis=1)]
        auc = macro_auc(allowed, log_p)
        score = auc if self._options.score is TuneScore.AUC else -nll
        return {SCORE: score, "auc": auc, "nll": nll, "accuracy": float(right.mean())}

    def _log_probabilities(self) -> NDArray[np.float64]:
        rows = self._tune.rows
        found = np.zeros((len(rows), N_LEVELS))
        shift = require("torch").from_numpy(self.prior_shift)
        for batch in batches_by_length([len(row) for row in rows]):
            for part in np.array_split(batch, -(-len(batch) // self._options.batch_size)):
                logits = self._network.forward([rows[i] for i in part]).detach().double().cpu()
                found[part] = (logits + shift).log_softmax(dim=1).numpy()
        return found


def macro_auc(allowed: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Return the mean area under the ROC curves of the levels, each against the rest.

    A row that allows several levels says nothing of these, and is one of the rest for the others.

    Args:
        allowed: (n, 5), at least one in a row.
        scores: (n, 5), of each level; only their order within a column counts.

    Returns:
        From 0 to 1; nan where no level has rows on both sides.
    """
    exact = allowed.sum(axis=1) == 1
    areas = []
    for k in range(allowed.shape[1]):
        known = exact | ~allowed[:, k]
        areas.append(roc_auc(allowed[known, k], scores[known, k]))
    drawn = [area for area in areas if not math.isnan(area)]
    return float(np.mean(drawn)) if drawn else math.nan
