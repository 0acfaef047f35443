"""What to ask next: a choice among what the bank allows, by written rules, with its reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from metier.dialogue import Grade, Manner, Move, Reason, Step, Turn, Verdict
from metier.errors import InvalidInput
from metier.interview.bank import EASIEST, HARDEST, Bank, Point, Question, QuestionKind, Stage, Topic

FIRST_LEVEL: Final = 2
"""Difficulty that an interview begins with."""
STRETCH: Final = 1
"""How far above the level a question may lie before it is put off."""
CLEAR_LEAD: Final = 0.05
"""By how much a topic must be nearer than the next in order to be drawn forward."""


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """What an interview may take.

    Attributes:
        max_follow_ups: most further questions about what one question left open, 0 or more.
        max_questions: most questions of the bank that are asked, talk not counted, at least 1; None for all.
        minutes: time after which nothing new is asked, above 0; None for no end.

    Raises:
        InvalidInput: a number out of its range.
    """

    max_follow_ups: int = 1
    max_questions: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        if self.max_follow_ups < 0:
            raise InvalidInput(f"max_follow_ups must be 0 or more. Got {self.max_follow_ups}.")
        if self.max_questions is not None and self.max_questions < 1:
            raise InvalidInput(f"max_questions must be at least 1. Got {self.max_questions}.")
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise InvalidInput(f"minutes must be above 0 and finite. Got {self.minutes}.")


class TopicChooser(Protocol):
    """A learned sense of which topic goes on best; the rules of the policy decide what it may choose from."""

    def nearness(
        self, question: Question, answer: str, remaining: Sequence[str], topics: Sequence[Topic]
    ) -> tuple[float, ...]:
        """Return how well each topic follows, from -1 to 1, the higher the better.

        Args:
            question: the last one asked.
            answer: to it.
            remaining: labels of the points that are still open.
            topics: those that may follow, at least one.
        """
        ...


def next_step(
    bank: Bank,
    turns: Sequence[Turn],
    options: PolicyOptions,
    *,
    elapsed_s: float = 0.0,
    chooser: TopicChooser | None = None,
) -> Step:
    """Return what to ask next, or the end.

    The rules, the first that applies; `docs/concepts/interview.md` says them in words:

    1. who ends the interview, or whose time is up, gets the closing talk, and then the end;
    2. who asks for a pause gets one, and after it the question that it broke off;
    3. who asks what is meant, or talks about something else, is asked again, once;
    4. what an answer left out or got wrong is followed up, so often as the options say, unless the person
       does not know or wants to go on;
    5. then comes the first question of the present topic, or of the next that the bank allows, that lies on
       the level or just below it, or else nearest; the level rises after an earned answer and falls after
       a missed one.

    Args:
        bank: what can be asked.
        turns: all so far, each answered and graded.
        options: how long it may take.
        elapsed_s: seconds since the first question.
        chooser: draws a topic forward that the last answer leads to; None for the order of the bank.

    Raises:
        InvalidInput: the last turn awaits its answer.
    """
    if turns and turns[-1].grade is None:
        raise InvalidInput(f"Turn {turns[-1].number} awaits its answer. Answer it first.")
    so_far = Progress(bank, turns)
    return (
        _ending(so_far, options, elapsed_s)
        or _interrupted(so_far)
        or _asked_again(so_far, options)
        or _onward(so_far, options, chooser)
    )


class Progress:
    """What the turns of an interview say about where it stands.

    Args:
        bank: what can be asked.
        turns: all so far, each answered and graded.
    """

    def __init__(self, bank: Bank, turns: Sequence[Turn]) -> None:
        self.bank = bank
        self.turns = turns
        self.last = turns[-1] if turns else None
        self.asked = list(dict.fromkeys(turn.step.question for turn in turns))
        self.level = self._level()

    def grades(self, question_id: str) -> list[Grade]:
        """Return the grades of all answers to a question."""
        return [turn.grade for turn in self.turns if turn.step.question == question_id and turn.grade]

    def matched(self, question_id: str) -> set[str]:
        """Return the points of a question that some answer made."""
        return {point.point for grade in self.grades(question_id) for point in grade.matched}

    def verdict(self, question: Question) -> Verdict:
        """Return what all answers to a question are worth together."""
        return joint_verdict(question, self.grades(question.id))

    def n_moves(self, question_id: str, *moves: Move) -> int:
        """Return how often a question was taken up in one of some ways."""
        return sum(turn.step.question == question_id and turn.step.move in moves for turn in self.turns)

    def was_repeated(self, question_id: str, *rules: str) -> bool:
        """Tell whether a question was asked again for one of some reasons."""
        return any(
            turn.step.question == question_id and turn.step.reasons and turn.step.reasons[0].rule in rules
            for turn in self.turns
        )

    def graded(self) -> list[Question]:
        """Return the questions asked so far that are graded, in order."""
        questions = [self.bank.question(question_id) for question_id in self.asked]
        return [question for question in questions if question.kind is not QuestionKind.TALK]

    def unasked(self, *stages: Stage) -> list[tuple[Topic, Question]]:
        """Return what is left to ask in some stages, in the order of the bank."""
        return [
            (topic, question)
            for topic, question in self.bank.each()
            if topic.stage in stages and question.id not in self.asked
        ]

    def visited(self) -> set[str]:
        """Return the ids of the topics of which something was asked."""
        return {self.bank.topic_of(question_id).id for question_id in self.asked}

    def _level(self) -> int:
        level = FIRST_LEVEL
        for question in self.graded():
            verdict = self.verdict(question)
            change = {Verdict.EARNED: 1, Verdict.NOT_EARNED: -1, Verdict.OFF_TOPIC: -1}.get(verdict, 0)
            level = min(HARDEST, max(EASIEST, level + change))
        return level


def joint_verdict(question: Question, grades: Sequence[Grade]) -> Verdict:
    """Return what all answers to a question are worth together.

    The points that any of them made count; what the last one contradicts keeps it from being earned.
    Where none made one, the last verdict stands.

    Args:
        question: what was asked.
        grades: of its answers, in order.
    """
    if question.kind is QuestionKind.TALK:
        return Verdict.NOT_GRADED
    n_matched = len({point.point for grade in grades for point in grade.matched})
    contradicts = any(grade.has(Manner.CONTRADICTS) for grade in grades[-1:])
    if n_matched >= question.n_needed and not contradicts:
        return Verdict.EARNED
    if n_matched or any(grade.verdict is Verdict.PARTLY for grade in grades):
        return Verdict.PARTLY
    verdicts = [grade.verdict for grade in grades if grade.verdict is not Verdict.NOT_GRADED]
    return verdicts[-1] if verdicts else Verdict.NOT_GRADED


def _ending(so_far: Progress, options: PolicyOptions, elapsed_s: float) -> Step | None:
    last = so_far.last
    if last is None or last.grade is None:
        return None
    topic = so_far.bank.topic_of(last.step.question)
    if topic.stage is Stage.CLOSING:
        return _closing(so_far, Reason("closing"))
    if last.grade.has(Manner.ENDS):
        return _closing(so_far, Reason("candidate-ends", _turn(last)))
    if options.minutes is not None and elapsed_s >= options.minutes * 60:
        return _closing(so_far, Reason("time-is-up", (("minutes", f"{options.minutes:g}"),)))
    return None


def _closing(so_far: Progress, reason: Reason) -> Step:
    left = so_far.unasked(Stage.CLOSING)
    if not left:
        return Step(Move.END, reasons=(reason,))
    topic, question = left[0]
    return Step(Move.ASK, topic.id, question.id, reasons=(reason,))


def _interrupted(so_far: Progress) -> Step | None:
    """Return a pause that was asked for, or the way back from one."""
    last = so_far.last
    if last is None or last.grade is None:
        return None
    if last.step.move is Move.PAUSE:
        return _back(so_far, last)
    if not last.grade.has(Manner.PAUSES):
        return None
    pauses = [(topic, question) for topic, question in so_far.bank.each() if topic.stage is Stage.PAUSE]
    if not pauses and so_far.was_repeated(last.step.question, "no-pause"):
        return None
    if not pauses:
        return Step(Move.REPEAT, last.step.topic, last.step.question, reasons=(_rule("no-pause", last),))
    fresh = [pair for pair in pauses if pair[1].id not in so_far.asked]
    topic, question = (fresh or pauses)[0]
    return Step(Move.PAUSE, topic.id, question.id, reasons=(_rule("candidate-pauses", last),))


def _back(so_far: Progress, pause: Turn) -> Step | None:
    """Return the question that a pause broke off, unless it was answered all the same."""
    before = [turn for turn in so_far.turns if turn.step.move is not Move.PAUSE]
    if not before or before[-1].grade is None:
        return None
    step = before[-1].step
    question = so_far.bank.question(step.question)
    if question.kind is QuestionKind.TALK or so_far.verdict(question) in {Verdict.EARNED, Verdict.PARTLY}:
        return None
    return Step(Move.REPEAT, step.topic, step.question, reasons=(_rule("after-pause", pause),))


def _asked_again(so_far: Progress, options: PolicyOptions) -> Step | None:
    """Return the present question once more, or a follow-up on what is open."""
    last = so_far.last
    if last is None or last.grade is None or last.step.move is Move.PAUSE:
        return None
    question = so_far.bank.question(last.step.question)
    if question.kind is QuestionKind.TALK:
        return None
    grade, step = last.grade, last.step
    verdict = so_far.verdict(question)
    if verdict is Verdict.EARNED or grade.has(Manner.SKIPS):
        return None
    repeated = so_far.was_repeated(question.id, "asked-back", "off-topic")
    puzzled = grade.has(Manner.ASKS_BACK) or grade.verdict is Verdict.OFF_TOPIC
    if puzzled and not repeated and not grade.has(Manner.DOES_NOT_KNOW):
        rule = "asked-back" if grade.has(Manner.ASKS_BACK) else "off-topic"
        return Step(Move.REPEAT, step.topic, question.id, reasons=(_rule(rule, last),))
    point = _open_point(so_far, question, grade, options)
    if point is None:
        return None
    rule = "contradicted-point" if grade.has(Manner.CONTRADICTS) else "missing-point"
    facts = (*_turn(last), ("point", point.id), ("earned", str(len(so_far.matched(question.id)))))
    return Step(Move.FOLLOW_UP, step.topic, question.id, point.id, (Reason(rule, facts),))


def _open_point(so_far: Progress, question: Question, grade: Grade, options: PolicyOptions) -> Point | None:
    """Return the heaviest point that is open and was not followed up, if a follow-up is due."""
    followed = so_far.n_moves(question.id, Move.FOLLOW_UP)
    knows_nothing = grade.has(Manner.DOES_NOT_KNOW) and not grade.matched
    if followed >= options.max_follow_ups or knows_nothing or grade.verdict is Verdict.OFF_TOPIC:
        return None
    taken = {turn.step.point for turn in so_far.turns if turn.step.question == question.id}
    matched = so_far.matched(question.id)
    left = [
        point
        for point in question.points
        if point.id not in matched and point.id not in taken and point.follow_up
    ]
    return max(left, key=lambda point: point.weight, default=None)


def _onward(so_far: Progress, options: PolicyOptions, chooser: TopicChooser | None) -> Step:
    """Return the next question, by stage, prerequisites, level and order."""
    opening = so_far.unasked(Stage.OPENING)
    if opening and not so_far.graded():
        topic, question = opening[0]
        return Step(Move.ASK, topic.id, question.id, reasons=(Reason("opening"),))
    n_graded = len(so_far.graded())
    if options.max_questions is not None and n_graded >= options.max_questions:
        return _closing(so_far, Reason("enough-questions", (("asked", str(n_graded)),)))
    allowed = _allowed(so_far)
    if not allowed:
        return _closing(so_far, Reason("all-asked", (("asked", str(n_graded)),)))
    fitting = [pair for pair in allowed if pair[1].difficulty <= so_far.level + STRETCH]
    topic, why = _chosen_topic(so_far, fitting or allowed, chooser)
    own = [question for of, question in fitting or allowed if of.id == topic.id]
    question = min(own, key=lambda one: _distance(one.difficulty, so_far.level))
    reasons = (why, _level_reason(so_far, question, put_off=not fitting))
    return Step(Move.ASK, topic.id, question.id, reasons=reasons)


def _distance(difficulty: int, level: int) -> int:
    """Return how badly a question fits a level: not at all just below or on it, twice as badly above it.

    >>> [_distance(difficulty, 3) for difficulty in (1, 2, 3, 4, 5)]
    [1, 0, 0, 2, 4]
    """
    return 2 * max(0, difficulty - level) + max(0, level - 1 - difficulty)


def _allowed(so_far: Progress) -> list[tuple[Topic, Question]]:
    """Return what is left to ask whose prerequisites were asked; all that is left where none are so."""
    left = so_far.unasked(Stage.MAIN)
    visited = so_far.visited()
    return [pair for pair in left if visited.issuperset(pair[0].requires)] or left


def _chosen_topic(
    so_far: Progress, pairs: Sequence[tuple[Topic, Question]], chooser: TopicChooser | None
) -> tuple[Topic, Reason]:
    """Return the topic to go on with: the present one, one that the answer leads to, or the next in order."""
    topics = list({topic.id: topic for topic, _ in pairs}.values())
    last = so_far.last
    present = so_far.bank.topic_of(last.step.question) if last else None
    if present is not None and any(topic.id == present.id for topic in topics):
        return present, Reason("same-topic", (("topic", present.id),))
    first = topics[0]
    if chooser is not None and last is not None and last.answer and len(topics) > 1:
        drawn = _drawn_forward(so_far, topics, chooser, last)
        if drawn is not None:
            return drawn
    before = () if present is None else (("after", present.id),)
    return first, Reason("next-topic", (("topic", first.id), *before))


def _drawn_forward(
    so_far: Progress, topics: Sequence[Topic], chooser: TopicChooser, last: Turn
) -> tuple[Topic, Reason] | None:
    question = so_far.bank.question(last.step.question)
    if question.kind is QuestionKind.TALK or last.answer is None:
        return None
    matched = so_far.matched(question.id)
    remaining = [point.label for point in question.points if point.id not in matched]
    nearness = chooser.nearness(question, last.answer, remaining, topics)
    order = sorted(range(len(topics)), key=lambda i: -nearness[i])
    best, second = order[0], order[1]
    lead = nearness[best] - nearness[second]
    if best == 0 or lead < CLEAR_LEAD:
        return None
    facts = (("topic", topics[best].id), ("nearness", f"{nearness[best]:.2f}"), ("lead", f"{lead:.2f}"))
    return topics[best], Reason("answer-leads-there", facts)


def _level_reason(so_far: Progress, question: Question, *, put_off: bool) -> Reason:
    facts = (("level", str(so_far.level)), ("difficulty", str(question.difficulty)))
    if put_off:
        return Reason("put-off-till-now", facts)
    graded = so_far.graded()
    if (
        graded
        and question.difficulty > graded[-1].difficulty
        and so_far.verdict(graded[-1]) is Verdict.EARNED
    ):
        return Reason("harder-after-earned", facts)
    missed = {Verdict.NOT_EARNED, Verdict.OFF_TOPIC}
    if graded and question.difficulty < graded[-1].difficulty and so_far.verdict(graded[-1]) in missed:
        return Reason("easier-after-missed", facts)
    return Reason("same-level", facts)


def _rule(name: str, turn: Turn) -> Reason:
    return Reason(name, _turn(turn))


def _turn(turn: Turn) -> tuple[tuple[str, str], ...]:
    return (("turn", str(turn.number)),)
