"""What an answer is worth: which key points it makes, with what words, and when a person should look."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metier.dialogue import Doubt, Grade, Manner, PointGrade, Remark, Verdict
from metier.encoders.reading import Encoder
from metier.interview.bank import Question, QuestionKind
from metier.interview.features import NAMES, AnswerReading, FeatureReader, PointFeatures
from metier.interview.grading_head import CONTRADICTED, EARNED, MANNERS, TOUCHED, GradingHead, Thresholds
from metier.interview.labelled import LabelledAnswer
from metier.interview.looks import Look, blanked, look_at, merged
from metier.interview.manner_words import CLUES
from metier.types import Span

_DIGITS = 6
_ROOM_FOR_DOUBT = 0.25


class AnswerGrader(Protocol):
    """Grades answers; the same question and answer give the same grade, to the byte."""

    @property
    def name(self) -> str:
        """Return what grades call the model."""
        ...

    @property
    def sha256(self) -> str:
        """Return the hash of all that grades depend on."""
        ...

    def grade(self, question: Question, answer: str, *, language: str, asked: str = "") -> Grade:
        """Return what an answer is worth; any text is a valid answer.

        Args:
            question: what was asked.
            answer: the candidate's words.
            language: in which an answer is expected, ISO 639-1.
            asked: the words of the question, where they are not the bank's.
        """
        ...


class Grader:
    """Implements `AnswerGrader` with an encoder and a grading model fitted to it.

    Args:
        encoder: reads answers and references.
        head: says what they come to.
        reader: reads with that encoder and the centre of that head; None to make one.
    """

    def __init__(self, encoder: Encoder, head: GradingHead, *, reader: FeatureReader | None = None) -> None:
        self._reader = reader or FeatureReader(encoder, head.weights.center)
        self._head = head

    @property
    def name(self) -> str:
        """Return what grades call the model."""
        return self._head.name

    @property
    def sha256(self) -> str:
        """Return the hash of the grading model, which names its encoder."""
        return self._head.sha256

    def grade(self, question: Question, answer: str, *, language: str, asked: str = "") -> Grade:
        """Return what an answer is worth; `AnswerGrader.grade` is the contract."""
        look = look_at(answer, asked=(*question.ask, *([asked] if asked else [])), language=language)
        talk = question.kind is QuestionKind.TALK
        if not look.readable:
            return self._grade(question, look, Verdict.NOT_GRADED) if talk else self._unread(question, look)
        reading = self._reader.answer(look.text)
        features = self._reader.features(question, reading)
        chances = self._head.points(features.values)
        remarks = self._remarks(reading, summarise(question, features, chances))
        ordered = [span for remark in remarks if remark.manner is Manner.ORDERS for span in remark.spans]
        if ordered:
            reading = self._reader.answer(blanked(look.text, ordered))
            features = self._reader.features(question, reading)
            chances = self._head.points(features.values)
        look = replace(look, remarks=_joined(look.remarks, remarks))
        if talk:
            return self._grade(question, look, Verdict.NOT_GRADED)
        return self._graded(question, look, features, chances)

    def _grade(self, question: Question, look: Look, verdict: Verdict) -> Grade:
        return Grade(
            question.id,
            verdict,
            remarks=look.remarks,
            doubts=look.doubts,
            model=self.name,
            model_sha256=self.sha256,
        )

    def _unread(self, question: Question, look: Look) -> Grade:
        """Return the grade of an answer of which nothing is left to read, by the same rules as any other."""
        manners = {remark.manner for remark in look.remarks}
        grade = self._grade(question, look, _verdict(question, (), touched=False, manners=manners))
        return replace(grade, missing=_unmade(question), doubts=_doubts(look, np.zeros((1, 4)), ()))

    def _graded(
        self, question: Question, look: Look, features: PointFeatures, chances: NDArray[np.float64]
    ) -> Grade:
        limits = self._head.thresholds
        made = [
            chance[EARNED] >= limits.earned and features.supports[i] is not None
            for i, chance in enumerate(chances)
        ]
        points = [
            PointGrade(
                point.id,
                point.label,
                _rounded(chance[EARNED]),
                _evidence(support, chance[EARNED] + chance[TOUCHED]),
            )
            for point, chance, support in zip(question.points, chances, features.supports, strict=True)
        ]
        against = [
            Remark(Manner.CONTRADICTS, _rounded(chance[CONTRADICTED]), (span,))
            for chance, span in zip(chances, features.opposes, strict=True)
            if chance[CONTRADICTED] >= limits.wrong and span is not None
        ]
        look = replace(look, remarks=_joined(look.remarks, against))
        if any(made):  # whoever makes a point talks about the subject
            kept = tuple(remark for remark in look.remarks if remark.manner is not Manner.STRAYS)
            look = replace(look, remarks=kept)
        manners = {remark.manner for remark in look.remarks}
        touched = bool((chances[:, EARNED] + chances[:, TOUCHED] >= limits.earned).any())
        grade = self._grade(question, look, _verdict(question, made, touched=touched, manners=manners))
        graded = replace(
            grade,
            score=_rounded(earned_share(question, made)),
            matched=tuple(point for point, is_made in zip(points, made, strict=True) if is_made),
            missing=tuple(point for point, is_made in zip(points, made, strict=True) if not is_made),
            doubts=_doubts(look, chances, made),
        )
        return doubted(graded, question, limits)

    def _remarks(self, reading: AnswerReading, summary: NDArray[np.float32]) -> list[Remark]:
        """Return what an answer does beside answering, each with the segments in which it does it."""
        limit = self._head.thresholds.manner
        whole = self._head.manners(reading.whole, find_clues(reading.text, summary))
        parts = [
            self._head.manners(vector, find_clues(reading.text[span.start : span.end], summary))
            for span, vector in zip(reading.segments, reading.vectors, strict=True)
        ]
        remarks = []
        for i, manner in enumerate(MANNERS):
            if whole[i] >= limit:
                chances = [float(part[i]) for part in parts]
                spans = _strongest(reading.segments, chances, limit)
                remarks.append(Remark(manner, _rounded(whole[i]), spans))
        return remarks


def gold_verdict(row: LabelledAnswer) -> Verdict:
    """Return the verdict that follows from what a person said of an answer, by the rules of the grader."""
    if row.question.kind is QuestionKind.TALK:
        return Verdict.NOT_GRADED
    manners = {*row.manners, *([Manner.CONTRADICTS] if row.wrong else [])}
    made = [point.id in row.earned for point in row.question.points]
    return _verdict(row.question, made, touched=bool(row.partly), manners=manners)


def find_clues(text: str, summary: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return which manners the words of a text hint at, and after that the summary of its features.

    Args:
        text: an answer or a part of it.
        summary: (n_summary,) float32, as `summarise` returns it.

    Returns:
        (n_clues,) float32.
    """
    flags = [float(bool(pattern.search(text))) for pattern in CLUES.values()]
    return np.concatenate([np.array(flags, np.float32), summary])


