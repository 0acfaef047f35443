"""The regression beneath a short answer's score: likeness of answers to graded ones, by a sum of kernels.

Five kernels say how alike two answers are: whether they are to the same question; how alike their features
are, as a product and as a distance; and, for one question, which of their words and what meaning they share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.interview.short_answers.features import FEATURES, answer_features, content_terms
from metier.interview.short_answers.folds import question_key, text_key
from metier.interview.short_answers.mixture import fit_weights, solve
from metier.interview.short_answers.rows import ScoreRow
from metier.interview.short_answers.texts import Readings, Usual, read_texts

KERNELS: Final = ("question", "features", "nearness", "words", "meaning")
MOST_WEIGHED: Final = 800
"""Rows that the weights of the kernels are found on; the rest is left out there, not in the regression."""


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Answers as the kernels compare them.

    Attributes:
        questions: (n,) uint64, what stands for the question of each.
        features: (n, n_features) float32.
        vectors: (n, dim) float32, centred unit vectors, exact in half precision.
        starts: (n + 1,) int64: answer i has the words from starts[i] to starts[i + 1].
        words: (n_words,) uint64, hashes of stems that the question does not hold, rising in each answer.
        word_weights: (n_words,) float32; squares add up to 1 in each answer.
    """

    questions: NDArray[np.uint64]
    features: NDArray[np.float32]
    vectors: NDArray[np.float32]
    starts: NDArray[np.int64]
    words: NDArray[np.uint64]
    word_weights: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of answers."""
        return len(self.questions)

    def take(self, numbers: Sequence[int] | NDArray[np.int64]) -> Inputs:
        """Return some of the answers, by number."""
        chosen = np.asarray(numbers, np.int64)
        slices = [np.arange(self.starts[i], self.starts[i + 1]) for i in chosen.tolist()]
        places = np.concatenate([*slices, np.zeros(0, np.int64)]).astype(np.int64)
        starts = np.cumsum([0, *map(len, slices)]).astype(np.int64)
        return Inputs(
            self.questions[chosen],
            self.features[chosen],
            self.vectors[chosen],
            starts,
            self.words[places],
            self.word_weights[places],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """A fitted regression.

    Attributes:
        inputs: the answers that it was fitted to, n of them.
        mean: (n_features,) float64 of the features.
        scale: (n_features,) float64, their standard deviations; 1 for a constant one.
        weights: (n_kernels + 1,) float64 of the kernels and of the noise, at least 0.
        offset: (n_targets,) float64, mean targets.
        dual: (n, n_targets) float64.
    """

    inputs: Inputs
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    offset: NDArray[np.float64]
    dual: NDArray[np.float64]

    @classmethod
    def fit(
        cls, inputs: Inputs, targets: NDArray[np.float64], weights: NDArray[np.float64] | None = None
    ) -> Regression:
        """Return the regression of some answers, at least one.

        Args:
            inputs: n answers.
            targets: (n, n_targets).
            weights: of the kernels; found by maximum likelihood where None is given.
        """
        mean = inputs.features.mean(axis=0, dtype=np.float64)
        spread = inputs.features.std(axis=0, dtype=np.float64)
        scale = np.where(spread > 1e-6, spread, 1.0)
        offset = targets.mean(axis=0)
        left = targets - offset
        scaled = (inputs.features - mean) / scale
        kernels = _kernels(inputs, inputs, scaled, scaled)
        if weights is None:
            some = _whole_questions(inputs.questions, MOST_WEIGHED)
            weights = fit_weights([kernel[np.ix_(some, some)] for kernel in kernels], left[some])
        return cls(inputs, mean, scale, weights, offset, solve(kernels, weights, left))

    def predict(self, inputs: Inputs) -> NDArray[np.float64]:
        """Return the expected targets, (n, n_targets); those of an answer depend on that answer alone."""
        known = (self.inputs.features - self.mean) / self.scale
        asked = (inputs.features - self.mean) / self.scale
        found = np.tile(self.offset, (len(inputs), 1))
        # One at a time: a matrix product of another height may round otherwise.
        for i in range(len(inputs)):
            kernels = _kernels(inputs.take([i]), self.inputs, asked[i : i + 1], known)
            for weight, kernel in zip(self.weights, kernels, strict=False):  # the last is the noise's
                found[i] += weight * (kernel[0] @ self.dual)
        return found


def read_inputs(rows: Sequence[ScoreRow], readings: Readings, usual: Usual) -> Inputs:
    """Return answers as the kernels compare them."""
    texts = read_texts(
        [t for row in rows for t in (row.question, *row.references, row.answer)], readings, usual
    )
    bags = [_bag(content_terms(texts[row.answer], texts[row.question])) for row in rows]
    features = [answer_features(row, texts) for row in rows]
    vectors = [texts[row.answer].centered for row in rows]
    dim = readings.encoder.dim
    return Inputs(
        np.array([question_key(row) for row in rows], np.uint64),
        np.array(features, np.float32).reshape(len(rows), len(FEATURES)),
        np.array(vectors, np.float16).astype(np.float32).reshape(len(rows), dim),
        np.cumsum([0, *(len(words) for words, _ in bags)]).astype(np.int64),
        np.concatenate([np.zeros(0, np.uint64), *(words for words, _ in bags)]),
        np.concatenate([np.zeros(0, np.float32), *(weights for _, weights in bags)]),
    )


def _bag(terms: dict[str, float]) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
    weights = {text_key(term): weight for term, weight in terms.items()}
    words = np.array(sorted(weights), np.uint64)
    values = np.array([weights[word] for word in words.tolist()], np.float64)
    return words, (values / max(float(np.linalg.norm(values)), 1e-9)).astype(np.float32)


def _kernels(
    left: Inputs, right: Inputs, left_scaled: NDArray[np.float64], right_scaled: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Return the five kernels, each (n_left, n_right), of answers and their features in standard units."""
    n_features = left_scaled.shape[1]
    same = (left.questions[:, None] == right.questions).astype(np.float64)
    product = left_scaled @ right_scaled.T / n_features
    squares = np.square(left_scaled).sum(axis=1)[:, None] + np.square(right_scaled).sum(axis=1)
    distance = np.maximum(squares / n_features - 2 * product, 0)
    return [same, product, np.exp(-distance), *_within_questions(left, right)]


