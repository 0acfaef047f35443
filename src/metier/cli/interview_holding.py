"""An interview from its first question to where it stops: which one, with which bank, and how to go on."""

from __future__ import annotations

import re
import secrets
import shlex
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from metier.cli.interview import DEFAULT_BANK
from metier.cli.interview_dialogue import (
    Answers,
    at_terminal,
    converse,
    listed_answers,
    say,
    standard_answers,
    typed_answers,
)
from metier.cli.interview_phrases import phrase
from metier.dialogue import Interview, InterviewReport
from metier.errors import Cancelled, InvalidInput, NotFound
from metier.interview.bank import Bank
from metier.interview.bank_files import SUFFIXES, find_bank
from metier.interview.grading import AnswerGrader
from metier.interview.policy import PolicyOptions, TopicChooser
from metier.interview.reporting import make_report
from metier.interview.session import Conduct, Session, go_on_with_interview, start_interview, utc_now
from metier.interview.writer import QuestionWriter
from metier.report.interview_words import InterviewWords
from metier.store.interviews import InterviewStore

_OWN_ID = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for.

    Attributes:
        bank: its name or file; None for that of the interview, or the default.
        language: of a new interview, where the bank leaves it open.
        session: id of an interview, there or new; None for a new one under an id of its own.
        sessions: where interviews are kept, as it was named; None where it was not.
        store: what keeps them.
        minutes: as in `PolicyOptions`; None where it was not said.
        max_questions: likewise.
        follow_ups: likewise.
        answers: a file with an answer on each line; None for standard input.
        feedback: whether answers are told what they covered; None for a terminal only.
    """

    bank: str | None
    language: str
    session: str | None
    sessions: Path | None
    store: InterviewStore
    minutes: float | None
    max_questions: int | None
    follow_ups: int | None
    answers: Path | None
    feedback: bool | None

    @property
    def options(self) -> PolicyOptions:
        """Return what a new interview may take."""
        follow_ups = PolicyOptions().max_follow_ups if self.follow_ups is None else self.follow_ups
        return PolicyOptions(follow_ups, self.max_questions, self.minutes)

    @property
    def names_options(self) -> bool:
        """Tell whether any of the options was said."""
        return any(value is not None for value in (self.minutes, self.max_questions, self.follow_ups))

    def command(self, *words: str) -> str:
        """Return a command that finds the same interview again."""
        place = ["--sessions", str(self.sessions)] if self.sessions else []
        file = ["--bank", self.bank] if self.bank and _is_file(self.bank) else []
        return shlex.join(["metier", "interview", *words, *file, *place])


@dataclass(frozen=True, slots=True)
class Held:
    """An interview as a sitting left it."""

    interview: Interview
    bank: Bank

    @property
    def ended(self) -> bool:
        """Tell whether it has ended."""
        return self.interview.ended_at is not None

    @property
    def language(self) -> str:
        """Return the language of the interview."""
        return self.interview.language

    def report(self) -> InterviewReport:
        """Return what it came to."""
        return make_report(self.interview, self.bank)


def hold_interview(
    wanted: Wanted,
    *,
    grader: Callable[[], AnswerGrader],
    writer: Callable[[], QuestionWriter],
    chooser: Callable[[], TopicChooser | None] = lambda: None,
) -> Held:
    """Hold an interview until it ends or stops; it is saved at every turn.

    Args:
        wanted: what the command line asks for.
        grader: loads what grades, once everything else is in order.
        writer: loads who words the questions, likewise.
        chooser: loads what draws topics forward, likewise.

    Raises:
        Cancelled: interrupted; the message says how to go on.
        InvalidInput: what is asked for does not fit the interview.
    """
    known = _known(wanted)
    if known is not None:
        bank = bank_of(known, wanted.bank)
    else:
        bank = find_bank(wanted.bank or DEFAULT_BANK, language=wanted.language)
    interview_id = wanted.session or f"{utc_now():%Y-%m-%d}-{secrets.token_hex(3)}"
    words = InterviewWords(bank.language)
    again = wanted.command("--session", interview_id)
    with _answers(wanted.answers) as answers:
        conduct = Conduct(bank, grader(), wanted.store, writer(), chooser())
        with _sitting(conduct, interview_id, wanted, resumed=known is not None) as session:
            _greet(session, bank, words, resumed=known is not None)
            feedback = (
                at_terminal() and wanted.answers is None if wanted.feedback is None else wanted.feedback
            )
            try:
                converse(session, answers, words, feedback=feedback)
            except KeyboardInterrupt as exc:
                raise Cancelled(f"Interrupted. Interview {interview_id} is saved. Go on: {again}") from exc
    if session.ended:
        say(f"\n{phrase(words, 'ended', {'command': wanted.command('report', interview_id)})}\n")
    else:
        say(f"\n{phrase(words, 'paused', {'command': again})}\n")
    return Held(session.interview, bank)


def bank_of(interview: Interview, named: str | None) -> Bank:
    """Return the bank of an interview: that which was named, or the one of its name that comes with metier.

    Raises:
        InvalidInput: none was named, and it came from a file.
    """
    try:
        return find_bank(named or interview.bank, language=interview.language)
    except NotFound as exc:
        if named:
            raise
        raise InvalidInput(
            f"Interview {interview.id} was begun with the file of a bank, {interview.bank}. Name it: "
            "--bank FILE."
        ) from exc


def _known(wanted: Wanted) -> Interview | None:
    """Return the interview to go on with, or None for a new one."""
    if wanted.session is None:
        return None
    try:
        interview = wanted.store.get(wanted.session)
    except NotFound:
        if _OWN_ID.fullmatch(wanted.session):  # nobody makes one up; a new interview would be a surprise
            raise
        return None
    if interview.ended_at is not None:
        raise InvalidInput(
            f"Interview {interview.id} has ended. Its report: {wanted.command('report', interview.id)}"
        )
    if wanted.names_options:
        raise InvalidInput(
            f"Interview {interview.id} keeps the options it was begun with. Leave out --minutes, "
            "--max-questions and --follow-ups."
        )
    return interview


def _sitting(
    conduct: Conduct, interview_id: str, wanted: Wanted, *, resumed: bool
) -> AbstractContextManager[Session]:
    if resumed:
        return go_on_with_interview(conduct, interview_id)
    return start_interview(conduct, interview_id, wanted.options)


def _greet(session: Session, bank: Bank, words: InterviewWords, *, resumed: bool) -> None:
    n_answers = sum(turn.answer is not None for turn in session.interview.turns)
    key = "resumed" if resumed else "begun"
    say(phrase(words, key, {"id": session.interview.id, "title": bank.title, "n": n_answers}) + "\n")
    if at_terminal():
        say(phrase(words, "how") + "\n")


@contextmanager
def _answers(path: Path | None) -> Iterator[Answers]:
    """Give what the candidate says: the lines of a file, what is typed, or the lines of a pipe."""
    if path is None:
        yield typed_answers() if at_terminal() else standard_answers()
        return
    try:
        file = path.open("rb")
    except OSError as exc:
        raise InvalidInput(f"{path} cannot be read: {exc.strerror}. Name a file with answers.") from exc
    with file:
        yield listed_answers(file)


def _is_file(bank: str) -> bool:
    return bank.endswith(SUFFIXES) or "/" in bank
