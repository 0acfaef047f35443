"""The interview as its candidate sees it: opened by a link, answered from a seat, without any grade."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from metier.dialogue import Step, Turn, Wording
from metier.errors import Conflict
from metier.service import interview_sittings
from metier.service.interview_banks import bank_of
from metier.service.interview_sittings import Place
from metier.service.interviews import Asked
from metier.service.service import Service
from metier.store.workspaces import interviews as stored
from metier.store.workspaces.interviews import InterviewState, StoredInterview
from metier.store.workspaces.log import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What a candidate is told before the interview begins.

    Attributes:
        title: what it is about, in its language.
        language: of its questions, ISO 639-1.
        minutes: after which nothing new is asked; None for no end.
    """

    title: str
    language: str
    minutes: int | None


def look(service: Service, link: str) -> RoomFacts:
    """Return what awaits the candidate behind a link; the link is not used up.

    Raises:
        NotFound: the link is unknown, used up or over, or the interview has ended.
    """
    with service.database.reading() as transaction:
        found = stored.look(transaction, link)
    options = found.options
    return RoomFacts(bank_of(service, found).title, options["language"], options.get("minutes"))


def open_room(service: Service, link: str) -> str:
    """Use a link up; return the secret of the candidate's seat, for their browser.

    Where a question stood open, it is shown anew: the break before does not count as time.

    Raises:
        NotFound: the link is unknown, used up or over, or the interview has ended.
    """
    with service.database.transaction() as transaction:
        found, seat = stored.open_link(transaction, link)
    if found.state is InterviewState.GOING:
        with suppress(Conflict):
            interview_sittings.ask(service, _place(found), again=True)
    return seat


def question(service: Service, seat: str) -> Asked:
    """Return the open question, a new one where the last was answered; None as its turn at the end.

    Raises:
        NotFound: the seat is unknown, or no longer works.
        Conflict: another window asked or answered at the same time.
    """
    return _shown(*interview_sittings.ask(service, _place(_sitting(service, seat))))


def answer(service: Service, seat: str, text: str, *, turn: int | None = None) -> Asked:
    """Answer the open question; return the next.

    Args:
        service: where the interview is.
        seat: the secret of the candidate's seat.
        text: the answer; an empty one skips the question.
        turn: number of the question that it answers; None for whichever is open.

    Raises:
        NotFound: the seat is unknown, or no longer works.
        Conflict: the question was answered already, in another window perhaps, or the interview has ended.
        InvalidInput: the answer is longer than any.
    """
    return _shown(*interview_sittings.answer(service, _place(_sitting(service, seat)), text, turn=turn))


def end(service: Service, seat: str) -> None:
    """End the interview; an open question stays without an answer.

    Raises:
        NotFound: the seat is unknown, or no longer works.
        Conflict: another window answered at the same time.
    """
    interview_sittings.end(service, _place(_sitting(service, seat)))


def _sitting(service: Service, seat: str) -> StoredInterview:
    with service.database.reading() as transaction:
        return stored.seat(transaction, seat)


def _place(interview: StoredInterview) -> Place:
    return Place(interview.workspace, interview.id, Actor(ActorKind.CANDIDATE, interview.id))


def _shown(interview: StoredInterview, turn: Turn | None, n_asked: int) -> Asked:
    """Return what a candidate may see: the words of the question, not why it was chosen."""
    if turn is None:
        return Asked(interview, None, n_asked)
    bare = replace(turn, step=Step(turn.step.move), wording=Wording(turn.wording.text), grade=None)
    return Asked(interview, bare, n_asked)