def _within_questions(left: Inputs, right: Inputs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the cosines of words and of vectors for answers to one question, 0 elsewhere."""
    by_words, by_meaning = np.zeros((len(left), len(right))), np.zeros((len(left), len(right)))
    for question in np.unique(left.questions):
        rows, columns = (np.flatnonzero(side.questions == question) for side in (left, right))
        if not len(columns):
            continue
        own, other = left.take(rows), right.take(columns)
        vocabulary = np.unique(np.concatenate([own.words, other.words]))
        block = np.ix_(rows, columns)
        by_words[block] = _dense(own, vocabulary) @ _dense(other, vocabulary).T
        by_meaning[block] = own.vectors.astype(np.float64) @ other.vectors.astype(np.float64).T
    return by_words, by_meaning


def _dense(inputs: Inputs, vocabulary: NDArray[np.uint64]) -> NDArray[np.float64]:
    table = np.zeros((len(inputs), len(vocabulary)))
    which = np.repeat(np.arange(len(inputs)), np.diff(inputs.starts))
    table[which, np.searchsorted(vocabulary, inputs.words)] = inputs.word_weights
    return table


def _whole_questions(questions: NDArray[np.uint64], most: int) -> NDArray[np.int64]:
    """Return the numbers of at most so many rows, question after question in an order that never changes."""
    if len(questions) <= most:
        return np.arange(len(questions))
    order = np.random.default_rng(0).permutation(np.unique(questions))
    rank = {question: i for i, question in enumerate(order.tolist())}
    place = np.array([rank[question] for question in questions.tolist()])
    return np.sort(np.argsort(place, kind="stable")[:most])
