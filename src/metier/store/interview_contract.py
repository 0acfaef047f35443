"""The contract that every store of interviews keeps, as checks that anyone can run on theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from metier.dialogue import (
    Doubt,
    Grade,
    Interview,
    Manner,
    Move,
    PointGrade,
    Reason,
    Remark,
    Step,
    Turn,
    Verdict,
    Wording,
)
from metier.errors import BackendError, InvalidInput, MetierError, NotFound, StoreBusy
from metier.store.interviews import InterviewStore
from metier.types import Span

Make = Callable[[], InterviewStore]

_ASKED: Final = "2026-03-01T10:00:00Z"
_ANSWERED: Final = "2026-03-01T10:01:30Z"
_TEXTS: Final = ("", " ", "Ответ", "답", "a\x00b\x1b[2J", "half \ud800 and \udcff", "\u202etxt", "x" * 20_000)
_NO_IDS: Final = (
    "",
    "..",
    "../a",
    "a/b",
    "a\\b",
    "/a",
    ".a",
    "a.json",
    "A",
    "-a",
    "a\x00",
    "ü",
    "a" * 65,
    "a\n",
)


def sample_interview(interview_id: str, *, answer: str = "It learns from data.") -> Interview:
    """Return an interview with one answered turn and one that awaits its answer."""
    grade = Grade(
        "what-is-ml",
        Verdict.PARTLY,
        0.5,
        (PointGrade("data", "learns from data", 0.9, (Span(0, len(answer)),)),),
        (PointGrade("rules", "no rules by hand", 0.2),),
        (Remark(Manner.HEDGES, 0.7),),
        (Doubt.NEAR_THRESHOLD,),
        "model",
        "0" * 64,
    )
    step = Step(Move.ASK, "ml", "what-is-ml", "", (Reason("first-topic", (("topic", "ml"),)),))
    follow_up = Step(Move.FOLLOW_UP, "ml", "what-is-ml", "rules", (Reason("missing-point"),))
    turns = (
        Turn(1, step, Wording("What is ML?"), _ASKED, answer, _ANSWERED, grade),
        Turn(2, follow_up, Wording("Who writes the rules?", "model", 2, ("length",)), _ANSWERED),
    )
    options = (("max_follow_ups", "1"),)
    return Interview(interview_id, "ml", "1" * 64, "en", _ASKED, options, turns)


def check_interview_store(make: Make) -> None:
    """Check that a store keeps the contract of `InterviewStore`.

    Empty stores; interviews that come back as they were given, whatever text is in them; the last version
    wins; lists in order; deletion; ids that are no names of files; one holder at a time, who can save.

    Args:
        make: gives a store each time. All of them are at one place, which is empty at first.

    Raises:
        BackendError: it does not; the message says which rule it broke.
    """
    for check in (_check_empty, _check_kept, _check_listed, _check_ids, _check_held, _check_deleted):
        check(make)


def _check_empty(make: Make) -> None:
    store = make()
    _rule(store.list() == (), "an empty store lists nothing")
    for call in (store.get, store.delete):
        _refuses(partial(call, "none"), NotFound, "what is not there is not found")


def _check_kept(make: Make) -> None:
    for number, text in enumerate(_TEXTS):
        given = sample_interview(f"kept-{number}", answer=text)
        make().save(given)
        _rule(make().get(given.id) == given, "an interview comes back as it was given")
    changed = replace(given, turns=given.turns[:1], ended_at=_ANSWERED)
    make().save(changed)
    _rule(make().get(given.id) == changed, "the version that was saved last is kept")
    for number in range(len(_TEXTS)):
        make().delete(f"kept-{number}")


def _check_listed(make: Make) -> None:
    early = replace(sample_interview("listed-a"), started_at="2026-01-01T00:00:00Z", ended_at=_ANSWERED)
    late = replace(sample_interview("listed-b"), started_at="2026-02-01T00:00:00Z")
    for interview in (early, late):
        make().save(interview)
    listed = make().list()
    _rule([item.id for item in listed] == ["listed-b", "listed-a"], "the latest interview is listed first")
    shown = (listed[1].bank, listed[1].language, listed[1].ended_at, listed[1].n_answers, listed[1].damaged)
    _rule(shown == ("ml", "en", _ANSWERED, 1, False), "a list says what an interview is")
    for interview in (early, late):
        make().delete(interview.id)


def _check_ids(make: Make) -> None:
    store = make()
    for wrong in _NO_IDS:
        words = "an id that is no name of a file is refused"
        _refuses(partial(store.get, wrong), InvalidInput, words)
        _refuses(partial(store.delete, wrong), InvalidInput, words)
        _refuses(partial(store.save, sample_interview(wrong)), InvalidInput, words)
        _refuses(partial(_enter, store, wrong), InvalidInput, words)


def _check_held(make: Make) -> None:
    holder, other = make(), make()
    mine = sample_interview("held")
    words = "an interview has one holder at a time"
    with holder.hold("held"):
        holder.save(mine)
        _refuses(partial(_enter, other, "held"), StoreBusy, words)
        _refuses(partial(_enter, holder, "held"), StoreBusy, words)
        _refuses(partial(other.save, replace(mine, turns=())), StoreBusy, words)
        _refuses(partial(other.delete, "held"), StoreBusy, words)
        _rule(other.get("held") == mine, "what is held can be read")
        with other.hold("another"):
            pass
    with other.hold("held"):
        other.delete("held")
    _rule(holder.list() == (), "what was held can be held and deleted by others afterwards")


def _check_deleted(make: Make) -> None:
    for interview_id in ("deleted", "stays"):
        make().save(sample_interview(interview_id))
    make().delete("deleted")
    _refuses(lambda: make().get("deleted"), NotFound, "what was deleted is gone")
    _rule([item.id for item in make().list()] == ["stays"], "only what was named is deleted")
    make().delete("stays")


def _enter(store: InterviewStore, interview_id: str) -> None:
    store.hold(interview_id).__enter__()


def _rule(kept: bool, words: str) -> None:  # noqa: FBT001 - reads as the sentence it is
    if not kept:
        raise BackendError(f"The store of interviews breaks its contract: {words}.")


def _refuses(call: Callable[[], object], kind: type[MetierError], words: str) -> None:
    broken = f"The store of interviews breaks its contract: {words}."
    try:
        call()
    except kind:
        return
    except (MetierError, OSError, ValueError) as exc:
        raise BackendError(broken) from exc
    raise BackendError(broken)
