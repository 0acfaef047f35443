"""Interviews as the hiring team sees them: with which bank, for whom, what was said, what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from metier.dialogue import Interview, InterviewReport, Turn
from metier.errors import InvalidInput
from metier.interview.reporting import make_report
from metier.service import interview_banks, interview_sittings
from metier.service.access import Caller
from metier.service.interview_banks import VACANCY, NewInterviewPlan
from metier.service.interview_sittings import Place
from metier.service.once import Once, found_before, run_once
from metier.service.service import Service
from metier.store.workspaces import erasure
from metier.store.workspaces import interviews as stored
from metier.store.workspaces.interviews import StoredInterview
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import Page

__all__ = [
    "Asked",
    "BankFacts",
    "NewInterviewPlan",
    "answer",
    "banks",
    "create",
    "end",
    "erase",
    "get",
    "make_link",
    "page",
    "question",
    "record",
    "report",
]

_INTERVIEW: Final = "interview"


@dataclass(frozen=True, slots=True)
class BankFacts:
    """A bank that interviews can be held with.

    Attributes:
        name: of the bank; `vacancy` for one that is made of a vacancy and a resume.
        title: in its language; empty for one that is to be made.
        language: of its questions, ISO 639-1.
        n_questions: how many it has, talk left out; 0 for one that is to be made.
    """

    name: str
    title: str
    language: str
    n_questions: int


@dataclass(frozen=True, slots=True)
class Asked:
    """An interview with the question that stands open.

    Attributes:
        interview: how far it has come.
        turn: the question; None where it has ended.
        n_asked: how many questions were asked, this one too.
    """

    interview: StoredInterview
    turn: Turn | None
    n_asked: int


def banks(service: Service, caller: Caller) -> tuple[BankFacts, ...]:
    """Return the banks that interviews can be held with, by name and language."""
    caller.require(KeyRole.VIEWER)
    del service  # they come with metier
    shipped = [
        BankFacts(bank.name, bank.title, bank.language, sum(bool(item.points) for _, item in bank.each()))
        for bank in interview_banks.shipped().values()
    ]
    made = [BankFacts(VACANCY, "", language, 0) for language in interview_banks.LANGUAGES]
    return (*made, *sorted(shipped, key=lambda bank: (bank.name, bank.language)))


def create(
    service: Service, caller: Caller, wanted: NewInterviewPlan, *, once: Once | None = None
) -> StoredInterview:
    """Add an interview that is yet to be held.

    Raises:
        Forbidden: the caller is a viewer.
        NotFound: there is no such bank, person or vacancy.
        Conflict: the idempotency key was used for another request.
        InvalidInput: no bank can be made of the vacancy, or a limit is out of its range.
    """
    caller.require(KeyRole.RECRUITER)
    before = found_before(service, caller, once, _INTERVIEW)
    if before is not None:
        return get(service, caller, before[_INTERVIEW])
    new = interview_banks.prepare(service, caller.workspace, wanted)
    with service.database.transaction() as transaction:

        def make() -> dict[str, Any]:
            return {_INTERVIEW: stored.add(transaction, caller.workspace, caller.actor, new).id}

        made = run_once(transaction, caller, once, _INTERVIEW, make)
        return stored.get(transaction, caller.workspace, made[_INTERVIEW])


def get(service: Service, caller: Caller, interview: str) -> StoredInterview:
    """Return an interview.

    Raises:
        NotFound: there is none of that id, or it was erased.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.get(transaction, caller.workspace, interview)


def page(
    service: Service, caller: Caller, *, person: str | None = None, after: str | None = None, limit: int = 50
) -> Page[StoredInterview]:
    """Return interviews, the latest first.

    Raises:
        NotFound: there is no such person.
        InvalidInput: `limit` or `after` is out of its range.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        return stored.page(transaction, caller.workspace, person=person, after=after, limit=limit)


def make_link(service: Service, caller: Caller, interview: str, *, lasts_s: float) -> str:
    """Return the secret of a new link to an interview, for its candidate; earlier links and seats end.

    Args:
        service: where the interview is.
        caller: a recruiter.
        interview: id of the interview.
        lasts_s: for how long the link can be opened, above 0 and at most 366 days.

    Raises:
        Forbidden: the caller is a viewer.
        NotFound: there is none of that id.
        Conflict: it has ended.
        InvalidInput: `lasts_s` is out of its range.
    """
    caller.require(KeyRole.RECRUITER)
    with service.database.transaction() as transaction:
        return stored.make_link(transaction, caller.workspace, caller.actor, interview, lasts_s=lasts_s)


def question(service: Service, caller: Caller, interview: str) -> Asked:
    """Return the open question of an interview, a new one where the last was answered.

    Raises:
        Forbidden: the caller is a viewer.
        NotFound: there is none of that id.
        Conflict: another asked or answered at the same time.
    """
    caller.require(KeyRole.RECRUITER)
    return _asked(*interview_sittings.ask(service, _place(caller, interview)))


def answer(service: Service, caller: Caller, interview: str, text: str, *, turn: int | None = None) -> Asked:
    """Answer the open question on behalf of the candidate; return the next.

    Args:
        service: where the interview is.
        caller: a recruiter.
        interview: id of the interview.
        text: the candidate's words; an empty one skips the question.
        turn: number of the question that it answers; None for whichever is open.

    Raises:
        Forbidden: the caller is a viewer.
        NotFound: there is none of that id.
        Conflict: the question was answered already, or the interview has ended.
        InvalidInput: the answer is longer than any.
    """
    caller.require(KeyRole.RECRUITER)
    return _asked(*interview_sittings.answer(service, _place(caller, interview), text, turn=turn))


def end(service: Service, caller: Caller, interview: str) -> StoredInterview:
    """End an interview now; an open question stays without an answer.

    Raises:
        Forbidden: the caller is a viewer.
        NotFound: there is none of that id.
        Conflict: another answered at the same time.
    """
    caller.require(KeyRole.RECRUITER)
    return interview_sittings.end(service, _place(caller, interview))


def record(service: Service, caller: Caller, interview: str) -> Interview:
    """Return all that was said in an interview so far, with the grades.

    Raises:
        NotFound: there is none of that id.
        InvalidInput: it was not begun.
    """
    caller.require(KeyRole.VIEWER)
    with service.database.reading() as transaction:
        found = stored.record(transaction, caller.workspace, interview)
    if found is None:
        raise InvalidInput(f"The interview {interview} was not begun. Nothing was said yet.")
    return found


def report(service: Service, caller: Caller, interview: str) -> InterviewReport:
    """Return what an interview came to so far.

    Raises:
        NotFound: there is none of that id.
        InvalidInput: it was not begun.
        StoreDamaged: the bank is not as it was kept.
    """
    said = record(service, caller, interview)
    found = get(service, caller, interview)
    return make_report(said, interview_banks.bank_of(service, found))


def erase(service: Service, caller: Caller, interview: str) -> None:
    """Erase an interview with all that was said in it.

    Raises:
        Forbidden: the caller is no administrator.
        NotFound: there is none of that id.
    """
    caller.require(KeyRole.ADMIN)
    with service.database.transaction() as transaction:
        erasure.erase_interview(transaction, caller.workspace, caller.actor, interview)


def _place(caller: Caller, interview: str) -> Place:
    return Place(caller.workspace, interview, caller.actor)


def _asked(interview: StoredInterview, turn: Turn | None, n_asked: int) -> Asked:
    return Asked(interview, turn, n_asked)
