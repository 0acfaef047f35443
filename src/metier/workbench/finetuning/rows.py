"""Labelled rows, one kind for each task."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A text and its class."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class TagRow:
    """The words of a sentence and their tags, in IOB2: O, B-TYPE or I-TYPE; as many tags as words."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and the character of the context that it begins at."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A question on a context.

    Attributes:
        id: no two rows of a file share one.
        question: what is asked.
        context: what is read.
        answers: each as good as the others; none where the context does not answer the question. The first
            is learned.
    """

    id: str
    question: str
    context: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class RankRow:
    """A query, a text, and how well it answers: 0 for not at all, else the more the better."""

    query: str
    text: str
    grade: float


Row = ClassRow | TagRow | AnswerRow | RankRow
