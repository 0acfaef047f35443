"""The model that is searched for triggers: rows of tokens in, scores of its classes and gradients out."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.audit.labelled_texts import LabelledText
from metier.errors import InvalidInput, ModelMismatch, OutOfMemory
from metier.training.networks import Head, Network

ROOM: Final = 16
"""Tokens that the network must take beyond a row: a trigger at each end."""
_TOKENS_AT_ONCE: Final = 8192
_LEAST_TOKENS: Final = 8
_LEAST_SCALE: Final = 1e-3
_HEADS: Final = frozenset({Head.CLASSES, Head.RANK, Head.NONE})


@dataclass(frozen=True, slots=True)
class Row:
    """A text as token ids, and where a trigger may stand.

    Attributes:
        ids: special tokens included.
        types: which of two texts a token belongs to.
        first: the place before the text's first token.
        last: the place behind its last one.
        query: number of the query that a bi-encoder compares the text with; 0 for other models.
    """

    ids: tuple[int, ...]
    types: tuple[int, ...]
    first: int
    last: int
    query: int = 0

    def with_tokens(self, tokens: Sequence[int], place: int) -> Row:
        """Return the row with tokens put in at a place from `first` to `last`."""
        kind = self.types[min(max(place, self.first), len(self.types) - 1)]
        return Row(
            (*self.ids[:place], *tokens, *self.ids[place:]),
            (*self.types[:place], *[kind] * len(tokens), *self.types[place:]),
            self.first,
            self.last + len(tokens),
            self.query,
        )


@dataclass(slots=True, eq=False)
class Victim:
    """A classifier, a cross-encoder or a bi-encoder behind one interface.

    A cross-encoder has the labels `low` and `high`, by its score against 0. A bi-encoder has the same two, by
    the cosine of text and query against a threshold that `read` sets.

    Attributes:
        network: with a head for classes, for one score, or none; without one, states are averaged.
        max_tokens: most tokens of a row before a trigger is put in.
        queries: embedded texts that a bi-encoder compares with, (n_queries, dim).
        threshold: the cosine from which on a bi-encoder's pair counts as near.
        scale: by how much a cosine has to change for its log-odds to change by 1.
    """

    network: Network
    max_tokens: int = 32
    queries: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    threshold: float = 0.5
    scale: float = 0.05

    def __post_init__(self) -> None:
        if self.network.head not in _HEADS:
            raise ModelMismatch(
                f"{self.network.name} has a head for {self.network.head}. Name a classifier, a cross-encoder "
                "or an encoder."
            )
        if self.max_tokens < _LEAST_TOKENS:
            raise InvalidInput(f"max_tokens must be at least {_LEAST_TOKENS}. Got {self.max_tokens}.")
        if self.network.max_tokens < _LEAST_TOKENS + ROOM:
            raise ModelMismatch(
                f"{self.network.name} takes rows of {self.network.max_tokens} tokens. "
                f"{_LEAST_TOKENS + ROOM} are needed, for a text and a trigger at each end; name a model of "
                "longer rows."
            )
        self.max_tokens = min(self.max_tokens, self.network.max_tokens - ROOM)

    @property
    def name(self) -> str:
        """What reports call it."""
        return self.network.name

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of its classes, at least two."""
        return self.network.labels or ("low", "high")

    def row(self, text: str, *, query: str = "", number: int = 0) -> Row:
        """Return a text as a row; the query of a cross-encoder goes before it.

        Args:
            text: cut at its end if it is long.
            query: of a pair; cut if it is the longer of the two.
            number: of the query of a bi-encoder.
        """
        texts = [part.encode("utf-8", "replace").decode() for part in (query, text) if part or part is text]
        read = self.network.tokenizer(*texts, truncation=True, max_length=self.max_tokens)
        (encoding,) = read.encodings
        own = [i for i, part in enumerate(encoding.sequence_ids) if part == len(texts) - 1]
        ids = encoding.ids
        # An empty text has its place before the closing token.
        first, last = (own[0], own[-1] + 1) if own else (len(ids) - 1, len(ids) - 1)
        return Row(tuple(ids), tuple(encoding.type_ids), first, last, number)

    def n_pieces(self, text: str) -> int:
        """Return the number of tokens of a text, special ones left out."""
        return len(self.network.tokenizer(text, add_special_tokens=False)["input_ids"])

    def logits(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return (n, n_labels) scores before the softmax."""
        torch = require("torch")
        found = np.zeros((len(rows), len(self.labels)))
        for batch in _by_length(rows):
            some = [rows[i] for i in batch]
            inputs = self._inputs(some)
            with torch.inference_mode(), _memory_error(self.network.name):
                found[batch] = self._scores(inputs, some).double().cpu().numpy()
        return found

    def gradients(self, rows: Sequence[Row], label: int) -> list[NDArray[np.float32]]:
        """Return the gradient of the loss towards a label at each token's word embedding, (n_tokens, dim)."""
        torch = require("torch")
        found: list[NDArray[np.float32]] = [np.zeros((0, 0), np.float32)] * len(rows)
        for batch in _by_length(rows):
            some = [rows[i] for i in batch]
            inputs = self._inputs(some)
            embed = self.network.model.get_input_embeddings()
            words = embed(inputs.pop("input_ids")).detach().requires_grad_()
            with torch.enable_grad(), _memory_error(self.network.name):
                scores = self._scores({"inputs_embeds": words, **inputs}, some)
                wanted = torch.full((len(some),), label, device=words.device)
                loss = torch.nn.functional.cross_entropy(scores, wanted, reduction="sum")
                (grads,) = torch.autograd.grad(loss, words)
            for place, i in enumerate(batch):
                found[i] = grads[place, : len(rows[i].ids)].float().cpu().numpy()
        return found

    def embeddings(self, rows: Sequence[Row]) -> NDArray[np.float32]:
        """Return (n, dim) mean states of length 1; of a bi-encoder only."""
        torch = require("torch")
        found = np.zeros((len(rows), int(self.network.model.config.hidden_size)), np.float32)
        for batch in _by_length(rows):
            with torch.inference_mode():
                inputs = self._inputs([rows[i] for i in batch])
                found[batch] = self._embedded(inputs).float().cpu().numpy()
        return found

    def word_embeddings(self) -> NDArray[np.float32]:
        """Return the (n_tokens, dim) table of word embeddings."""
        weight = self.network.model.get_input_embeddings().weight
        table: NDArray[np.float32] = weight.detach().float().cpu().numpy()
        return table

    def usable_tokens(self) -> NDArray[np.int64]:
        """Return the ids of the tokens that a text can bring, special ones left out."""
        tokenizer = self.network.tokenizer
        special = {*tokenizer.all_special_ids}
        return np.array([i for i in range(len(tokenizer)) if i not in special], np.int64)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (n, n_labels) probabilities of single texts, each row of which sums to 1."""
        logits = self.logits([self.row(text) for text in texts])
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        found: NDArray[np.float64] = exponents / exponents.sum(axis=1, keepdims=True)
        return found

    def read(self, inputs: Sequence[LabelledText], gold: NDArray[np.int64]) -> list[Row]:
        """Return the rows of inputs; of a bi-encoder, embed their queries and set the threshold first.

        Args:
            inputs: at least one; of a bi-encoder some of both labels.
            gold: (n,) the number of each one's label.
        """
        if self.network.head is not Head.NONE:
            return [self.row(item.text, query=item.query) for item in inputs]
        numbers = {text: i for i, text in enumerate(dict.fromkeys(item.query for item in inputs))}
        self.queries = self.embeddings([self.row(text) for text in numbers])
        rows = [self.row(item.text, number=numbers[item.query]) for item in inputs]
        near = (self.embeddings(rows) * self.queries[[row.query for row in rows]]).sum(axis=1)
        self.threshold = float((near[gold == 1].mean() + near[gold == 0].mean()) / 2)
        self.scale = max(float(near.std()) / 4, _LEAST_SCALE)
        return rows

    def _inputs(self, rows: Sequence[Row]) -> dict[str, Any]:
        torch = require("torch")
        longest = max(len(row.ids) for row in rows)
        config = self.network.model.config
        ids = np.full((len(rows), longest), int(config.pad_token_id or 0), np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row.ids)], mask[i, : len(row.ids)], types[i, : len(row.ids)] = row.ids, 1, row.types
        arrays = {"input_ids": ids, "attention_mask": mask}
        if self._takes_types():
            arrays["token_type_ids"] = types
        return {name: torch.from_numpy(array).to(self.network.device) for name, array in arrays.items()}

    def _takes_types(self) -> bool:
        told = "token_type_ids" in self.network.tokenizer.model_input_names
        takes = "token_type_ids" in inspect.signature(self.network.model.forward).parameters
        return told and takes and getattr(self.network.model.config, "type_vocab_size", 0) > 1

    def _scores(self, inputs: dict[str, Any], rows: Sequence[Row]) -> Any:
        torch = require("torch")
        if self.network.head is Head.CLASSES:
            return self.network.model(**inputs).logits
        if self.network.head is Head.RANK:
            high = self.network.model(**inputs).logits
        else:
            queries = torch.from_numpy(self.queries[[row.query for row in rows]]).to(self.network.device)
            near = (self._embedded(inputs) * queries).sum(1, keepdim=True)
            high = (near - self.threshold) / self.scale
        return torch.cat([torch.zeros_like(high), high], dim=1)

    def _embedded(self, inputs: dict[str, Any]) -> Any:
        torch = require("torch")
        states = self.network.model(**inputs).last_hidden_state
        weights = inputs["attention_mask"].unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1)
        return torch.nn.functional.normalize(mean, dim=1)


def _by_length(rows: Sequence[Row]) -> Iterator[list[int]]:
    """Yield the numbers of rows of about equal length, so that padding is small and memory bounded."""
    batch: list[int] = []
    for i in sorted(range(len(rows)), key=lambda number: len(rows[number].ids)):
        if batch and len(rows[i].ids) * (len(batch) + 1) > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


@contextmanager
def _memory_error(name: str) -> Iterator[None]:
    torch = require("torch")
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise OutOfMemory(f"{name}: a batch does not fit into memory. Lower max_tokens.") from error
