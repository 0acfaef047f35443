"""The task of grading by nearness: an answer comes to lie as near its reference as its score says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput
from metier.interview.short_answers.evaluate import pearson
from metier.interview.short_answers.rows import ScoreRow
from metier.training.bi_encoder import BiEncoder
from metier.training.fingerprint import fingerprint
from metier.training.losses import cosine_regression
from metier.training.schedule import derived_seed

if TYPE_CHECKING:
    from torch import Tensor

MOST: Final = 5.0


class AnswerTask:
    """Implements `TrainingTask` with graded answers; of several references the nearest counts.

    Args:
        network: what learns.
        train: graded answers, at least one, none of them blank.
        tune: the same, at least two, to measure on.
        batch_size: answers in a step, at least 1.

    Raises:
        InvalidInput: too few rows, or one without a score.
    """

    name: Final = "answers"
    weight: Final = 1.0

    def __init__(
        self, network: BiEncoder, train: Sequence[ScoreRow], tune: Sequence[ScoreRow], *, batch_size: int = 32
    ) -> None:
        if not train or len(tune) < 2 or any(row.score is None for row in (*train, *tune)):
            raise InvalidInput(
                f"Grading learns from graded answers, at least one, and is measured on two or more. Got "
                f"{len(train)} and {len(tune)}, or some without a score."
            )
        self.network, self.train, self.tune = network, list(train), list(tune)
        self._batch_size = batch_size
        rows = [[row.answer, list(row.references), row.score] for row in (*train, *tune)]
        self.data_sha256 = fingerprint([len(train), rows])

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the numbers of the answers of each batch, in another order each epoch."""
        order = np.random.default_rng(derived_seed("answers", seed, epoch)).permutation(len(self.train))
        size = self._batch_size
        return [order[first : first + size].tolist() for first in range(0, len(order), size)]

    def loss(self, batch: Any) -> Tensor:
        """Return the mean squared difference of cosines from scores over 5, a scalar with its gradient."""
        torch = require("torch")
        rows = [self.train[i] for i in batch]
        answers = self.network.vectors([row.answer for row in rows], TextKind.QUERY)
        texts = [text for row in rows for text in row.references]
        references = self.network.vectors(texts, TextKind.PASSAGE)
        cosines = answers @ references.T
        chosen, first = [], 0
        for i, row in enumerate(rows):
            own = cosines[i, first : first + len(row.references)]
            chosen.append(first + int(own.argmax()))
            first += len(row.references)
        scores = torch.tensor([(row.score or 0.0) / MOST for row in rows], device=answers.device)
        return cosine_regression(answers, references[chosen], scores)

    def evaluate(self) -> Mapping[str, float]:
        """Return the correlation of cosine and score on the tune part; 0 where one of them is constant."""
        found = pearson(self._cosines(), np.array([row.score for row in self.tune], np.float64))
        return {"score": 0.0 if math.isnan(found) else found}

    def _cosines(self) -> NDArray[np.float64]:
        answers = self.network.encode([row.answer for row in self.tune], TextKind.QUERY)
        texts = list(dict.fromkeys(text for row in self.tune for text in row.references))
        known = dict(zip(texts, self.network.encode(texts, TextKind.PASSAGE), strict=True))
        best = [
            max(float(vector @ known[text]) for text in row.references)
            for vector, row in zip(answers, self.tune, strict=True)
        ]
        return np.array(best, np.float64)
