"""The tasks of BERT and its kin: guess masked words; tell whether a text follows another one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput
from metier.training.fingerprint import fingerprint
from metier.training.networks import Head, Network
from metier.workbench.pretraining.batches import MaskedBatch, Masker, MaskOptions, make_masker
from metier.workbench.pretraining.prediction_heads import next_sentence_logits, read_rows
from metier.workbench.pretraining.row_sources import RowSource
from metier.workbench.pretraining.rows import TextRow, contents

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class RowFigures:
    """How well a network guesses, row by row.

    Attributes:
        n_masked: (n_rows,) int64, tokens to guess.
        nll: (n_rows,) float64, the negative log-likelihood of all of them together, in nats.
        n_right: (n_rows,) int64, how many are guessed right.
        pairs_right: (n_rows,) bool for pairs, None for others.
    """

    n_masked: NDArray[np.int64]
    nll: NDArray[np.float64]
    n_right: NDArray[np.int64]
    pairs_right: NDArray[np.bool_] | None

    def figures(self, numbers: NDArray[np.int64] | None = None) -> dict[str, float]:
        """Return the figures over all rows, or over those of some numbers.

        Returns:
            `score`, the geometric mean of the probabilities of the true words, from 0 to 1; `nll` in nats;
            `perplexity`, 1 / score; `masked_accuracy`; and for pairs `nsp_accuracy`.
        """
        rows = np.arange(len(self.nll)) if numbers is None else numbers
        total = max(1, int(self.n_masked[rows].sum()))
        nll = float(self.nll[rows].sum()) / total
        found = {
            "score": math.exp(-nll),
            "nll": nll,
            "perplexity": float(np.exp(nll)),
            "masked_accuracy": int(self.n_right[rows].sum()) / total,
        }
        if self.pairs_right is not None:
            found["nsp_accuracy"] = float(self.pairs_right[rows].mean())
        return found


@dataclass(slots=True, eq=False, repr=False)
class MaskedTask:
    """Implements `TrainingTask` with masked words, and with pairs of texts if the network's head is for both.

    The masks by which it is measured are the same in every run, with a share of 0.15 and single tokens,
    whatever the options; so runs compare.

    Attributes:
        network: learns; its head is `MASKED_WORDS` or `NEXT_SENTENCE`.
        train: gives the rows to learn from.
        dev: rows to measure on.
        options: how rows are masked.
        name: what logs call the task.
        weight: its share of the steps.

    Raises:
        InvalidInput: no word to guess in the rows to learn from or to measure on, or another head.
        ModelMismatch: its tokenizer has no mask token, or special tokens alone.
    """

    network: Network
    train: RowSource
    dev: Sequence[TextRow]
    options: MaskOptions = field(default_factory=MaskOptions, kw_only=True)
    name: str = field(default="masked-words", kw_only=True)
    weight: float = field(default=1.0, kw_only=True)
    data_sha256: str = field(init=False)
    _masker: Masker = field(init=False)

    def __post_init__(self) -> None:
        if self.network.head not in {Head.MASKED_WORDS, Head.NEXT_SENTENCE}:
            raise InvalidInput(
                f"Task {self.name} needs a network that guesses masked words. The head of "
                f"{self.network.name} is {self.network.head}."
            )
        self._masker = make_masker(self.network, self.options)
        first = self.train.rows(seed=0, epoch=0)
        for rows, purpose in ((first, "to learn from"), (self.dev, "to measure on")):
            self._masker.check(rows, purpose)
        self.data_sha256 = fingerprint([*contents(first), *contents(self.dev)])

    def batches(self, *, seed: int, epoch: int) -> Sequence[MaskedBatch]:
        """Return the batches of an epoch, each masked when it is asked for."""
        rows = self.train.rows(seed=seed, epoch=epoch)
        return self._masker.learned(rows, seed=seed, epoch=epoch)

    def loss(self, batch: Any) -> Tensor:
        """Return the mean cross-entropy of the masked words, plus that of the pairs where there are any."""
        cross_entropy = require("torch").nn.functional.cross_entropy
        words, pooled = read_rows(self.network.model, batch.inputs, batch.places)
        # A batch without words, of special tokens alone, has nothing to learn from; its mean would be nan.
        loss: Tensor = cross_entropy(words.float(), batch.targets, reduction="sum") / max(1, len(words))
        if self.network.head is Head.NEXT_SENTENCE:
            found = next_sentence_logits(self.network.model, pooled)
            loss = loss + cross_entropy(found.float(), batch.labels)
        return loss

    def evaluate(self) -> Mapping[str, float]:
        """Return the figures of `RowFigures.figures` on the rows to measure on."""
        return self.measure().figures()

    def measure(self) -> RowFigures:
        """Return how well each row to measure on is guessed by the network as it stands, without dropout."""
        torch = require("torch")
        model, size = self.network.model, self.options.batch_size
        was_training = model.training
        model.eval()
        parts: list[tuple[NDArray[Any], ...]] = []
        with torch.no_grad():
            for first in range(0, len(self.dev), size):
                numbers = range(first, min(first + size, len(self.dev)))
                batch = on_device(self._masker.measured(self.dev, numbers), self.network.device)
                parts.append(self._measured(batch, len(numbers)))
        model.train(was_training)
        n_masked, nll, right, pairs = (np.concatenate(column) for column in zip(*parts, strict=True))
        paired = self.network.head is Head.NEXT_SENTENCE
        return RowFigures(n_masked, nll, right, pairs if paired else None)

    def _measured(self, batch: MaskedBatch, n_rows: int) -> tuple[NDArray[Any], ...]:
        """Return masked tokens, log-likelihoods, right guesses and right pairs of each row of a batch."""
        torch = require("torch")
        words, pooled = read_rows(self.network.model, batch.inputs, batch.places)
        losses = torch.nn.functional.cross_entropy(words.float(), batch.targets, reduction="none")
        rows = batch.places[:, 0].cpu().numpy()
        right = (words.argmax(dim=1) == batch.targets).cpu().numpy()
        pairs = np.zeros(n_rows, bool)
        if self.network.head is Head.NEXT_SENTENCE:
            found = next_sentence_logits(self.network.model, pooled).argmax(dim=1)
            pairs = (found == batch.labels).cpu().numpy()
        return (
            np.bincount(rows, minlength=n_rows).astype(np.int64),
            np.bincount(rows, weights=losses.double().cpu().numpy(), minlength=n_rows),
            np.bincount(rows[right], minlength=n_rows).astype(np.int64),
            pairs,
        )


def on_device(batch: MaskedBatch, device: Any) -> MaskedBatch:
    """Return a batch with its tensors on a device."""
    return MaskedBatch(
        {name: tensor.to(device) for name, tensor in batch.inputs.items()},
        *(None if tensor is None else tensor.to(device) for tensor in batch[1:]),
    )
