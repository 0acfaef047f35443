"""Grades by words alone, for those who run without a model: every grade asks for a person's look."""

from __future__ import annotations

import hashlib
from typing import Final

from metier.dialogue import Doubt, Grade, Manner, PointGrade, Remark, Verdict
from metier.interview.bank import Point, Question, QuestionKind
from metier.interview.grading import earned_share
from metier.interview.looks import Look, look_at
from metier.interview.manner_words import CLUES
from metier.interview.segments import count_words, find_segments
from metier.store.terms import find_terms
from metier.types import Span

ENOUGH: Final = 0.6
"""Share of the stems of a reference, without those of the question, that make a point."""
SHORT: Final = 12
"""Words of an answer in which "break" or "next" asks for one; in a longer one they are about the subject."""
_ASKS: Final = frozenset({Manner.ASKS_BACK, Manner.SKIPS, Manner.PAUSES, Manner.ENDS})


class WordsGrader:
    """Implements `AnswerGrader` without a model: a point is made where most words of a reference are said.

    It knows no synonyms and no negation, so every grade of a graded question has the doubt `no-model`. The
    probability of a point is the share of words that were found, which is not calibrated.
    """

    name = "words"

    @property
    def sha256(self) -> str:
        """Return the hash of the rule."""
        return hashlib.sha256(f"words {ENOUGH} {SHORT}".encode()).hexdigest()

    def grade(self, question: Question, answer: str, *, language: str, asked: str = "") -> Grade:
        """Return what an answer is worth; `AnswerGrader.grade` is the contract."""
        look = look_at(answer, asked=(*question.ask, *([asked] if asked else [])), language=language)
        if question.kind is QuestionKind.TALK:
            return Grade(
                question.id,
                Verdict.NOT_GRADED,
                remarks=(*look.remarks, *_clues(look, n_made=0)),
                doubts=look.doubts,
                model=self.name,
                model_sha256=self.sha256,
            )
        points = [_point(point, question, look.text if look.readable else "") for point in question.points]
        made = [point.probability >= ENOUGH for point in points]
        remarks = (*look.remarks, *_clues(look, n_made=sum(made)))
        verdict = Verdict.EARNED if sum(made) >= question.n_needed else Verdict.PARTLY
        if not any(made):
            copies = any(remark.manner is Manner.COPIES_QUESTION for remark in remarks)
            verdict = Verdict.OFF_TOPIC if copies else Verdict.NOT_EARNED
        return Grade(
            question.id,
            verdict,
            score=round(earned_share(question, made), 6),
            matched=tuple(point for point, is_made in zip(points, made, strict=True) if is_made),
            missing=tuple(point for point, is_made in zip(points, made, strict=True) if not is_made),
            remarks=remarks,
            doubts=(*look.doubts, Doubt.NO_MODEL),
            model=self.name,
            model_sha256=self.sha256,
        )


def _clues(look: Look, *, n_made: int) -> tuple[Remark, ...]:
    """Return what the words of an answer hint at, where nothing else tells whether they mean it.

    Orders are left to the rules that found them in the look: "prompt" and "instruction" are subjects, too.
    """
    if not look.readable:
        return ()
    asks = not n_made and count_words(look.text) <= SHORT
    return tuple(
        Remark(manner, spans=tuple(Span(*match.span()) for match in pattern.finditer(look.text)))
        for manner, pattern in CLUES.items()
        if manner is not Manner.ORDERS and (asks or manner not in _ASKS) and pattern.search(look.text)
    )


def _point(point: Point, question: Question, text: str) -> PointGrade:
    known = frozenset(find_terms(question.ask[0]))
    references = [frozenset(find_terms(reference)) - known for reference in point.references]
    shares = [_share(reference, frozenset(find_terms(text))) for reference in references]
    best = max(range(len(shares)), key=shares.__getitem__)
    segments = find_segments(text)
    span = max(
        segments,
        key=lambda one: _share(references[best], frozenset(find_terms(text[one.start : one.end]))),
        default=None,
    )
    spans = () if span is None or not shares[best] else (span,)
    return PointGrade(point.id, point.label, round(shares[best], 6), spans)


def _share(wanted: frozenset[str], given: frozenset[str]) -> float:
    return len(wanted & given) / len(wanted) if wanted else 0.0
