from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from metier import dialogue
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
from metier.types import Span

RECORDS = [
    one for one in vars(dialogue).values() if is_dataclass(one) and one.__module__ == dialogue.__name__
]
STEP = Step(Move.ASK, "topic", "q", reasons=(Reason("opening", (("turn", "1"),)),))
GRADE = Grade("q", Verdict.EARNED, 1.0, (PointGrade("a", "says a", 0.9, (Span(0, 3),)),))


def test_a_grade_abstains_where_there_is_a_doubt():
    assert not GRADE.abstains
    assert Grade("q", Verdict.EARNED, doubts=(Doubt.NEAR_THRESHOLD,)).abstains


def test_a_grade_tells_what_the_answer_does():
    grade = Grade("q", Verdict.NOT_EARNED, remarks=(Remark(Manner.HEDGES, 0.8), Remark(Manner.ENDS)))
    assert [manner for manner in Manner if grade.has(manner)] == [Manner.HEDGES, Manner.ENDS]
    assert not GRADE.has(Manner.HEDGES)


def test_a_grade_says_nothing_unless_told():
    grade = Grade("q", Verdict.NOT_GRADED)
    assert (grade.score, grade.matched, grade.missing, grade.remarks, grade.doubts) == (0.0, (), (), (), ())
    assert (grade.model, grade.model_sha256) == ("", "")


def test_a_turn_awaits_its_answer_unless_it_has_one():
    turn = Turn(1, STEP, Wording("What?"), "2026-01-01T10:00:00Z")
    assert (turn.answer, turn.answered_at, turn.grade) == (None, None, None)
    assert (turn.wording.writer, turn.wording.tries, turn.wording.refused) == ("bank", 0, ())


def test_an_interview_begins_without_turns_and_without_an_end():
    interview = Interview("i", "small", "0" * 64, "en", "2026-01-01T10:00:00Z")
    assert (interview.turns, interview.options, interview.ended_at) == ((), (), None)


@pytest.mark.parametrize("kind", [Verdict, Manner, Doubt, Move])
def test_values_are_plain_words_that_differ(kind):
    values = [one.value for one in kind]
    assert len(set(values)) == len(values)
    assert all(value == value.lower() and value.replace("-", "").isalpha() for value in values)


def test_records_are_values():
    again = Grade("q", Verdict.EARNED, 1.0, (PointGrade("a", "says a", 0.9, (Span(0, 3),)),))
    turn = Turn(1, STEP, Wording("What?"), "2026-01-01T10:00:00Z", "words", "2026-01-01T10:01:00Z", GRADE)
    assert (GRADE, hash(GRADE)) == (again, hash(again))
    assert hash(Interview("i", "small", "0" * 64, "en", "", turns=(turn,)))
    with pytest.raises(FrozenInstanceError):
        GRADE.score = 0.5


@pytest.mark.parametrize("record", RECORDS, ids=lambda one: one.__name__)
def test_no_record_scores_what_a_person_is_like(record):
    assert "__dict__" not in dir(record)
    names = " ".join(field.name for field in fields(record))
    assert not any(
        word in names for word in ("confiden", "mood", "voice", "personal", "emotion", "sentiment")
    )
