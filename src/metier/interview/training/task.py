"""The task of choosing: an input's vector comes to lie nearest that of its right candidate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput
from metier.interview.evaluation import ChoiceReport, measure_choices
from metier.interview.training.rows import Choices
from metier.training.bi_encoder import BiEncoder
from metier.training.fingerprint import fingerprint
from metier.training.schedule import derived_seed

if TYPE_CHECKING:
    from torch import Tensor

Encode = Callable[[Sequence[str], TextKind], NDArray[np.float32]]


class Loss(StrEnum):
    """What is made small."""

    CANDIDATES = "candidates"
    REGRESSION = "regression"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class LossOptions:
    """How a batch becomes a loss.

    Attributes:
        loss: candidates tells the right candidate from all others, regression draws cosines to 1 and 0, and
            both adds them up.
        temperature: what cosines are divided by in candidates, above 0.
        margin: by which a right candidate's cosine must win in candidates, from 0 to 2.
        hard_weight: how much more a wrong candidate counts the nearer it is, 0 or more; 0 for all alike.
        regression_weight: of regression in both, above 0.
        batch_size: most inputs of a batch, at least 1.

    Raises:
        InvalidInput: a value out of its range.
    """

    loss: Loss = Loss.CANDIDATES
    temperature: float = 0.05
    margin: float = 0.4
    hard_weight: float = 0.0
    regression_weight: float = 1.0
    batch_size: int = 16

    def __post_init__(self) -> None:
        for name in ("temperature", "regression_weight"):
            if not 0 < getattr(self, name) < float("inf"):
                raise InvalidInput(f"{name} must be above 0 and finite. Got {getattr(self, name)}.")
        if not 0 <= self.margin <= 2:
            raise InvalidInput(f"margin must be from 0 to 2. Got {self.margin}.")
        if not 0 <= self.hard_weight < float("inf"):
            raise InvalidInput(f"hard_weight must be 0 or more and finite. Got {self.hard_weight}.")
        if self.batch_size < 1:
            raise InvalidInput(f"batch_size must be at least 1. Got {self.batch_size}.")


class ChoiceTask:
    """Implements `TrainingTask` with choices.

    Args:
        network: what learns.
        train: to train on.
        tune: to measure on, or None; `evaluate` needs it.
        texts: what stands for each candidate, in their order.
        options: how a batch becomes a loss.
    """

    name: Final = "choices"
    weight: Final = 1.0

    def __init__(
        self,
        network: BiEncoder,
        train: Choices,
        tune: Choices | None,
        *,
        texts: Sequence[str],
        options: LossOptions,
    ) -> None:
        self.network, self.train, self.tune = network, train, tune
        self.texts, self.options = list(texts), options
        parts = [[part.inputs, part.right] for part in (train, tune) if part is not None]
        self.data_sha256 = fingerprint([parts, self.texts])

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the numbers of the inputs of each batch, in another order each epoch."""
        order = np.random.default_rng(derived_seed("choices", seed, epoch)).permutation(
            len(self.train.inputs)
        )
        size = self.options.batch_size
        return [order[first : first + size].tolist() for first in range(0, len(order), size)]

    def loss(self, batch: Any) -> Tensor:
        """Return the loss of a batch against all candidates, a scalar with its gradient."""
        torch = require("torch")
        inputs = self.network.vectors([self.train.inputs[i] for i in batch], TextKind.QUERY)
        candidates = self.network.vectors(self.texts, TextKind.PASSAGE)
        right = torch.from_numpy(self.train.right[batch]).to(inputs.device)
        return choice_loss(inputs.float() @ candidates.float().T, right, self.options)

    def evaluate(self) -> Mapping[str, float]:
        """Return accuracy and mean difference on the tune part; the score is the former, then the latter."""
        if self.tune is None:
            raise InvalidInput(
                "There must be a tune part to evaluate on. There is none: set some rows apart."
            )
        found = self.measured(self.tune, self.network.encode)
        # Cosines differ by 2 at most: what the second figure adds is less than one input counts.
        score = found.accuracy + found.mean_diff / (8 * found.total)
        return {"score": score, "accuracy": found.accuracy, "mean_diff": found.mean_diff}

    def measured(self, choices: Choices, encode: Encode) -> ChoiceReport:
        """Return how well some vectors choose.

        Args:
            choices: with the candidates of the task.
            encode: gives unit vectors of texts.
        """
        inputs = encode(choices.inputs, TextKind.QUERY)
        candidates = encode(self.texts, TextKind.PASSAGE)
        return measure_choices(
            inputs @ candidates.T, choices.right, rows=choices.rows, candidates=choices.candidates
        )


def choice_loss(cosines: Tensor, right: Tensor, options: LossOptions) -> Tensor:
    """Return how badly inputs tell their right candidates from all others.

    Args:
        cosines: (n, m), of n inputs and m candidates.
        right: (n, m) bool, at least one true and one false in each row.
        options: what is added up.

    Returns:
        A scalar: in candidates the mean cross-entropy of the right candidates together, in regression the
        mean squared difference of the cosines from 1 and 0.
    Source: the weights of wrong candidates, Robinson et al. 2021 (arXiv:2010.04592), equation 4, with the
        plain mean for their debiased one.
    """
    weights = _hardness(cosines.detach(), right, options.hard_weight)
    parts = []
    if options.loss is not Loss.REGRESSION:
        parts.append(_told_apart(cosines, right, weights, options))
    if options.loss is not Loss.CANDIDATES:
        errors = (cosines - right.float()).square()
        scale = options.regression_weight if options.loss is Loss.BOTH else 1.0
        parts.append(scale * (errors * weights).mean())
    total: Tensor = sum(parts[1:], parts[0])
    return total


def _told_apart(cosines: Any, right: Any, weights: Any, options: LossOptions) -> Any:
    torch = require("torch")
    scores = (cosines - options.margin * right.float()) / options.temperature + weights.log()
    own = scores.masked_fill(~right, -torch.inf).logsumexp(dim=1)
    return (scores.logsumexp(dim=1) - own).mean()


def _hardness(cosines: Any, right: Any, weight: float) -> Any:
    """Return what each candidate counts: 1 if right, and on average 1 if wrong, more where it is nearer."""
    torch = require("torch")
    if not weight:
        return torch.ones_like(cosines)
    shares = (weight * cosines).masked_fill(right, -torch.inf).softmax(dim=1)
    return torch.where(right, 1.0, shares * (~right).sum(dim=1, keepdim=True))
