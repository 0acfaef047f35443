"""An interview as it is held: asked, answered, graded, and saved before anything of it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from metier.dialogue import Grade, Interview, Manner, Move, PointGrade, Reason, Remark, Step, Turn, Verdict
from metier.errors import InvalidInput, NotFound
from metier.interview.bank import Bank, QuestionKind
from metier.interview.grading import AnswerGrader
from metier.interview.policy import PolicyOptions, TopicChooser, next_step
from metier.interview.writer import BankWriter, QuestionWriter, WritingRequest
from metier.store.interviews import InterviewStore, check_id

MAX_ANSWER_CHARS: Final = 1_000_000


class StepRule(Protocol):
    """What chooses the next step; `metier.interview.policy.next_step` does, and is the contract."""

    def __call__(
        self,
        bank: Bank,
        turns: Sequence[Turn],
        options: PolicyOptions,
        *,
        elapsed_s: float = 0.0,
        chooser: TopicChooser | None = None,
    ) -> Step:
        """Return what to ask next, or the end."""
        ...


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Conduct:
    """What an interview is held with.

    Attributes:
        bank: what can be asked.
        grader: tells what answers are worth.
        store: where it is kept.
        writer: words the questions.
        chooser: draws topics forward that an answer leads to; None for the order of the bank.
        choose: chooses each step.
        clock: gives the time, with its zone.
    """

    bank: Bank
    grader: AnswerGrader
    store: InterviewStore
    writer: QuestionWriter = field(default_factory=BankWriter)
    chooser: TopicChooser | None = None
    choose: StepRule = next_step
    clock: Callable[[], datetime] = utc_now


class Session:
    """One sitting of an interview; `start_interview` and `go_on_with_interview` make it.

    Every turn is saved before it is returned: a question before it is shown, an answer before it is graded
    and again with its grade. So whenever the process dies, what was shown is there, what was answered too,
    and going on shows the same open question again.

    The time budget counts how long questions stood open, pauses that were asked for left out. A question that
    is shown again in a later sitting is open from then on, so a break between sittings costs no time.

    Args:
        conduct: what it is held with.
        interview: as far as it has come; it belongs to the bank of `conduct`.
    """

    def __init__(self, conduct: Conduct, interview: Interview) -> None:
        self.interview = interview
        self._conduct = conduct
        self._options = _options_of(interview)
        self._shown = False

    @property
    def ended(self) -> bool:
        """Tell whether it has ended."""
        return self.interview.ended_at is not None

    @property
    def elapsed_s(self) -> float:
        """Return how many seconds of the time budget are used, up to the last answer."""
        return open_seconds(self.interview)

    def question(self) -> Turn | None:
        """Return the turn that awaits its answer, a new one where there is none; None at the end.

        The interview's `ending` then says why.
        """
        if self.ended:
            return None
        awaiting = self._awaiting()
        if awaiting is not None:
            return awaiting if self._shown else self._shown_again(awaiting)
        self._grade_what_is_left()
        step = self._conduct.choose(
            self._conduct.bank,
            self.interview.turns,
            self._options,
            elapsed_s=self.elapsed_s,
            chooser=self._conduct.chooser,
        )
        if step.move is Move.END:
            self._close(step.reasons)
            return None
        wording = self._conduct.writer.write(self._request(step))
        turn = Turn(len(self.interview.turns) + 1, step, wording, self._now())
        self._keep(replace(self.interview, turns=(*self.interview.turns, turn)))
        self._shown = True
        return turn

    def answer(self, text: str) -> Turn:
        """Return the open turn with an answer and its grade.

        Args:
            text: the candidate's words, kept as they are; any text is an answer, an empty one too.

        Raises:
            InvalidInput: no question is open, or the text is longer than any answer.
        """
        if len(text) > MAX_ANSWER_CHARS:
            raise InvalidInput(f"An answer may have {MAX_ANSWER_CHARS:,} characters. It has {len(text):,}.")
        self._replace_last(replace(self._open(), answer=text, answered_at=self._now()))
        self._grade_what_is_left()
        return self.interview.turns[-1]

    def skip(self) -> Turn:
        """Return the open turn, skipped: an empty answer that earns nothing.

        Raises:
            InvalidInput: no question is open.
        """
        turn = self._open()
        question = self._conduct.bank.question(turn.step.question)
        talk = question.kind is QuestionKind.TALK
        grade = Grade(
            question.id,
            Verdict.NOT_GRADED if talk else Verdict.NOT_EARNED,
            missing=tuple(PointGrade(point.id, point.label, 0.0) for point in question.points),
            remarks=(Remark(Manner.SKIPS),),
        )
        self._replace_last(replace(turn, answer="", answered_at=self._now(), grade=grade))
        return self.interview.turns[-1]

    def end(self) -> None:
        """End it now; an open question stays without an answer."""
        if not self.ended:
            self._grade_what_is_left()
            self._close((Reason("ended-by-hand"),))

    def _close(self, reasons: tuple[Reason, ...]) -> None:
        self._keep(replace(self.interview, ended_at=self._now(), ending=reasons))

    def _awaiting(self) -> Turn | None:
        last = self.interview.turns[-1] if self.interview.turns else None
        return last if last is not None and last.answer is None else None

    def _open(self) -> Turn:
        awaiting = self._awaiting()
        if awaiting is None or self.ended:
            why = "has ended" if self.ended else "has no open question. Ask for one first"
            raise InvalidInput(f"Interview {self.interview.id} {why}.")
        return awaiting

    def _shown_again(self, turn: Turn) -> Turn:
        self._replace_last(replace(turn, asked_at=self._now()))
        self._shown = True
        return self.interview.turns[-1]

    def _grade_what_is_left(self) -> None:
        """Grade the last answer if the process died, or the grader failed, before that was done."""
        turn = self.interview.turns[-1] if self.interview.turns else None
        if turn is None or turn.answer is None or turn.grade is not None:
            return
        question = self._conduct.bank.question(turn.step.question)
        reworded = turn.wording.text if turn.wording.text not in question.ask else ""
        grade = self._conduct.grader.grade(
            question, turn.answer, language=self.interview.language, asked=reworded
        )
        self._replace_last(replace(turn, grade=grade))

    def _request(self, step: Step) -> WritingRequest:
        bank, turns = self._conduct.bank, self.interview.turns
        question = bank.question(step.question)
        last = turns[-1] if turns else None
        grade = last.grade if last else None
        return WritingRequest(
            bank.topic_of(question.id),
            question,
            self.interview.language,
            len(turns) + 1,
            step.move,
            question.point(step.point) if step.point else None,
            bank.topic_of(last.step.question) if last else None,
            (last.answer or "") if last else "",
            grade.verdict if grade else None,
            tuple(point.label for point in grade.matched) if grade else (),
        )

    def _replace_last(self, turn: Turn) -> None:
        self._keep(replace(self.interview, turns=(*self.interview.turns[:-1], turn)))

    def _keep(self, interview: Interview) -> None:
        """Save first: what could not be saved has not happened."""
        self._conduct.store.save(interview)
        self.interview = interview

    def _now(self) -> str:
        return _stamp(self._conduct.clock())


@contextmanager
def start_interview(
    conduct: Conduct, interview_id: str, options: PolicyOptions | None = None
) -> Iterator[Session]:
    """Begin an interview and hold it against other processes for the block.

    Args:
        conduct: what it is held with.
        interview_id: what the store calls it.
        options: how long it may take; they stay with it.

    Raises:
        InvalidInput: an id that no store takes, or that is taken.
        BackendError: it cannot be saved, or somebody else holds it.
    """
    with conduct.store.hold(check_id(interview_id)):
        if _is_there(conduct.store, interview_id):
            raise InvalidInput(f"Interview {interview_id} is there already. Go on with it, or name another.")
        interview = Interview(
            interview_id,
            conduct.bank.name,
            conduct.bank.sha256,
            conduct.bank.language,
            _stamp(conduct.clock()),
            _as_text(options or PolicyOptions()),
        )
        conduct.store.save(interview)
        yield Session(conduct, interview)


@contextmanager
def go_on_with_interview(conduct: Conduct, interview_id: str) -> Iterator[Session]:
    """Go on with an interview where it stopped, and hold it against other processes for the block.

    Raises:
        NotFound: there is none of that id.
        InvalidInput: it was begun with another bank, or with another version of this one.
        BackendError: it cannot be read, or somebody else holds it.
    """
    conduct.store.get(interview_id)  # a name that was mistyped must leave no trace
    with conduct.store.hold(interview_id):
        interview = conduct.store.get(interview_id)
        check_bank(interview, conduct.bank)
        yield Session(conduct, interview)


def check_bank(interview: Interview, bank: Bank) -> None:
    """Make sure that an interview was held with a bank, to the letter.

    Raises:
        InvalidInput: it was not.
    """
    if interview.bank_sha256 != bank.sha256:
        what = "another version of it" if bank.name == interview.bank else f"bank {bank.name}"
        raise InvalidInput(
            f"Interview {interview.id} was begun with bank {interview.bank}, sha256 "
            f"{interview.bank_sha256[:12]}. Got {what}, sha256 {bank.sha256[:12]}. Give the file that it was "
            "begun with."
        )


def open_seconds(interview: Interview) -> float:
    """Return how long questions stood open until they were answered, pauses left out, in seconds."""
    spans = (
        (datetime.fromisoformat(turn.answered_at) - datetime.fromisoformat(turn.asked_at)).total_seconds()
        for turn in interview.turns
        if turn.answered_at is not None and turn.step.move is not Move.PAUSE
    )
    return sum(max(0.0, seconds) for seconds in spans)  # a clock may be set back


def _is_there(store: InterviewStore, interview_id: str) -> bool:
    try:
        store.get(interview_id)
    except NotFound:
        return False
    return True


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _as_text(options: PolicyOptions) -> tuple[tuple[str, str], ...]:
    pairs = (
        ("max_follow_ups", options.max_follow_ups),
        ("max_questions", options.max_questions),
        ("minutes", options.minutes),
    )
    return tuple((name, str(value)) for name, value in pairs if value is not None)


def _options_of(interview: Interview) -> PolicyOptions:
    known = dict(interview.options)
    try:
        return PolicyOptions(
            max_follow_ups=int(known.get("max_follow_ups", 1)),
            max_questions=int(known["max_questions"]) if "max_questions" in known else None,
            minutes=float(known["minutes"]) if "minutes" in known else None,
        )
    except ValueError as exc:
        raise InvalidInput(f"Interview {interview.id} has options that are no numbers.") from exc