def summarise(
    question: Question, features: PointFeatures, chances: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return what the manners know of how an answer stands to its question, (n_summary,) float32.

    It is the most over the question's points; zeros for talk, which has none.

    Args:
        question: what was asked.
        features: of the answer.
        chances: (n_points, 4), as `GradingHead.points` returns them.
    """
    columns = [NAMES.index(name) for name in ("whole_to_question", "words")]
    if not question.points:
        return np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0], np.float32)
    most = [*chances[:, 1:].max(axis=0), *features.values[:, columns].max(axis=0), 0.0]
    return np.array(most, np.float32)


def _verdict(question: Question, made: Sequence[bool], *, touched: bool, manners: Set[Manner]) -> Verdict:
    n_made = sum(made)
    if n_made >= question.n_needed and Manner.CONTRADICTS not in manners:
        return Verdict.EARNED
    if n_made:
        return Verdict.PARTLY
    aside = {Manner.STRAYS, Manner.COPIES_QUESTION, Manner.ORDERS}
    if manners & aside and not manners & {Manner.DOES_NOT_KNOW, Manner.CONTRADICTS}:
        return Verdict.OFF_TOPIC
    return Verdict.PARTLY if touched and Manner.CONTRADICTS not in manners else Verdict.NOT_EARNED


def earned_share(question: Question, made: Sequence[bool]) -> float:
    """Return the share of a question's points that are made, by their weights, 0 to 1.

    Where fewer than all are needed, as many of the heaviest count as all.

    Args:
        question: with points.
        made: of each of them, whether it is made.
    """
    weights = sorted((point.weight for point in question.points), reverse=True)
    got = sum(point.weight for point, is_made in zip(question.points, made, strict=True) if is_made)
    return min(1.0, got / sum(weights[: question.n_needed]))


def _doubts(look: Look, chances: NDArray[np.float64], made: Sequence[bool]) -> tuple[Doubt, ...]:
    """Return every reason for a doubt but the nearness to the threshold."""
    doubts = list(look.doubts)
    both = (chances[:, CONTRADICTED] >= _ROOM_FOR_DOUBT) & (chances[:, EARNED] >= _ROOM_FOR_DOUBT)
    against = any(remark.manner is Manner.CONTRADICTS for remark in look.remarks)
    if both.any() or (against and any(made)):
        doubts.append(Doubt.CONTRADICTION)
    if any(remark.manner is Manner.ORDERS for remark in look.remarks):
        doubts.append(Doubt.ORDERS)
    return tuple(dict.fromkeys(doubts))


def doubted(grade: Grade, question: Question, limits: Thresholds) -> Grade:
    """Return a grade with the doubt of nearness, where points near the threshold leave the verdict unsure.

    Args:
        grade: without that doubt.
        question: that it is for.
        limits: `sure` is the least chance of a verdict without it.
    """
    if sure_of(grade, question) >= limits.sure:
        return grade
    return replace(grade, doubts=(Doubt.NEAR_THRESHOLD, *grade.doubts))


def sure_of(grade: Grade, question: Question) -> float:
    """Return the chance that as many points are made as the verdict says: all that are needed, some, or none.

    It takes the points of an answer for independent.
    """
    counts = np.ones(1)
    for point in (*grade.matched, *grade.missing):
        counts = np.convolve(counts, [1.0 - point.probability, point.probability])
    wanted = _step(len(grade.matched), question.n_needed)
    return float(sum(chance for n, chance in enumerate(counts) if _step(n, question.n_needed) == wanted))


def _step(n_made: int, n_needed: int) -> int:
    return 2 if n_made >= n_needed else int(n_made > 0)


def _unmade(question: Question) -> tuple[PointGrade, ...]:
    return tuple(PointGrade(point.id, point.label, 0.0) for point in question.points)


def _evidence(span: Span | None, chance: float) -> tuple[Span, ...]:
    return (span,) if span is not None and chance >= _ROOM_FOR_DOUBT else ()


def _joined(first: Sequence[Remark], more: Sequence[Remark]) -> tuple[Remark, ...]:
    """Return remarks with one of each manner; what was found first goes before."""
    found: dict[Manner, Remark] = {}
    for remark in (*first, *more):
        known = found.get(remark.manner)
        spans = () if known is None else known.spans
        chance = remark.probability if known is None else max(known.probability, remark.probability)
        found[remark.manner] = Remark(remark.manner, chance, merged([*spans, *remark.spans]))
    return tuple(found.values())


def _strongest(segments: Sequence[Span], chances: Sequence[float], limit: float) -> tuple[Span, ...]:
    """Return the segments from a limit on that overlap no stronger one, in order."""
    order = sorted(range(len(segments)), key=lambda i: (-chances[i], segments[i].end - segments[i].start))
    found: list[Span] = []
    for i in order:
        span = segments[i]
        if chances[i] >= limit and all(span.end <= one.start or one.end <= span.start for one in found):
            found.append(span)
    return tuple(sorted(found, key=lambda one: one.start))


def _rounded(chance: float) -> float:
    return round(float(chance), _DIGITS)
