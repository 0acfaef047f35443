from dataclasses import replace

import pytest

from metier.dialogue import Doubt, Grade, Manner, PointGrade, Remark, Verdict
from metier.errors import InvalidInput
from metier.interview.reporting import make_report
from metier.interview.session import Conduct, start_interview
from metier.types import Span
from tests.interview.interviews import Clock, MemoryInterviews, WordGrader, answers, said, small_bank


def held(texts, language="en"):
    conduct = Conduct(small_bank(language), WordGrader(), MemoryInterviews(), clock=Clock())
    with start_interview(conduct, "a") as session:
        said(session, texts)
        session.question()
    return session.interview


def report(texts, language="en"):
    return make_report(held(texts, language), small_bank(language))


def line(made, question_id):
    return next(q for topic in made.topics for q in topic.questions if q.question == question_id)


def test_a_point_is_earned_if_any_answer_to_its_question_made_it():
    made = report(answers())
    what = line(made, "what-is-ml")
    assert [(p.point, p.earned, p.turn, p.quotes) for p in what.points] == [
        ("data", True, 2, ("learns from data",)),
        ("rules", True, 3, ("nobody writes rules",)),
    ]
    assert (what.verdict, what.score) == (Verdict.EARNED, 1.0)


def test_a_point_nobody_made_says_so():
    (point,) = line(report(answers()), "what-is-lora").points
    assert (point.earned, point.probability, point.turn, point.quotes) == (False, 0.1, 4, ())


def test_figures_are_of_graded_questions():
    made = report(answers())
    assert [(topic.topic, topic.score) for topic in made.topics] == [("learning", 1.0), ("tuning", 0.0)]
    assert (made.score, made.n_points, made.n_earned) == (0.5, 3, 2)
    assert made.title == "Small bank"


def test_weights_count_in_the_score_of_a_question():
    what = line(report(["ok", "it learns from data", "hm"]), "what-is-ml")
    assert (what.verdict, what.score) == (Verdict.PARTLY, 0.25)
    assert line(report(["ok", "nobody writes rules", "hm"]), "what-is-ml").score == 0.75


@pytest.mark.parametrize("texts", [[], ["ok"]])
def test_what_was_not_answered_counts_in_no_figure(texts):
    made = report(texts)
    assert (made.score, made.n_points, made.n_earned) == (None, 0, 0)
    assert [topic.score for topic in made.topics] == [None, None]


def test_a_question_without_an_answer_is_listed_with_points_that_no_turn_made():
    what = line(report(["ok"]), "what-is-ml")
    assert what.verdict is Verdict.NOT_GRADED
    assert [(point.turn, point.earned, point.quotes) for point in what.points] == [(0, False, ())] * 2


def test_talk_is_in_the_transcript_only():
    made = report(answers())
    assert {topic.topic for topic in made.topics} == {"learning", "tuning"}
    assert made.interview.turns[0].step.question == "hello"


def test_turns_that_a_person_should_look_at_are_listed():
    made = report(["ok", "maybe it learns from data", "no idea"])
    assert made.to_review == (2,)
    assert line(made, "what-is-ml").to_review == (2,)
    assert line(made, "what-is-ml").remarks == ((Manner.DOES_NOT_KNOW, 3),)


def test_minutes_are_those_in_which_questions_stood_open():
    assert report(["ok", "x"]).minutes == 2.0


def with_grades(*grades):
    """Return a report in which the answers to one question have these grades."""
    interview = held(["ok", "a right, a wrong", "another"])
    turns = list(interview.turns[:1])
    for turn, grade in zip(interview.turns[1:], grades, strict=False):
        turns.append(
            replace(turn, step=replace(turn.step, question="what-is-ml"), answer="01234", grade=grade)
        )
    return make_report(replace(interview, turns=tuple(turns)), small_bank())


def grade(verdict, *, matched=(), missing=(), **more):
    return Grade("what-is-ml", verdict, 0.0, matched, missing, **more)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((Verdict.NOT_EARNED, Verdict.OFF_TOPIC), Verdict.OFF_TOPIC),
        ((Verdict.OFF_TOPIC, Verdict.NOT_EARNED), Verdict.NOT_EARNED),
        ((Verdict.PARTLY, Verdict.NOT_EARNED), Verdict.PARTLY),
        ((Verdict.NOT_EARNED, Verdict.NOT_GRADED), Verdict.NOT_EARNED),
        ((Verdict.NOT_GRADED, Verdict.NOT_GRADED), Verdict.NOT_GRADED),
    ],
)
def test_the_verdict_is_of_all_answers_together(verdicts, expected):
    made = with_grades(*(grade(verdict) for verdict in verdicts))
    assert line(made, "what-is-ml").verdict is expected


def test_the_nearest_answer_stands_for_a_point_that_was_not_made():
    near = PointGrade("data", "x", 0.4, (Span(1, 3),))
    far = PointGrade("data", "x", 0.2, (Span(0, 1),))
    made = with_grades(*(grade(Verdict.NOT_EARNED, missing=(point,)) for point in (near, far)))
    point = line(made, "what-is-ml").points[0]
    assert (point.earned, point.probability, point.turn, point.quotes) == (False, 0.4, 2, ("12",))


def test_an_answer_that_made_a_point_goes_before_one_that_came_nearer():
    made_it = PointGrade("data", "x", 0.6, (Span(0, 2),))
    missed = PointGrade("data", "x", 0.7, (Span(2, 4),))
    made = with_grades(
        grade(Verdict.PARTLY, matched=(made_it,)), grade(Verdict.NOT_EARNED, missing=(missed,))
    )
    assert line(made, "what-is-ml").points[0].quotes == ("01",)


def test_spans_outside_an_answer_quote_nothing_and_the_same_words_once():
    spans = (Span(3, 99), Span(50, 60), Span(3, 5), Span(2, 2))
    made = with_grades(grade(Verdict.PARTLY, matched=(PointGrade("data", "x", 1.0, spans),)))
    assert line(made, "what-is-ml").points[0].quotes == ("34",)


def test_a_remark_is_told_once_for_a_turn():
    remarks = (Remark(Manner.HEDGES), Remark(Manner.HEDGES, 0.5))
    made = with_grades(grade(Verdict.PARTLY, remarks=remarks, doubts=(Doubt.ORDERS,)))
    assert line(made, "what-is-ml").remarks == ((Manner.HEDGES, 2),)
    assert made.to_review == (2,)


def test_another_bank_makes_no_report():
    with pytest.raises(InvalidInput, match="begun with bank small"):
        make_report(held([]), small_bank("ru"))
