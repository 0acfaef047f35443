"""How questions are asked and answers taken: one request at a time, each kept before it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from metier.dialogue import Grade, Interview, Turn
from metier.errors import Conflict, NotFound
from metier.interview.bank import Question
from metier.interview.session import Conduct, Session, go_on_with_interview, start_interview
from metier.service.interview_banks import bank_of, policy_of
from metier.service.service import Service
from metier.store.interviews import InterviewSummary, summary_of
from metier.store.workspaces import erasure
from metier.store.workspaces import interviews as stored
from metier.store.workspaces.interviews import InterviewState, StoredInterview
from metier.store.workspaces.log import Actor

_ANSWERED: Final = "was answered already, here or in another window. Go on with the one that is open now."


@dataclass(frozen=True, slots=True)
class Place:
    """Which interview, and who speaks in it.

    Attributes:
        workspace: that it belongs to.
        interview: its id.
        actor: as whom the log names them.
    """

    workspace: str
    interview: str
    actor: Actor


def ask(service: Service, place: Place, *, again: bool = False) -> tuple[StoredInterview, Turn | None, int]:
    """Return an interview, its open question or None at the end, and how many were asked.

    Args:
        service: where it is.
        place: which, and who asks.
        again: the open question is shown anew after a break: the break does not count as time.

    Raises:
        NotFound: there is none of that id.
        Conflict: another asked or answered at the same time.
    """
    for last in (False, False, True):
        try:
            return _ask(service, place, again=again)
        except Conflict:
            # Another window was quicker: its question is the one to show.
            if last:
                raise
    raise AssertionError  # not reached: the last try returns or raises


def answer(
    service: Service, place: Place, text: str, *, turn: int | None = None
) -> tuple[StoredInterview, Turn | None, int]:
    """Keep and grade an answer; return as `ask` does, with the next question.

    Of two that answer the same question, the first is kept and the other refused.

    Args:
        service: where it is.
        place: which, and who answers.
        text: the words; blank ones skip the question.
        turn: number of the question that they answer; None for whichever is open.

    Raises:
        NotFound: there is none of that id.
        Conflict: the question was answered already, or none is open.
        InvalidInput: the answer is longer than any.
    """
    with _sitting(service, place) as (session, _):
        waiting = open_turn(session.interview)
        if waiting is None:
            why = "has ended" if session.ended else "has no open question. Ask for one first"
            raise Conflict(f"The interview {place.interview} {why}.")
        if turn is not None and turn != waiting.number:
            raise Conflict(f"The question {turn} {_ANSWERED}")
        try:
            if text.strip():
                session.answer(text)
            else:
                session.skip()
        except Conflict as error:
            raise Conflict(f"The question {waiting.number} {_ANSWERED}") from error
    return ask(service, place)


def end(service: Service, place: Place) -> StoredInterview:
    """End an interview now; return it. One that has ended stays as it is.

    Raises:
        NotFound: there is none of that id.
        Conflict: another answered at the same time.
    """
    kept, _ = _read(service, place)
    if kept.state is InterviewState.ENDED:
        return kept
    with _sitting(service, place) as (session, keeper):
        session.end()
        return keeper.kept


def open_turn(interview: Interview) -> Turn | None:
    """Return the turn that awaits its answer, or None."""
    last = interview.turns[-1] if interview.turns else None
    return last if last is not None and last.answer is None and interview.ended_at is None else None


class _Keeper:
    """Implements `InterviewStore` for one interview of the database, as it was when it was read.

    Nobody is held off: what was saved meanwhile makes the next save fail.
    """

    def __init__(self, service: Service, place: Place, kept: StoredInterview, said: Interview | None) -> None:
        self.kept = kept
        self._said = said
        self._service = service
        self._place = place

    def save(self, interview: Interview) -> None:
        with self._service.database.transaction() as transaction:
            self.kept = stored.save(
                transaction, self._place.workspace, self._place.actor, interview, version=self.kept.version
            )
        self._said = interview

    def get(self, interview_id: str) -> Interview:
        if self._said is None:
            raise NotFound(f"The interview {interview_id} was not begun.")
        return self._said

    def list(self) -> tuple[InterviewSummary, ...]:
        return (summary_of(self.get(self._place.interview)),)

    def delete(self, interview_id: str) -> None:
        with self._service.database.transaction() as transaction:
            erasure.erase_interview(transaction, self._place.workspace, self._place.actor, interview_id)

    @contextmanager
    def hold(self, interview_id: str) -> Iterator[None]:
        del interview_id
        yield


class _Grader:
    """Implements `AnswerGrader`; takes its turn at the models only while it grades."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def name(self) -> str:
        with self._service.engines.grader() as grader:
            return grader.name

    @property
    def sha256(self) -> str:
        with self._service.engines.grader() as grader:
            return grader.sha256

    def grade(self, question: Question, answer: str, *, language: str, asked: str = "") -> Grade:
        with self._service.engines.grader() as grader:
            return grader.grade(question, answer, language=language, asked=asked)


def _ask(service: Service, place: Place, *, again: bool) -> tuple[StoredInterview, Turn | None, int]:
    kept, said = _read(service, place)
    if said is not None and kept.state is InterviewState.ENDED:
        return kept, None, len(said.turns)
    with _sitting(service, place) as (session, keeper):
        awaiting = None if again else open_turn(session.interview)
        turn = awaiting or session.question()
        return keeper.kept, turn, len(session.interview.turns)


def _read(service: Service, place: Place) -> tuple[StoredInterview, Interview | None]:
    with service.database.reading() as transaction:
        kept = stored.get(transaction, place.workspace, place.interview)
        return kept, stored.record(transaction, place.workspace, place.interview)


@contextmanager
def _sitting(service: Service, place: Place) -> Iterator[tuple[Session, _Keeper]]:
    """Begin an interview, or go on with it as it was saved last."""
    kept, said = _read(service, place)
    keeper = _Keeper(service, place, kept, said)
    conduct = Conduct(bank_of(service, kept), _Grader(service), keeper, clock=service.clock.now)
    if said is None:
        with start_interview(conduct, place.interview, policy_of(kept)) as session:
            yield session, keeper
    else:
        with go_on_with_interview(conduct, place.interview) as session:
            yield session, keeper
