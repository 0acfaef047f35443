"""The task of search: a query's vector comes to lie near that of what it should find."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput
from metier.search.training.batching import plan_batches
from metier.search.training.mixing import Mix, check_ratio, mix, mixed_negatives
from metier.search.training.pairs import Pair, known_positives, matches, text_key
from metier.training.bi_encoder import BiEncoder
from metier.training.losses import cosine_regression, in_batch_contrastive, triplet_loss
from metier.training.schedule import derived_seed

if TYPE_CHECKING:
    from torch import Tensor

N_DISTRACTORS: Final = 1000
"""Positives of the training part, at most, that stand among those of the tune part."""
_SCORES_AT_ONCE: Final = 1 << 24


class Loss(StrEnum):
    """What is made small."""

    CONTRASTIVE = "contrastive"
    TRIPLET = "triplet"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True)
class LossOptions:
    """How a batch becomes a loss.

    Attributes:
        loss: contrastive and triplet learn from matches, regression from scores.
        margin: by which a positive's cosine must be above a negative's, from 0 to 2; none in regression.
        temperature: of the contrastive loss, above 0.
        batch_size: most rows of a batch, at least 1.
        n_negatives: most negatives of each row in a step, 0 or more; others come in other epochs.
        mix: whose vectors are mixed in, or None.
        mix_ratio: their share.

    Raises:
        InvalidInput: a value out of its range, or mixing in regression.
    """

    loss: Loss = Loss.CONTRASTIVE
    margin: float = 0.3
    temperature: float = 0.05
    batch_size: int = 16
    n_negatives: int = 1
    mix: Mix | None = None
    mix_ratio: float = 0.2

    def __post_init__(self) -> None:
        if not 0 <= self.margin <= 2:
            raise InvalidInput(f"margin must be from 0 to 2. Got {self.margin}.")
        if not 0 < self.temperature < float("inf"):
            raise InvalidInput(f"temperature must be above 0 and finite. Got {self.temperature}.")
        for name, least in (("batch_size", 1), ("n_negatives", 0)):
            if getattr(self, name) < least:
                raise InvalidInput(f"{name} must be at least {least}. Got {getattr(self, name)}.")
        if self.mix is not None:
            check_ratio(self.mix_ratio, self.mix)
            if self.loss is Loss.REGRESSION:
                raise InvalidInput("mix needs the contrastive or the triplet loss. Got regression; drop mix.")


class PairTask:
    """Implements `TrainingTask` with pairs.

    Args:
        network: what learns.
        train: pairs to train on, at least one; pairs that are no matches are negatives to all but the
            regression.
        tune: pairs to measure on.
        options: how a batch becomes a loss.
        n_distractors: positives of the training part, at most, that stand among those of the tune part; 1,000
            without it.

    Raises:
        InvalidInput: a part has no matches, or regression a pair without a score.
    """

    name: Final = "pairs"
    weight: Final = 1.0

    def __init__(
        self,
        network: BiEncoder,
        train: Sequence[Pair],
        tune: Sequence[Pair],
        options: LossOptions,
        *,
        n_distractors: int | None = None,
    ) -> None:
        self.network, self.options = network, options
        by_score = options.loss is Loss.REGRESSION
        if by_score and any(pair.score is None for pair in train):
            raise InvalidInput("The regression loss needs a score in every row. Some have none: fill it in.")
        self.train = list(train) if by_score else matches(train)
        self._known = known_positives([*train, *tune])
        n = N_DISTRACTORS if n_distractors is None else n_distractors
        self._pool = _Pool.of(matches(train), matches(tune), self._known, n)
        if not self.train or not self._pool.queries:
            raise InvalidInput(
                f"{len(train)} pairs to train and {len(tune)} to tune on hold no match on one side. Give "
                "more pairs, or scores of 0.5 and above to those that match."
            )
        self.data_sha256 = _sha256([*train, *tune])

    @property
    def n_queries(self) -> int:
        """Return how many queries are measured on."""
        return len(self._pool.queries)

    @property
    def n_documents(self) -> int:
        """Return among how many texts each of them searches."""
        return len(self._pool.documents)

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return for each batch its rows, each with the numbers of its negatives in this epoch."""
        plan = plan_batches(
            self.train,
            self._known,
            batch_size=self.options.batch_size,
            seed=seed,
            epoch=epoch,
            apart=self.options.loss is not Loss.REGRESSION,
        )
        return [[(row, self._negatives(row, seed, epoch)) for row in batch] for batch in plan]

    def loss(self, batch: Any) -> Tensor:
        """Return the loss of a batch, a scalar with its gradient."""
        torch = require("torch")
        pairs = [self.train[row] for row, _ in batch]
        chosen = [[pair.negatives[i] for i in taken] for pair, (_, taken) in zip(pairs, batch, strict=True)]
        texts = [pair.positive for pair in pairs] + [text for own in chosen for text in own]
        queries = self.network.vectors([pair.query for pair in pairs], TextKind.QUERY)
        documents = self.network.vectors(texts, TextKind.PASSAGE)
        if self.options.loss is Loss.REGRESSION:
            scores = torch.tensor([pair.score for pair in pairs], device=queries.device)
            return cosine_regression(queries, documents, scores)
        right = self._right(pairs, texts, queries.device)
        found: Tensor = self._told_apart(queries, documents, right, [len(own) for own in chosen])
        if self.options.mix is Mix.POSITIVE:
            moved = mix(queries, documents[: len(queries)], ratio=self.options.mix_ratio)
            also: Tensor = self._told_apart(moved, documents, right, [len(own) for own in chosen])
            return (found + also) / 2
        return found

    def evaluate(self) -> Mapping[str, float]:
        """Return the mean reciprocal rank on the tune part as score, and pass@1, found first."""
        return figures(self.ranks(self.network.encode))

    def ranks(self, encode: Callable[[Sequence[str], TextKind], NDArray[np.float32]]) -> NDArray[np.int64]:
        """Return the rank of the first right text for each tune query.

        Each searches all positives of the tune part and at most 1,000 of the training part. A wrong text of
        equal score goes before the right one, so that vectors that are all alike do not look well.

        Args:
            encode: gives unit vectors of texts.

        Returns:
            (n_queries,) int64, from 1.
        """
        queries = encode(self._pool.queries, TextKind.QUERY)
        documents = encode(self._pool.documents, TextKind.PASSAGE)
        found = np.zeros(len(queries), np.int64)
        step = max(1, _SCORES_AT_ONCE // len(documents))
        for first in range(0, len(queries), step):
            for i, scores in enumerate(queries[first : first + step] @ documents.T, start=first):
                wrong = np.ones(len(documents), bool)
                wrong[self._pool.right[i]] = False
                found[i] = 1 + int((scores[wrong] >= scores[~wrong].max()).sum())
        return found

    def _negatives(self, row: int, seed: int, epoch: int) -> tuple[int, ...]:
        """Return which negatives of a row this epoch takes: another stretch of them each time."""
        n, taken = len(self.train[row].negatives), self.options.n_negatives
        if self.options.loss is Loss.REGRESSION or not n or not taken:
            return ()
        first = (derived_seed("negatives", seed, row) + epoch * taken) % n
        return tuple((first + i) % n for i in range(min(taken, n)))

    def _right(self, pairs: Sequence[Pair], texts: Sequence[str], device: Any) -> Any:
        keys = [text_key(text) for text in texts]
        known = [self._known[text_key(pair.query)] for pair in pairs]
        return require("torch").tensor([[key in right for key in keys] for right in known], device=device)

    def _told_apart(self, queries: Any, documents: Any, right: Any, counts: Sequence[int]) -> Any:
        """Return the loss of queries against the documents of a batch.

        Args:
            queries: (n, dim).
            documents: (m, dim), n positives and then the negatives of each row.
            right: (n, m) bool, which documents are right for a query.
            counts: how many negatives each row has.
        """
        torch = require("torch")
        options, n = self.options, len(queries)
        extra, owner = documents[:0], torch.zeros(0, dtype=torch.int64, device=queries.device)
        if options.mix is Mix.NEGATIVE:
            extra, owner = mixed_negatives(queries, documents, right, ratio=options.mix_ratio)
        if options.loss is Loss.TRIPLET:
            anchors, negatives = _triplets(queries, documents, right, counts)
            anchors = torch.cat([anchors, owner])
            wrong = torch.cat([documents[negatives], extra])
            return triplet_loss(queries[anchors], documents[anchors], wrong, margin=options.margin)
        others = torch.arange(n, device=queries.device)[:, None] != owner[None]
        return in_batch_contrastive(
            queries,
            torch.cat([documents, extra]),
            temperature=options.temperature,
            margin=options.margin,
            also_positive=torch.cat([right, others], dim=1),
            symmetric=True,
        )


def figures(ranks: NDArray[np.int64]) -> dict[str, float]:
    """Return mean reciprocal rank and pass@1 of some ranks.

    >>> figures(np.array([1, 2]))
    {'score': 0.75, 'pass@1': 0.5}
    """
    return {"score": float((1 / ranks).mean()), "pass@1": float((ranks == 1).mean())}


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """Queries to measure on, the texts that they search, and which of these are right for each."""

    queries: list[str]
    documents: list[str]
    right: list[list[int]]

    @classmethod
    def of(
        cls, train: Sequence[Pair], tune: Sequence[Pair], known: Mapping[str, Set[str]], n_distractors: int
    ) -> _Pool:
        queries = {text_key(pair.query): pair.query for pair in tune}
        documents = {text_key(pair.positive): pair.positive for pair in tune}
        others = {text_key(pair.positive): pair.positive for pair in train}
        others = {key: text for key, text in sorted(others.items()) if key not in documents}
        drawn = random.Random(0).sample(sorted(others), min(n_distractors, len(others)))
        documents |= {key: others[key] for key in drawn}
        place = {key: i for i, key in enumerate(documents)}
        right = [sorted(place[key] for key in known[query] if key in place) for query in queries]
        return cls(list(queries.values()), list(documents.values()), right)


def _triplets(queries: Any, documents: Any, right: Any, counts: Sequence[int]) -> tuple[Any, Any]:
    """Return numbers of anchors and of their negatives: their own, else the hardest of the batch."""
    torch = require("torch")
    n = len(queries)
    own = torch.eye(n, len(documents), dtype=torch.bool, device=queries.device)
    with torch.no_grad():
        scores = (queries @ documents.T).masked_fill(right | own, -torch.inf)
    anchors, negatives = [], []
    place = n
    for row, count in enumerate(counts):
        taken = [i for i in range(place, place + count) if not right[row, i]]
        place += count
        if not taken and torch.isfinite(scores[row]).any():
            taken = [int(scores[row].argmax())]
        anchors += [row] * len(taken)
        negatives += taken
    as_tensor = [
        torch.tensor(numbers, dtype=torch.int64, device=queries.device) for numbers in (anchors, negatives)
    ]
    return as_tensor[0], as_tensor[1]


def _sha256(pairs: Sequence[Pair]) -> str:
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(json.dumps([pair.query, pair.positive, pair.negatives, pair.score]).encode() + b"\n")
    return digest.hexdigest()
