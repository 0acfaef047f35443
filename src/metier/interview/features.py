"""What a grade is computed from: how an answer stands to each key point of its question, in numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.pooling import unit_rows
from metier.encoders.reading import Encoder, Reading
from metier.interview.bank import Question, QuestionKind
from metier.interview.segments import count_words, find_segments
from metier.store.terms import find_terms
from metier.types import Span

Vectors = NDArray[np.float32]

_NEGATION: Final = re.compile(
    r"\b(?:not|no|never|none|without|cannot|nothing|neither|nor|не|нет|ни|без|никогда|нельзя)\b|n['’]t\b"
    r"|안\s|못\s|않|없|아니|לא\s|אין\s|בלי\s",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d")
_OWN: Final = re.compile(
    r"\b(?:i|we|my|our|me|us|я|мы|мне|нам|мой|моя|наш|наша|нашем|меня|нас)\b|내가|제가|나는|저는|우리|אני|אנחנו",
    re.IGNORECASE,
)
# Answers that the model is fitted to are shorter; more words must not speak for an answer by themselves.
_MOST_WORDS: Final = 80
NAMES: Final = (
    "nearest_reference",
    "second_reference",
    "whole_to_reference",
    "nearest_wrong",
    "nearest_partial",
    "reference_over_wrong",
    "reference_over_partial",
    "reference_over_other_points",
    "tokens_of_reference",
    "tokens_of_wrong",
    "tokens_over_wrong",
    "tokens_of_answer",
    "stems_of_reference",
    "stems_of_wrong",
    "negation_differs",
    "whole_to_question",
    "nearest_off_topic",
    "reference_over_question",
    "words",
    "number",
    "own",
    "experience",
)


@dataclass(frozen=True, slots=True, eq=False)
class _Sentence:
    """A sentence of the bank: unit vector (dim,), unit token states (n_tokens, dim), stems."""

    vector: Vectors
    tokens: Vectors
    stems: frozenset[str]
    negated: bool


@dataclass(frozen=True, slots=True, eq=False)
class _PointReading:
    references: tuple[_Sentence, ...]
    partial: tuple[_Sentence, ...]
    wrong: tuple[_Sentence, ...]


@dataclass(frozen=True, slots=True, eq=False)
class QuestionReading:
    """A question of a bank as an encoder read it; `FeatureReader.question` makes it."""

    question: Question
    asked: _Sentence
    points: tuple[_PointReading, ...]
    off_topic: tuple[_Sentence, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AnswerReading:
    """An answer as an encoder read it; `FeatureReader.answer` makes it.

    Attributes:
        text: the answer.
        segments: its sentences and clauses.
        vectors: (n_segments, dim) float32, unit, of each of them read by itself.
        whole: (dim,) float32, unit, of all of it.
        tokens: (n_tokens, dim) float32, unit states.
        stems: of its words.
    """

    text: str
    segments: tuple[Span, ...]
    vectors: Vectors
    whole: Vectors
    tokens: Vectors
    stems: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class PointFeatures:
    """How an answer stands to the points of its question.

    Attributes:
        values: (n_points, n_features) float32, in the order of `NAMES`.
        supports: the segment nearest a reference of each point; None where there is no segment.
        opposes: the segment nearest a wrong statement, likewise; None where the bank names none.
    """

    values: NDArray[np.float32]
    supports: tuple[Span | None, ...]
    opposes: tuple[Span | None, ...]


class FeatureReader:
    """Reads questions and answers with an encoder, and sets one against the other.

    Args:
        encoder: reads.
        center: (dim,) the usual token state, taken off before states are compared; None for zeros.
        remember: keep every answer and what came of it, for those who grade the same ones with many models.
    """

    def __init__(self, encoder: Encoder, center: Vectors | None = None, *, remember: bool = False) -> None:
        self.encoder = encoder
        self.center = np.zeros(encoder.dim, np.float32) if center is None else center
        self._questions: dict[Question, QuestionReading] = {}
        self._answers: dict[str, AnswerReading] | None = {} if remember else None
        self._features: dict[tuple[str, str, str], PointFeatures] = {}

    def question(self, question: Question) -> QuestionReading:
        """Return a question as read; each is read once."""
        if question not in self._questions:
            self._questions[question] = self._read_question(question)
        return self._questions[question]

    def answer(self, text: str) -> AnswerReading:
        """Return an answer as read."""
        if self._answers is None:
            return self._read_answer(text)
        if text not in self._answers:
            self._answers[text] = self._read_answer(text)
        return self._answers[text]

    def _read_answer(self, text: str) -> AnswerReading:
        segments = find_segments(text)
        whole, *readings = self.encoder.read_all([text, *(text[s.start : s.end] for s in segments)])
        vectors = np.array([reading.vector for reading in readings], np.float32)
        return AnswerReading(
            text,
            tuple(segments),
            vectors.reshape(len(segments), self.encoder.dim),
            whole.vector,
            self._tokens(whole),
            frozenset(find_terms(text)),
        )

    def features(self, question: Question, answer: AnswerReading) -> PointFeatures:
        """Return how an answer stands to each point of a question."""
        if self._answers is None:
            return self._compared(question, answer)
        key = (question.id, question.ask[0], answer.text)
        if key not in self._features:
            self._features[key] = self._compared(question, answer)
        return self._features[key]

    def _compared(self, question: Question, answer: AnswerReading) -> PointFeatures:
        asked = self.question(question)
        nearest = [self._nearest(point, answer) for point in asked.points]
        best = np.array([point[0] for point in nearest], np.float32)
        rows = [self._row(asked, i, answer, best) for i in range(len(asked.points))]
        values = np.array(rows, np.float32).reshape(len(rows), len(NAMES))
        return PointFeatures(values, tuple(p[1] for p in nearest), tuple(p[2] for p in nearest))

    def _nearest(self, point: _PointReading, answer: AnswerReading) -> tuple[float, Span | None, Span | None]:
        if not answer.segments:
            return 0.0, None, None
        right = _cosines(answer.vectors, point.references).max(axis=1)
        wrong = _cosines(answer.vectors, point.wrong)
        opposes = answer.segments[int(wrong.max(axis=1).argmax())] if wrong.size else None
        return float(right.max()), answer.segments[int(right.argmax())], opposes

    def _row(
        self, asked: QuestionReading, i: int, answer: AnswerReading, best: NDArray[np.float32]
    ) -> list[float]:
        point = asked.points[i]
        segments = np.concatenate([answer.vectors, answer.whole[None]])
        right = _cosines(segments, point.references)
        order = np.sort(right.max(axis=0))[::-1]
        nearest, second = float(order[0]), float(order[min(1, len(order) - 1)])
        wrong = _most(_cosines(segments, point.wrong))
        partial = _most(_cosines(segments, point.partial))
        others = np.delete(best, i)
        tokens = [_alignment(answer.tokens, s.tokens) for s in point.references]
        tokens_wrong = [_alignment(answer.tokens, s.tokens)[0] for s in point.wrong]
        most_wrong = max(tokens_wrong, default=0.0)
        recall, precision = max(t[0] for t in tokens), max(t[1] for t in tokens)
        whole = float(_cosines(answer.whole[None], point.references).max())
        to_question = float(answer.whole @ asked.asked.vector)
        support = int(right.max(axis=1)[:-1].argmax()) if len(answer.segments) else -1
        said = answer.text if support < 0 else _words(answer.text, answer.segments[support])
        negated = bool(_NEGATION.search(said)) != point.references[int(right.max(axis=0).argmax())].negated
        known = asked.asked.stems
        return [
            nearest,
            second,
            whole,
            wrong,
            partial,
            nearest - wrong if point.wrong else 0.0,
            nearest - partial if point.partial else 0.0,
            nearest - float(others.max()) if len(others) else 0.0,
            recall,
            most_wrong,
            recall - most_wrong if point.wrong else 0.0,
            precision,
            max(_overlap(s.stems - known, answer.stems) for s in point.references),
            max((_overlap(s.stems - known, answer.stems) for s in point.wrong), default=0.0),
            float(negated),
            to_question,
            _most(_cosines(answer.whole[None], asked.off_topic)),
            nearest - to_question,
            float(np.log1p(min(count_words(answer.text), _MOST_WORDS))),
            float(bool(_NUMBER.search(answer.text))),
            float(bool(_OWN.search(answer.text))),
            float(asked.question.kind is QuestionKind.EXPERIENCE),
        ]

    def _read_question(self, question: Question) -> QuestionReading:
        texts = [question.ask[0], *question.off_topic]
        for point in question.points:
            texts += [*point.references, *point.partial, *point.wrong]
        sentences = dict(zip(texts, self._sentences(texts), strict=True))

        def group(own: Sequence[str]) -> tuple[_Sentence, ...]:
            return tuple(sentences[text] for text in own)

        points = tuple(
            _PointReading(group(point.references), group(point.partial), group(point.wrong))
            for point in question.points
        )
        return QuestionReading(question, sentences[question.ask[0]], points, group(question.off_topic))

    def _sentences(self, texts: Sequence[str]) -> list[_Sentence]:
        return [
            _Sentence(
                reading.vector,
                self._tokens(reading),
                frozenset(find_terms(text)),
                bool(_NEGATION.search(text)),
            )
            for text, reading in zip(texts, self.encoder.read_all(texts), strict=True)
        ]

    def _tokens(self, reading: Reading) -> Vectors:
        return unit_rows(reading.states - self.center)


def _words(text: str, span: Span) -> str:
    return text[span.start : span.end]


def _cosines(vectors: Vectors, sentences: Sequence[_Sentence]) -> NDArray[np.float32]:
    """Return the cosines of (n, dim) unit vectors with sentences, (n, n_sentences)."""
    if not sentences:
        return np.zeros((len(vectors), 0), np.float32)
    # One product a pair: a matrix product of another height may round otherwise.
    found = [[float(vector @ sentence.vector) for sentence in sentences] for vector in vectors]
    return np.array(found, np.float32)


def _most(cosines: NDArray[np.float32]) -> float:
    return float(cosines.max()) if cosines.size else 0.0


def _alignment(answer: Vectors, sentence: Vectors) -> tuple[float, float]:
    """Return how well each token of a sentence finds its like in the answer on average, and the reverse."""
    if not len(answer) or not len(sentence):
        return 0.0, 0.0
    cosines = sentence @ answer.T
    return float(cosines.max(axis=1).mean()), float(cosines.max(axis=0).mean())


def _overlap(wanted: frozenset[str], given: frozenset[str]) -> float:
    """Return the share of some stems that are given."""
    return len(wanted & given) / len(wanted) if wanted else 0.0
