import io
import sys

import pytest

from metier.cli.interview_dialogue import (
    at_terminal,
    converse,
    feedback_lines,
    listed_answers,
    say,
    standard_answers,
    typed_answers,
)
from metier.dialogue import Doubt, Grade, Manner, Move, PointGrade, Remark, Step, Turn, Verdict, Wording
from metier.errors import InvalidInput
from metier.interview.session import Conduct, start_interview
from metier.report.interview_words import InterviewWords
from tests.interview.interviews import Clock, MemoryInterviews, WordGrader, answers, small_bank

WORDS = InterviewWords("en")
MADE, LEFT = PointGrade("a", "says a", 0.9), PointGrade("b", "says b\x1b", 0.1)


def following(question, move=Move.ASK):
    return Turn(2, Step(move, "t", question), Wording("?"), "2026-01-01T00:00:00Z")


def lines(grade, after):
    return list(feedback_lines(grade, after, WORDS))


def test_what_is_missing_is_told_once_the_question_is_over():
    grade = Grade("q", Verdict.PARTLY, 0.5, (MADE,), (LEFT,))
    told = ["[partly]", "  Covered:", "  - says a", "  Missing:", "  - says b␛"]
    assert lines(grade, following("other")) == told
    assert lines(grade, None) == told


def test_what_an_earlier_answer_said_is_not_missing():
    grade = Grade("q", Verdict.NOT_EARNED, 0.0, (), (MADE, LEFT))
    told = list(feedback_lines(grade, None, WORDS, earned={"a"}))
    assert told == ["[not earned]", "  Missing:", "  - says b␛"]


def test_a_follow_up_is_not_given_away():
    grade = Grade("q", Verdict.PARTLY, 0.5, (MADE,), (LEFT,))
    shown = lines(grade, following("q", Move.FOLLOW_UP))
    assert shown[-1] == "  Something is still open; the next question is about it."
    assert "says b" not in "".join(shown)


def test_a_pause_gives_nothing_away():
    grade = Grade("q", Verdict.NOT_EARNED, 0.0, (), (LEFT,), (Remark(Manner.PAUSES),))
    assert lines(grade, following("pause", Move.PAUSE)) == ["[not earned]; asks for a pause"]


def test_talk_has_no_feedback_and_doubts_have():
    assert lines(Grade("q", Verdict.NOT_GRADED), None) == []
    shown = lines(Grade("q", Verdict.NOT_GRADED, doubts=(Doubt.NO_MODEL,)), None)
    assert shown == ["[not graded]", "  A person should look at this grade: no model graded it"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"a\nb", ["a", "b"]),
        (b"\xef\xbb\xbfa\r\n\r\n", ["a", ""]),
        (b"\xff\x00\n", ["\\xff\x00"]),
        ("год\n년".encode(), ["год", "년"]),
        (b"a\rb\n", ["a\rb"]),
    ],
)
def test_each_line_is_an_answer(content, expected):
    read = listed_answers(io.BytesIO(content))
    assert [*iter(read, None)] == expected


def test_standard_input_may_be_closed(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert not at_terminal()
    with pytest.raises(InvalidInput, match="Standard input is closed"):
        standard_answers()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["one", "two", ""], "one\ntwo"),
        ([""], ""),
        (["one\n\npasted"], "one\n\npasted"),
        (["/skip"], "/skip"),
        (["one", "/skip", ""], "one\n/skip"),
        ([], None),
    ],
)
def test_a_typed_answer_ends_with_an_empty_line_or_with_the_input(monkeypatch, typed, expected):
    left = iter(typed)

    def typing(prompt):
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", typing)
    assert typed_answers()() == expected


def test_the_program_speaks_beside_its_results(capsys):
    say("words")
    assert capsys.readouterr() == ("", "words")


@pytest.mark.parametrize(
    ("given", "ended"), [(answers(), True), (["/end"], True), (["ok", "/pause"], False), ([], False)]
)
def test_it_goes_on_until_it_ends_or_stops(capsys, given, ended):
    conduct = Conduct(small_bank(), WordGrader(), MemoryInterviews(), clock=Clock())
    left = iter(given)
    with start_interview(conduct, "a") as session:
        converse(session, lambda: next(left, None), WORDS, feedback=True)
    assert session.ended is ended
    assert "Turn 1. Hello!" in capsys.readouterr().err
