"""An interview at the terminal, or with answers from a file: who says what, and when it stops."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import suppress
from enum import StrEnum
from io import TextIOWrapper
from typing import TYPE_CHECKING, BinaryIO

from metier.cli.interview_phrases import phrase, plain
from metier.dialogue import Grade, Manner, Move, PointGrade, Turn, Verdict
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.interview.session import Session
    from metier.report.interview_words import InterviewWords

Answers = Callable[[], str | None]
"""Gives the next answer; None where there will be no more."""

_BOM = b"\xef\xbb\xbf"


class Command(StrEnum):
    """What a candidate can say to the program instead of an answer."""

    SKIP = "/skip"
    REPEAT = "/repeat"
    PAUSE = "/pause"
    END = "/end"
    HELP = "/help"


def converse(session: Session, answers: Answers, words: InterviewWords, *, feedback: bool) -> None:
    """Hold an interview until it ends, is paused, or there are no more answers.

    Args:
        session: the sitting.
        answers: what the candidate says.
        words: the language to speak in.
        feedback: whether to show after each answer what it covered.
    """
    turn = session.question()
    while turn is not None:
        _say_question(turn, words)
        given = _next_answer(turn, answers, words)
        if given is None or given == Command.PAUSE:
            return
        if given == Command.END:
            session.end()
            return
        done = session.skip() if given == Command.SKIP else session.answer(given)
        turn = session.question()
        if feedback and done.grade is not None:
            said_before = _earned(session.interview.turns, done.grade.question)
            lines = feedback_lines(done.grade, turn, words, earned=said_before)
            say("".join(f"{line}\n" for line in lines))


def feedback_lines(
    grade: Grade, following: Turn | None, words: InterviewWords, *, earned: Set[str] = frozenset()
) -> Iterator[str]:
    """Yield what an answer covered, and what is left out unless the next question is about that.

    Args:
        grade: of the answer.
        following: the next question; None at the end.
        words: the language to speak in.
        earned: ids of the points that any answer to the question made.
    """
    if grade.verdict is Verdict.NOT_GRADED and not grade.doubts:
        return
    manners = [words.manner(manner) for manner in dict.fromkeys(remark.manner for remark in grade.remarks)]
    yield "; ".join([f"[{words.verdict(grade.verdict)}]", *manners])
    yield from _listed(phrase(words, "covered"), grade.matched)
    missing = tuple(point for point in grade.missing if point.point not in earned)
    again = following is not None and following.step.question == grade.question
    if again and following is not None and following.step.move is not Move.PAUSE and missing:
        yield f"  {phrase(words, 'open')}"
    elif not (again or grade.has(Manner.PAUSES)):
        yield from _listed(phrase(words, "missing"), missing)
    if grade.doubts:
        doubts = ", ".join(words.doubt(doubt) for doubt in grade.doubts)
        yield f"  {phrase(words, 'doubtful')}: {doubts}"


def _listed(heading: str, points: Sequence[PointGrade]) -> Iterator[str]:
    if points:
        yield f"  {heading}:"
    yield from (f"  - {plain(point.label)}" for point in points)


def _earned(turns: Iterable[Turn], question: str) -> set[str]:
    """Return the points that any answer to a question made."""
    grades = (turn.grade for turn in turns if turn.step.question == question)
    return {point.point for grade in grades if grade is not None for point in grade.matched}


def _next_answer(turn: Turn, answers: Answers, words: InterviewWords) -> str | None:
    """Return an answer or a command that the interview has to act on."""
    while True:
        given = answers()
        if given is None or given.strip() not in set(Command):
            return given
        command = Command(given.strip())
        if command is Command.HELP:
            say(phrase(words, "help") + "\n")
        elif command is Command.REPEAT:
            _say_question(turn, words)
        else:
            return command


def _say_question(turn: Turn, words: InterviewWords) -> None:
    say(f"\n{words['turn'] % turn.number}. {plain(turn.wording.text)}\n")


def say(text: str) -> None:
    """Speak where a person reads: on the terminal, or beside the results that go elsewhere."""
    stream = sys.stdout if sys.stdout is not None and sys.stdout.isatty() else sys.stderr
    stream.write(text)
    stream.flush()


def at_terminal() -> bool:
    """Tell whether a person types the answers."""
    return sys.stdin is not None and sys.stdin.isatty()


def typed_answers() -> Answers:
    """Return what gives the answers that a person types: each ends with an empty line, or with Ctrl-D."""
    with suppress(ImportError):
        import readline  # noqa: F401 - gives `input` editing, long lines, and pastes as one piece
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="backslashreplace")

    def read() -> str | None:
        lines: list[str] = []
        while True:
            try:
                line = input("  " if lines else "> ")
            except EOFError:
                return "\n".join(lines) if lines else None
            if not line.strip():
                return "\n".join(lines)
            lines.append(line)
            if len(lines) == 1 and line.strip() in set(Command):
                return line

    return read


def standard_answers() -> Answers:
    """Return what gives the answers that come through a pipe, one on each line.

    Raises:
        InvalidInput: standard input is closed.
    """
    if sys.stdin is None:
        raise InvalidInput("Standard input is closed. Name a file with --answers.")
    return listed_answers(sys.stdin.buffer)


def listed_answers(stream: BinaryIO) -> Answers:
    """Return what gives the lines of a stream, an answer each; bytes that are no UTF-8 are spelled out."""
    first = True

    def read() -> str | None:
        nonlocal first
        line = stream.readline()
        if first:
            line, first = line.removeprefix(_BOM), False
        if not line:
            return None
        return line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "backslashreplace")

    return read
