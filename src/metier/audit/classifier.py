"""A text classifier under audit: what it answers, and what its gradients say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput, ModelMismatch
from metier.training.networks import Head, Network, load_network

_TOKENS_AT_ONCE: Final = 4096
_LEAST_TOKENS: Final = 3


class TextClassifier(Protocol):
    """Any classifier of texts, seen from outside."""

    @property
    def name(self) -> str:
        """What reports call it."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of its classes, at least two."""

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (n, n_labels) probabilities, each row of which sums to 1; a text's row is its own."""


@dataclass(slots=True, eq=False)
class NetworkClassifier:
    """Implements `TextClassifier` with a transformers network; make one with `load_classifier`.

    A cross-encoder with one score has two labels, `low` and `high`, by the logistic function of its score.

    Attributes:
        network: with a head for classes or for one score.
        max_tokens: most tokens of a row; longer texts are cut.
    """

    network: Network
    max_tokens: int
    labels: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if self.network.head not in {Head.CLASSES, Head.RANK}:
            raise ModelMismatch(
                f"{self.network.name} has a head for {self.network.head}, not for classes. Name a folder "
                "with a sequence classifier."
            )
        if not _LEAST_TOKENS <= self.max_tokens <= self.network.max_tokens:
            raise InvalidInput(
                f"max_tokens must be from {_LEAST_TOKENS} to {self.network.max_tokens} for this model. Got "
                f"{self.max_tokens}."
            )
        self.labels = self.network.labels or ("low", "high")

    @property
    def name(self) -> str:
        """What reports call it."""
        return self.network.name

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (n, n_labels) probabilities, each row of which sums to 1."""
        logits = self.logits(texts)
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        found: NDArray[np.float64] = exponents / exponents.sum(axis=1, keepdims=True)
        return found

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (n, n_labels) scores before the softmax."""
        rows = [self.ids(text) for text in texts]
        found = np.zeros((len(rows), len(self.labels)))
        for batch in _by_length(rows):
            found[batch] = self.logits_of_ids([rows[i] for i in batch])
        return found

    def ids(self, text: str) -> list[int]:
        """Return the token ids of a text as the network takes it, special tokens included, cut if long."""
        clean = text.encode("utf-8", "replace").decode()
        found = self.network.tokenizer(clean, truncation=True, max_length=self.max_tokens)
        ids: list[int] = found["input_ids"]
        return ids

    def logits_of_ids(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        """Return (n, n_labels) scores of rows of token ids, cut already; padding moves no decision."""
        torch = require("torch")
        ids, mask = self._padded(rows)
        with torch.inference_mode():
            out = self.network.model(input_ids=ids, attention_mask=mask).logits
        found: NDArray[np.float64] = self._two_sided(out).double().cpu().numpy()
        return found

    def gradients(self, rows: Sequence[Sequence[int]], label: int) -> tuple[list[NDArray[np.float32]], float]:
        """Return the gradient of the loss towards a label at each token's word embedding.

        Args:
            rows: of token ids, at least one.
            label: number of the class that is wanted.

        Returns:
            For each row (n_tokens, dim), and the mean cross-entropy of that label, in nats.
        """
        torch = require("torch")
        ids, mask = self._padded(rows)
        words = self.network.model.get_input_embeddings()(ids).detach().requires_grad_()
        out = self._two_sided(self.network.model(inputs_embeds=words, attention_mask=mask).logits)
        wanted = torch.full((len(ids),), label, device=ids.device)
        loss = torch.nn.functional.cross_entropy(out, wanted)
        (found,) = torch.autograd.grad(loss, words)
        arrays = found.float().cpu().numpy()
        return [arrays[i, : len(row)] for i, row in enumerate(rows)], float(loss.detach())

    def word_embeddings(self) -> NDArray[np.float32]:
        """Return the (n_tokens, dim) table of word embeddings."""
        weight = self.network.model.get_input_embeddings().weight
        table: NDArray[np.float32] = weight.detach().cpu().numpy()
        return table

    def _padded(self, rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        torch = require("torch")
        longest = max(map(len, rows))
        ids = np.full((len(rows), longest), int(self.network.model.config.pad_token_id or 0), np.int64)
        mask = np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)], mask[i, : len(row)] = row, 1
        device = self.network.device
        return torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device)

    def _two_sided(self, logits: Any) -> Any:
        """Return logits of two labels where the network gives a single score, and others as they are."""
        if self.network.head is not Head.RANK:
            return logits
        torch = require("torch")
        return torch.cat([torch.zeros_like(logits), logits], dim=1)


def load_classifier(folder: str, *, max_tokens: int | None = None) -> NetworkClassifier:
    """Return the classifier or cross-encoder in a transformers folder; nothing in it is executed.

    Args:
        folder: with safetensors weights.
        max_tokens: most tokens of a row; what the model takes, at most 128, by default.

    Raises:
        NotFound: no such folder.
        ModelFormatError: a file is missing or damaged.
        ModelMismatch: it is no classifier.
        InvalidInput: the model takes no rows of that length.
        MissingExtra: the `train` extra is not installed.
    """
    network = load_network(folder)
    return NetworkClassifier(network, max_tokens or min(network.max_tokens, 128))


def _by_length(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield the numbers of rows of about equal length, so that padding is small and memory bounded."""
    batch: list[int] = []
    for i in sorted(range(len(rows)), key=lambda number: len(rows[number])):
        if batch and len(rows[i]) * (len(batch) + 1) > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
