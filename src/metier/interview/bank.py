"""Banks: topics in an order, their questions, and the key points that a good answer must make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from metier.errors import NotFound

LANGUAGES = ("en", "ru", "ko", "he")
EASIEST, HARDEST = 1, 5


class QuestionKind(StrEnum):
    """What is looked for in an answer.

    Knowledge is graded by what is said, experience by how concretely the person tells of it, talk not at all.
    """

    KNOWLEDGE = "knowledge"
    EXPERIENCE = "experience"
    TALK = "talk"


class Stage(StrEnum):
    """Where in an interview a topic belongs: pauses come when they are asked for."""

    OPENING = "opening"
    MAIN = "main"
    PAUSE = "pause"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a good answer says.

    Attributes:
        id: unique in its question.
        label: what must be said, in a few words; reports show it.
        references: ways to say it, each a whole sentence, at least one.
        partial: ways to touch it without making it.
        wrong: common statements that contradict it.
        weight: its share of the question's score against the other points', above 0.
        follow_up: a question that helps somebody who left it out, without giving it away; empty for none.
    """

    id: str
    label: str
    references: tuple[str, ...]
    partial: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    weight: float = 1.0
    follow_up: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the answers that it can earn.

    Attributes:
        id: unique in its bank.
        ask: wordings of it; the first one is the usual one.
        points: what a good answer says; none for talk.
        kind: what is looked for.
        difficulty: 1 to 5.
        unknown: ways to say "I do not know" that are this question's own.
        off_topic: answers near the subject that answer another question.
        needed: how many points make an answer earned; 0 for all of them.
    """

    id: str
    ask: tuple[str, ...]
    points: tuple[Point, ...] = ()
    kind: QuestionKind = QuestionKind.KNOWLEDGE
    difficulty: int = 2
    unknown: tuple[str, ...] = ()
    off_topic: tuple[str, ...] = ()
    needed: int = 0

    @property
    def n_needed(self) -> int:
        """Return how many points make an answer earned."""
        return self.needed or len(self.points)

    def point(self, point_id: str) -> Point:
        """Return a point.

        Raises:
            NotFound: there is none of that id.
        """
        for point in self.points:
            if point.id == point_id:
                return point
        raise NotFound(f"Question {self.id} has no point {point_id!r}.")


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions about one thing.

    Attributes:
        id: unique in its bank.
        title: in the language of the bank.
        questions: in the order in which they are asked, at least one.
        requires: ids of topics that come before it.
        skills: ids of the default taxonomy that it is about.
        stage: where in an interview it belongs.
    """

    id: str
    title: str
    questions: tuple[Question, ...]
    requires: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    stage: Stage = Stage.MAIN


@dataclass(frozen=True, slots=True)
class Bank:
    """What an interview can ask; `load_bank` reads and checks one.

    Attributes:
        name: what commands call it.
        title: in its language.
        language: ISO 639-1, one of `LANGUAGES`.
        topics: in the order of the interview; those that a topic requires stand before it.
        sha256: hash of the file that it was read from; of its content where it was made.
        description: whom it is for.
    """

    name: str
    title: str
    language: str
    topics: tuple[Topic, ...]
    sha256: str
    description: str = ""
    _topics: Mapping[str, Topic] = field(init=False, repr=False, compare=False)
    _questions: Mapping[str, tuple[Topic, Question]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_topics", {topic.id: topic for topic in self.topics})
        questions = {question.id: (topic, question) for topic, question in self.each()}
        object.__setattr__(self, "_questions", questions)

    def each(self) -> Iterator[tuple[Topic, Question]]:
        """Yield every question with its topic, in order."""
        for topic in self.topics:
            for question in topic.questions:
                yield topic, question

    def topic(self, topic_id: str) -> Topic:
        """Return a topic.

        Raises:
            NotFound: there is none of that id.
        """
        if topic_id not in self._topics:
            raise NotFound(f"Bank {self.name} has no topic {topic_id!r}. It has {', '.join(self._topics)}.")
        return self._topics[topic_id]

    def question(self, question_id: str) -> Question:
        """Return a question.

        Raises:
            NotFound: there is none of that id.
        """
        return self._found(question_id)[1]

    def topic_of(self, question_id: str) -> Topic:
        """Return the topic of a question.

        Raises:
            NotFound: there is no question of that id.
        """
        return self._found(question_id)[0]

    def _found(self, question_id: str) -> tuple[Topic, Question]:
        if question_id not in self._questions:
            raise NotFound(
                f"Bank {self.name} has no question {question_id!r}. `metier interview bank show` lists them."
            )
        return self._questions[question_id]
