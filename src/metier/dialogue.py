"""What an interview is made of: grades with their evidence, steps with their reasons, turns, the whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from metier.types import Span


class Verdict(StrEnum):
    """What an answer is worth."""

    EARNED = "earned"
    PARTLY = "partly"
    NOT_EARNED = "not-earned"
    OFF_TOPIC = "off-topic"
    NOT_GRADED = "not-graded"


class Manner(StrEnum):
    """What an answer does beside, or instead of, saying something about the question."""

    DOES_NOT_KNOW = "does-not-know"
    HEDGES = "hedges"
    CONTRADICTS = "contradicts"
    ASKS_BACK = "asks-back"
    SKIPS = "skips"
    PAUSES = "pauses"
    ENDS = "ends"
    STRAYS = "strays"
    COPIES_QUESTION = "copies-question"
    ORDERS = "orders"
    OTHER_LANGUAGE = "other-language"
    UNREADABLE = "unreadable"


class Doubt(StrEnum):
    """Why a person should look at an answer."""

    NEAR_THRESHOLD = "near-threshold"
    CONTRADICTION = "contradiction"
    ORDERS = "orders"
    OTHER_LANGUAGE = "other-language"
    UNREADABLE = "unreadable"
    TOO_LONG = "too-long"
    NO_MODEL = "no-model"


@dataclass(frozen=True, slots=True)
class PointGrade:
    """One key point of a question, as an answer makes it or not.

    Attributes:
        point: its id in the bank.
        label: what must be said, in the words of the bank.
        probability: calibrated chance, 0 to 1, that a person would say that the answer makes it.
        spans: where in the answer, in characters; empty where nothing in it comes near.
    """

    point: str
    label: str
    probability: float
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that an answer does, with where it does it.

    Attributes:
        manner: what.
        probability: 0 to 1; 1 where a written rule found it.
        spans: where in the answer, in characters; may be empty.
    """

    manner: Manner
    probability: float = 1.0
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Grade:
    """What an answer is worth, and why.

    Attributes:
        question: id of the question in the bank.
        verdict: of the whole answer.
        score: share of the question's points that are earned, by their weights, 0 to 1; 0 where nothing is
            graded.
        matched: the points that are earned, in the order of the bank.
        missing: the points that are not, likewise.
        remarks: what else the answer does.
        doubts: why a person should look; empty where the grade stands by itself.
        model: name of the model that graded; empty where rules sufficed.
        model_sha256: its hash.
    """

    question: str
    verdict: Verdict
    score: float = 0.0
    matched: tuple[PointGrade, ...] = ()
    missing: tuple[PointGrade, ...] = ()
    remarks: tuple[Remark, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    model: str = ""
    model_sha256: str = ""

    @property
    def abstains(self) -> bool:
        """Tell whether a person should look."""
        return bool(self.doubts)

    def has(self, manner: Manner) -> bool:
        """Tell whether the answer does something."""
        return any(remark.manner is manner for remark in self.remarks)


class Move(StrEnum):
    """What an interview does next."""

    ASK = "ask"
    FOLLOW_UP = "follow-up"
    REPEAT = "repeat"
    PAUSE = "pause"
    END = "end"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a step was taken, as a rule by name and the facts that it looked at.

    Attributes:
        rule: name of the written rule, such as `missing-point`; `docs/concepts/interview.md` lists them.
        facts: its facts, by name: ids, counts and rounded numbers, never words of an answer.
    """

    rule: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What to ask next.

    Attributes:
        move: what is done.
        topic: id in the bank; empty at the end.
        question: id in the bank; empty at the end.
        point: id of the missing point that a follow-up is about; empty otherwise.
        reasons: why, the deciding one first.
    """

    move: Move
    topic: str = ""
    question: str = ""
    point: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a question, and who found them.

    Attributes:
        text: what is asked.
        writer: `bank`, or the name of the model.
        tries: how often the model was asked; 0 for the bank's own words.
        refused: why each try was not taken, by the name of the rule it broke.
    """

    text: str
    writer: str = "bank"
    tries: int = 0
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with its answer.

    Attributes:
        number: from 1.
        step: what was chosen, and why.
        wording: what was asked.
        asked_at: when, UTC, ISO 8601 to the second.
        answer: the candidate's words as given; None while the answer is awaited.
        answered_at: when, likewise; None while it is awaited.
        grade: None while the answer is awaited, or was saved and not yet graded.
    """

    number: int
    step: Step
    wording: Wording
    asked_at: str
    answer: str | None = None
    answered_at: str | None = None
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class Interview:
    """An interview as far as it has come: all that is kept of it, and all that is needed to go on.

    Attributes:
        id: its name in the store.
        bank: name of the bank.
        bank_sha256: hash of the bank; it goes on with this one only.
        language: of the questions, ISO 639-1.
        started_at: UTC, ISO 8601 to the second.
        options: what it was started with, by name, as text.
        turns: in order; the last may await its answer.
        ended_at: when it ended; None while it goes on.
        ending: why it ended, the deciding reason first; empty while it goes on.
    """

    id: str
    bank: str
    bank_sha256: str
    language: str
    started_at: str
    options: tuple[tuple[str, str], ...] = ()
    turns: tuple[Turn, ...] = ()
    ended_at: str | None = None
    ending: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class PointLine:
    """A key point in a report: earned where some answer made it.

    Attributes:
        point: its id.
        label: what must be said.
        earned: whether any answer to the question made it.
        probability: of the answer that came nearest, 0 to 1.
        turn: number of that turn; 0 where the question was never answered.
        quotes: the candidate's own words there; empty where nothing came near.
    """

    point: str
    label: str
    earned: bool
    probability: float
    turn: int
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question that was asked, in a report.

    Attributes:
        question: its id.
        difficulty: 1 to 5.
        verdict: of all its answers together.
        score: share of its points that are earned, 0 to 1.
        points: each key point.
        remarks: what the answers did beside, with the numbers of their turns.
        to_review: numbers of the turns that a person should look at.
    """

    question: str
    difficulty: int
    verdict: Verdict
    score: float
    points: tuple[PointLine, ...]
    remarks: tuple[tuple[Manner, int], ...] = ()
    to_review: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic in a report.

    Attributes:
        topic: its id.
        title: in the words of the bank.
        score: mean score of its graded questions, 0 to 1; None where none was asked.
        questions: those that were asked and graded, in the order they were asked.
    """

    topic: str
    title: str
    score: float | None
    questions: tuple[QuestionLine, ...]


@dataclass(frozen=True, slots=True)
class InterviewReport:
    """What an interview came to. It says nothing of confidence, mood, voice or personality.

    Attributes:
        interview: the whole transcript.
        title: of the bank.
        topics: in the order of the bank.
        score: mean over the graded questions that were asked, 0 to 1; None where there are none.
        n_points: key points of the questions that have a graded answer.
        n_earned: those of them that were earned.
        to_review: numbers of the turns that a person should look at.
        minutes: for which questions stood open until they were answered; breaks do not count.
    """

    interview: Interview
    title: str
    topics: tuple[TopicLine, ...]
    score: float | None
    n_points: int
    n_earned: int
    to_review: tuple[int, ...]
    minutes: float
