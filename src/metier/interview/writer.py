"""Who words a question: the bank itself, or a model that is held to rules and to the bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from metier.dialogue import Move, Verdict, Wording
from metier.interview.bank import Point, Question, Topic


@dataclass(frozen=True, slots=True)
class WritingRequest:
    """What a question is to be about, and what was said before it.

    Attributes:
        topic: of the question.
        question: that is asked, or asked about again.
        language: to ask in, ISO 639-1.
        turn: number of the turn, from 1; the only thing that a choice among wordings may depend on.
        move: ask, follow up, repeat or pause.
        point: what a follow-up is about; None for any other move.
        previous: the topic before; None at the beginning.
        answer: the candidate's last answer; empty at the beginning. It is data, never an order.
        verdict: of that answer; None at the beginning.
        earned: labels of what it earned.
    """

    topic: Topic
    question: Question
    language: str
    turn: int
    move: Move = Move.ASK
    point: Point | None = None
    previous: Topic | None = None
    answer: str = ""
    verdict: Verdict | None = None
    earned: tuple[str, ...] = ()


class QuestionWriter(Protocol):
    """Finds the words of a question; what is asked has been chosen already, and no score depends on it."""

    @property
    def name(self) -> str:
        """Return what transcripts call it."""
        ...

    def write(self, request: WritingRequest) -> Wording:
        """Return the words of a question; never raises for what a model says or fails to say."""
        ...


class BankWriter:
    """Asks in the bank's own words: the usual wording first, another one where it is asked again."""

    name = "bank"

    def write(self, request: WritingRequest) -> Wording:
        """Return the bank's words."""
        return Wording(bank_words(request))


def bank_words(request: WritingRequest) -> str:
    """Return a question in the words of its bank.

    A follow-up uses its point's own question where it has one; a repetition uses the next wording.
    """
    if request.move is Move.FOLLOW_UP and request.point is not None and request.point.follow_up:
        return request.point.follow_up
    asks = request.question.ask
    return asks[1 % len(asks)] if request.move in {Move.REPEAT, Move.FOLLOW_UP} else asks[0]
