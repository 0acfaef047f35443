"""What an interview came to, line by line, each with the candidate's own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from metier.dialogue import (
    Grade,
    Interview,
    InterviewReport,
    Manner,
    PointGrade,
    PointLine,
    QuestionLine,
    TopicLine,
    Turn,
    Verdict,
)
from metier.interview.bank import Bank, Point, Question, QuestionKind, Topic
from metier.interview.policy import joint_verdict
from metier.interview.session import check_bank, open_seconds


def make_report(interview: Interview, bank: Bank) -> InterviewReport:
    """Return the report of an interview, ended or not.

    A point is earned if any answer to its question made it. A question that got no graded answer is listed,
    its points without words, and counts in no figure. Talk is in the transcript only. `minutes` is how long
    questions stood open: breaks between sittings are left out, as they are of the time budget.

    Args:
        interview: as the store has it.
        bank: that it was held with.

    Raises:
        InvalidInput: it was held with another bank.
    """
    check_bank(interview, bank)
    topics = tuple(
        _topic_line(topic, interview.turns)
        for topic in bank.topics
        if any(question.kind is not QuestionKind.TALK for question in topic.questions)
    )
    lines = [line for topic in topics for line in topic.questions if _is_graded(line)]
    points = [point for line in lines for point in line.points]
    return InterviewReport(
        interview,
        bank.title,
        topics,
        _mean([line.score for line in lines]),
        len(points),
        sum(point.earned for point in points),
        tuple(turn.number for turn in interview.turns if turn.grade is not None and turn.grade.abstains),
        round(open_seconds(interview) / 60, 2),
    )


def _is_graded(line: QuestionLine) -> bool:
    return line.verdict is not Verdict.NOT_GRADED


def _mean(scores: Sequence[float]) -> float | None:
    return round(sum(scores) / len(scores), 6) if scores else None


def _topic_line(topic: Topic, turns: Sequence[Turn]) -> TopicLine:
    graded = {question.id: question for question in topic.questions if question.kind is not QuestionKind.TALK}
    asked = dict.fromkeys(turn.step.question for turn in turns if turn.step.question in graded)
    lines = tuple(_question_line(graded[question_id], turns) for question_id in asked)
    return TopicLine(topic.id, topic.title, _mean([line.score for line in lines if _is_graded(line)]), lines)


def _question_line(question: Question, turns: Sequence[Turn]) -> QuestionLine:
    own = [turn for turn in turns if turn.step.question == question.id and turn.grade is not None]
    points = tuple(_point_line(point, own) for point in question.points)
    weights = {point.id: point.weight for point in question.points}
    earned = sum(weights[line.point] for line in points if line.earned)
    verdict = joint_verdict(question, [grade for _, grade in _graded(own)])
    return QuestionLine(
        question.id,
        question.difficulty,
        verdict,
        round(earned / sum(weights.values()), 6) if weights else 0.0,
        points,
        _remarks(own),
        tuple(turn.number for turn, grade in _graded(own) if grade.abstains),
    )


def _remarks(turns: Iterable[Turn]) -> tuple[tuple[Manner, int], ...]:
    found = ((remark.manner, turn.number) for turn, grade in _graded(turns) for remark in grade.remarks)
    return tuple(dict.fromkeys(found))


def _graded(turns: Iterable[Turn]) -> list[tuple[Turn, Grade]]:
    return [(turn, turn.grade) for turn in turns if turn.grade is not None]


def _point_line(point: Point, turns: Sequence[Turn]) -> PointLine:
    """Return a point with the answer that made it best, or that came nearest to it."""
    best: tuple[bool, float] | None = None
    line = PointLine(point.id, point.label, earned=False, probability=0.0, turn=0)
    for turn, grade in _graded(turns):
        for found, earned in _standing(grade, point.id):
            if best is None or (earned, found.probability) > best:
                best = (earned, found.probability)
                quotes = _quotes(turn.answer or "", found)
                line = PointLine(point.id, point.label, earned, found.probability, turn.number, quotes)
    return line


def _standing(grade: Grade, point_id: str) -> list[tuple[PointGrade, bool]]:
    matched = [(found, True) for found in grade.matched if found.point == point_id]
    return matched + [(found, False) for found in grade.missing if found.point == point_id]


def _quotes(answer: str, found: PointGrade) -> tuple[str, ...]:
    words = (answer[max(0, span.start) : max(0, span.end)] for span in found.spans)
    return tuple(dict.fromkeys(quote for quote in words if quote.strip()))
