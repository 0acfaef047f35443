"""What a classifier says of texts, and the states below its head where it shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.audit.classifier import NetworkClassifier, TextClassifier
from metier.audit.confidence.options import Pooling
from metier.errors import ModelMismatch
from metier.training.networks import Head

_TOKENS_AT_ONCE: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a classifier says of n texts.

    Attributes:
        probabilities: (n, n_labels), rows that sum to 1.
        logits: (n, n_labels) before the softmax; None where the model shows none of its own.
        states: (n, dim) last states below the head, one for each text; None where it shows none.
    """

    probabilities: NDArray[np.float64]
    logits: NDArray[np.float64] | None = None
    states: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.probabilities)

    def rows(self, chosen: NDArray[np.int64]) -> Reading:
        """Return what is said of some of the texts.

        Args:
            chosen: (m,) numbers of texts.
        """
        return Reading(
            self.probabilities[chosen],
            None if self.logits is None else self.logits[chosen],
            None if self.states is None else self.states[chosen],
        )


def read_texts(model: TextClassifier, texts: Sequence[str], *, pooling: Pooling = Pooling.FIRST) -> Reading:
    """Return what a classifier says of texts; a text's row is its own, whatever the others are.

    Args:
        model: a `NetworkClassifier` shows logits and states, any other one probabilities alone. A network
            with a single score has no logits of classes.
        texts: in any language; long ones are cut as the model cuts them.
        pooling: what of a network's states stands for a text.

    Raises:
        ModelMismatch: the model returns no probabilities of its labels.
    """
    if isinstance(model, NetworkClassifier):
        return _of_network(model, texts, pooling)
    found = np.asarray(model.probabilities(texts), np.float64)
    _check(model, found, len(texts))
    return Reading(found)


def _of_network(model: NetworkClassifier, texts: Sequence[str], pooling: Pooling) -> Reading:
    rows = [model.ids(text) for text in texts]
    logits = np.zeros((len(rows), len(model.labels)))
    states = np.zeros((len(rows), int(model.network.model.config.hidden_size)))
    batch: list[int] = []
    for i in sorted(range(len(rows)), key=lambda number: len(rows[number])):
        if batch and len(rows[i]) * (len(batch) + 1) > _TOKENS_AT_ONCE:
            logits[batch], states[batch] = _batch(model, [rows[j] for j in batch], pooling)
            batch = []
        batch.append(i)
    if batch:
        logits[batch], states[batch] = _batch(model, [rows[j] for j in batch], pooling)
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponents / exponents.sum(axis=1, keepdims=True)
    _check(model, probabilities, len(texts))
    single = model.network.head is Head.RANK
    return Reading(probabilities, None if single else logits, states)


def _batch(
    model: NetworkClassifier, rows: Sequence[Sequence[int]], pooling: Pooling
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    torch = require("torch")
    network = model.network
    padding = int(network.model.config.pad_token_id or 0)
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[padding] * (longest - len(row))] for row in rows], device=network.device)
    lengths = torch.tensor([len(row) for row in rows], device=network.device)
    mask = (torch.arange(longest, device=network.device) < lengths[:, None]).long()
    with torch.inference_mode():
        out = network.model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        last = out.hidden_states[-1].double()
        weights = mask.double().unsqueeze(2)
        pooled = last[:, 0] if pooling is Pooling.FIRST else (last * weights).sum(1) / weights.sum(1)
        logits = out.logits.double()
        if network.head is Head.RANK:
            logits = torch.cat([torch.zeros_like(logits), logits], dim=1)
    return logits.cpu().numpy(), pooled.cpu().numpy()


def _check(model: TextClassifier, found: NDArray[np.float64], n: int) -> None:
    fits = found.shape == (n, len(model.labels)) and len(model.labels) >= 2
    if not fits or not np.isfinite(found).all() or not np.allclose(found.sum(axis=1), 1, atol=1e-3):
        raise ModelMismatch(
            f"{model.name} must give each text probabilities of its {len(model.labels)} labels that sum to "
            f"1. It gave an array of shape {found.shape} for {n} texts, or other numbers."
        )
