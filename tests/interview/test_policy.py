"""What is asked next: each rule of the policy, and the laws that hold over whole interviews."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.dialogue import Grade, Manner, Move, PointGrade, Remark, Step, Turn, Verdict, Wording
from metier.errors import InvalidInput
from metier.interview.bank import Bank, Point, Question, QuestionKind, Stage, Topic
from metier.interview.policy import PolicyOptions, next_step

A, B = Point("a", "says a", ("It is a.",), follow_up="And a?"), Point("b", "says b", ("It is b.",))
B2 = Point("b", "says b", ("It is b.",), weight=2.0, follow_up="And b?")


def question(key, *points, difficulty=2, kind=QuestionKind.KNOWLEDGE):
    return Question(key, (f"What is {key}?", f"Explain {key}."), points, kind, difficulty)


def talk(key):
    return question(key, kind=QuestionKind.TALK)


def bank(*topics):
    return Bank("test", "Test", "en", topics, "0" * 64)


WHOLE = bank(
    Topic("hello", "Hello", (talk("greeting"),), stage=Stage.OPENING),
    Topic("first", "First", (question("f1", A, B2, difficulty=1), question("f2", A, difficulty=3))),
    Topic("second", "Second", (question("s1", A, difficulty=2),), requires=("first",)),
    Topic("third", "Third", (question("t1", A, difficulty=5), question("t2", A, difficulty=1))),
    Topic("tea", "Tea", (talk("small-talk"),), stage=Stage.PAUSE),
    Topic("bye", "Bye", (talk("last-words"),), stage=Stage.CLOSING),
)


def graded(the_bank, step, verdict=Verdict.EARNED, *manners, matched=None):
    asked = the_bank.question(step.question)
    if matched is None:
        matched = [point.id for point in asked.points] if verdict is Verdict.EARNED else []
    points = [PointGrade(point.id, point.label, 0.5) for point in asked.points]
    return Grade(
        asked.id,
        Verdict.NOT_GRADED if asked.kind is QuestionKind.TALK else verdict,
        matched=tuple(point for point in points if point.point in matched),
        missing=tuple(point for point in points if point.point not in matched),
        remarks=tuple(Remark(manner) for manner in manners),
    )


def turn(the_bank, turns, step, verdict=Verdict.EARNED, *manners, matched=None, answer="words"):
    grade = graded(the_bank, step, verdict, *manners, matched=matched)
    return [*turns, Turn(len(turns) + 1, step, Wording("?"), "", answer, "", grade)]


def ask(the_bank, question_id, move=Move.ASK, point=""):
    return Step(move, the_bank.topic_of(question_id).id, question_id, point)


def after(question_id, verdict=Verdict.EARNED, *manners, matched=None, options=None, move=Move.ASK):
    turns = turn(WHOLE, [], ask(WHOLE, question_id, move), verdict, *manners, matched=matched)
    return next_step(WHOLE, turns, options or PolicyOptions())


def rules(step):
    return [reason.rule for reason in step.reasons]


def test_it_begins_with_the_opening():
    step = next_step(WHOLE, [], PolicyOptions())
    assert (step.move, step.question, rules(step)) == (Move.ASK, "greeting", ["opening"])


def test_after_the_opening_comes_the_first_topic_at_the_first_level():
    step = after("greeting")
    assert (step.topic, step.question) == ("first", "f1")
    assert rules(step) == ["next-topic", "same-level"]


def test_an_earned_answer_is_followed_by_a_harder_question_of_the_topic():
    step = after("f1")
    assert (step.question, rules(step)) == ("f2", ["same-topic", "harder-after-earned"])


def test_after_a_missed_answer_a_question_far_above_the_level_is_put_off():
    step = after("f1", Verdict.NOT_EARNED, Manner.DOES_NOT_KNOW)
    assert (step.question, rules(step)) == ("s1", ["next-topic", "same-level"])


def test_what_was_put_off_comes_when_nothing_else_is_left():
    turns = []
    for key in ("f1", "s1", "t2"):
        turns = turn(WHOLE, turns, ask(WHOLE, key), Verdict.NOT_EARNED, Manner.DOES_NOT_KNOW)
    step = next_step(WHOLE, turns, PolicyOptions())
    assert step.reasons[1].rule == "put-off-till-now"


def test_a_partly_earned_answer_is_followed_up_on_its_heaviest_open_point():
    step = after("f1", Verdict.PARTLY, matched=["a"])
    assert (step.move, step.question, step.point, rules(step)) == (
        Move.FOLLOW_UP,
        "f1",
        "b",
        ["missing-point"],
    )
    assert dict(step.reasons[0].facts) == {"turn": "1", "point": "b", "earned": "1"}


def test_a_contradicted_point_is_followed_up_by_that_reason():
    assert rules(after("f1", Verdict.NOT_EARNED, Manner.CONTRADICTS)) == ["contradicted-point"]


@pytest.mark.parametrize(("most", "moves"), [(0, 0), (1, 1), (2, 2), (5, 2)])
def test_there_are_as_many_follow_ups_as_allowed_and_one_for_each_point(most, moves):
    turns = turn(WHOLE, [], ask(WHOLE, "f1"), Verdict.PARTLY, matched=[])
    found = 0
    while (step := next_step(WHOLE, turns, PolicyOptions(max_follow_ups=most))).move is Move.FOLLOW_UP:
        found += 1
        turns = turn(WHOLE, turns, step, Verdict.PARTLY, matched=[])
    assert found == moves


def test_a_point_without_a_follow_up_is_not_asked_about():
    one = bank(Topic("only", "Only", (question("q", B), question("r", A))))
    turns = turn(one, [], ask(one, "q"), Verdict.NOT_EARNED)
    assert next_step(one, turns, PolicyOptions()).question == "r"


@pytest.mark.parametrize("manners", [(Manner.DOES_NOT_KNOW,), (Manner.SKIPS,)])
def test_who_does_not_know_or_wants_to_go_on_is_not_pressed(manners):
    step = after("f1", Verdict.NOT_EARNED, *manners)
    assert (step.move, step.question) == (Move.ASK, "s1")


def test_points_of_several_answers_count_together():
    turns = turn(WHOLE, [], ask(WHOLE, "f1"), Verdict.PARTLY, matched=["a"])
    turns = turn(WHOLE, turns, ask(WHOLE, "f1", Move.FOLLOW_UP, "b"), Verdict.PARTLY, matched=["b"])
    step = next_step(WHOLE, turns, PolicyOptions(max_follow_ups=5))
    assert rules(step) == ["same-topic", "harder-after-earned"]


@pytest.mark.parametrize(
    ("verdict", "manners", "rule"),
    [
        (Verdict.NOT_EARNED, (Manner.ASKS_BACK,), "asked-back"),
        (Verdict.OFF_TOPIC, (Manner.STRAYS,), "off-topic"),
    ],
)
def test_who_asks_back_or_strays_is_asked_again_once(verdict, manners, rule):
    step = after("f1", verdict, *manners)
    assert (step.move, step.question, rules(step)) == (Move.REPEAT, "f1", [rule])
    turns = turn(WHOLE, [], ask(WHOLE, "f1"), verdict, *manners)
    turns = turn(WHOLE, turns, step, verdict, *manners)
    assert next_step(WHOLE, turns, PolicyOptions()).move is not Move.REPEAT


def test_a_pause_comes_when_asked_for_and_leads_back():
    turns = turn(WHOLE, [], ask(WHOLE, "f1"), Verdict.NOT_EARNED, Manner.PAUSES)
    pause = next_step(WHOLE, turns, PolicyOptions())
    assert (pause.move, pause.question, rules(pause)) == (Move.PAUSE, "small-talk", ["candidate-pauses"])
    back = next_step(WHOLE, turn(WHOLE, turns, pause), PolicyOptions())
    assert (back.move, back.question, rules(back)) == (Move.REPEAT, "f1", ["after-pause"])


def test_after_a_pause_an_answered_question_is_not_asked_again():
    turns = turn(WHOLE, [], ask(WHOLE, "f1"), Verdict.EARNED, Manner.PAUSES)
    turns = turn(WHOLE, turns, next_step(WHOLE, turns, PolicyOptions()))
    assert next_step(WHOLE, turns, PolicyOptions()).question == "f2"


def test_a_bank_without_a_pause_asks_again():
    bare = bank(Topic("first", "First", (question("f1", A),)))
    turns = turn(bare, [], ask(bare, "f1"), Verdict.NOT_EARNED, Manner.PAUSES)
    step = next_step(bare, turns, PolicyOptions())
    assert (step.move, rules(step)) == (Move.REPEAT, ["no-pause"])


def test_who_ends_the_interview_gets_the_closing_and_then_the_end():
    turns = turn(WHOLE, [], ask(WHOLE, "f1"), Verdict.NOT_EARNED, Manner.ENDS)
    closing = next_step(WHOLE, turns, PolicyOptions())
    assert (closing.question, rules(closing)) == ("last-words", ["candidate-ends"])
    end = next_step(WHOLE, turn(WHOLE, turns, closing), PolicyOptions())
    assert (end.move, end.question) == (Move.END, "")


def test_time_that_is_up_closes():
    turns = turn(WHOLE, [], ask(WHOLE, "f1"), Verdict.PARTLY, matched=["a"])
    options = PolicyOptions(minutes=10)
    assert next_step(WHOLE, turns, options, elapsed_s=599).move is Move.FOLLOW_UP
    assert rules(next_step(WHOLE, turns, options, elapsed_s=600)) == ["time-is-up"]


def test_enough_questions_close_but_a_follow_up_comes_first():
    options = PolicyOptions(max_questions=1)
    assert rules(after("f1", Verdict.PARTLY, matched=["a"], options=options)) == ["missing-point"]
    assert rules(after("f1", options=options)) == ["enough-questions"]


class Draws:
    """Says that one topic lies nearest."""

    def __init__(self, topic, lead=0.5):
        self.topic, self.lead = topic, lead

    def nearness(self, question, answer, remaining, topics):
        return tuple(self.lead if topic.id == self.topic else 0.0 for topic in topics)


def chosen(chooser):
    turns = turn(WHOLE, [], ask(WHOLE, "f1"))
    turns = turn(WHOLE, turns, ask(WHOLE, "f2"))
    return next_step(WHOLE, turns, PolicyOptions(), chooser=chooser)


def test_a_topic_that_the_answer_leads_to_is_drawn_forward():
    assert (chosen(None).topic, rules(chosen(None))[0]) == ("second", "next-topic")
    step = chosen(Draws("third"))
    assert (step.topic, rules(step)[0]) == ("third", "answer-leads-there")
    assert dict(step.reasons[0].facts) == {"topic": "third", "nearness": "0.50", "lead": "0.50"}


def test_a_narrow_lead_draws_nothing_forward():
    assert chosen(Draws("third", lead=0.01)).topic == "second"


def test_a_topic_whose_prerequisite_was_not_asked_is_not_drawn_forward():
    turns = turn(WHOLE, [], ask(WHOLE, "greeting"))
    assert next_step(WHOLE, turns, PolicyOptions(), chooser=Draws("second")).topic == "first"


def test_an_open_turn_is_an_error():
    with pytest.raises(InvalidInput, match="awaits its answer"):
        next_step(WHOLE, [Turn(1, ask(WHOLE, "f1"), Wording("?"), "")], PolicyOptions())


@pytest.mark.parametrize(
    "wrong", [{"max_follow_ups": -1}, {"max_questions": 0}, {"minutes": 0}, {"minutes": float("nan")}]
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        PolicyOptions(**wrong)


answers = st.tuples(
    st.sampled_from([Verdict.EARNED, Verdict.PARTLY, Verdict.NOT_EARNED, Verdict.OFF_TOPIC]),
    st.lists(st.sampled_from([m for m in Manner if m is not Manner.PAUSES]), max_size=2),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(answers, min_size=60, max_size=60), st.integers(0, 3), st.booleans())
def test_every_interview_ends_and_asks_no_question_anew(given_answers, most, draws):
    turns, steps = [], []
    for verdict, manners in given_answers:
        step = next_step(
            WHOLE, turns, PolicyOptions(max_follow_ups=most), chooser=Draws("third") if draws else None
        )
        steps.append(step)
        if step.move is Move.END:
            break
        turns = turn(WHOLE, turns, step, verdict, *manners)
    assert steps[-1].move is Move.END
    asked = [step.question for step in steps if step.move is Move.ASK]
    assert len(asked) == len(set(asked))
    for step in steps:
        followed = [one for one in steps if one.question == step.question and one.move is Move.FOLLOW_UP]
        assert len(followed) <= most
        assert step.reasons
    position = {step.question: i for i, step in reversed(list(enumerate(steps)))}
    assert position.get("s1", 99) > position.get("f1", -1)


def test_the_same_turns_give_the_same_step():
    turns = turn(WHOLE, [], ask(WHOLE, "f1"), Verdict.PARTLY, matched=["a"])
    assert next_step(WHOLE, turns, PolicyOptions()) == next_step(WHOLE, turns, PolicyOptions())
