import numpy as np
import pytest

from metier.dialogue import Manner
from metier.errors import ModelMismatch
from metier.interview.bank import Bank, Point, Question, QuestionKind, Topic
from metier.interview.chooser import DONE, NEXT_TOPIC, ModelChooser, said, topic_rows
from metier.interview.labelled import LabelledAnswer

A, B = Point("a", "says a", ("It is a.",)), Point("b", "says b", ("It is b.",))
HELLO = Question("hello", ("Hello?",), kind=QuestionKind.TALK)
ONE, TWO = Question("one", ("What is one?", "One?"), (A, B)), Question("two", ("What is two?",), (A,))
THREE = Question("three", ("What is three?",), (A,))
BANK = Bank(
    "test",
    "Test",
    "en",
    (Topic("opening", "Opening", (HELLO,)), Topic("low", "Low", (ONE, TWO)), Topic("high", "High", (THREE,))),
    "0" * 64,
)


class Model:
    """Stands for a choice model: remembers what it is asked, and finds each candidate's length."""

    name = "small"

    def __init__(self, target=NEXT_TOPIC):
        self.target = target
        self.asked = None

    def cosines(self, inputs, candidates):
        self.asked = (list(inputs), list(candidates))
        return np.array([[len(candidate) / 10 for candidate in candidates] for _ in inputs])


def answer(question, *earned, manners=()):
    return LabelledAnswer("test", "en", question, "words", frozenset(earned), manners=frozenset(manners))


def test_each_topic_gets_its_nearness_to_what_was_said():
    model = Model()
    found = ModelChooser(model).nearness(ONE, "A fixed list.", ["says b"], BANK.topics[1:])
    assert found == (0.3, 0.4)
    assert model.asked == (["What is one? -> A fixed list. (open: says b)"], ["Low", "High"])
    assert all(type(cosine) is float for cosine in found)


def test_a_model_for_something_else_is_refused():
    with pytest.raises(
        ModelMismatch, match="Model small was trained to choose tag, not next-topic. Name one"
    ):
        ModelChooser(Model("tag"))
    assert ModelChooser(Model(""))


def test_what_is_open_is_named_and_so_is_that_nothing_is():
    assert said(ONE, "Yes.", ["says a", "says b"]) == "What is one? -> Yes. (open: says a, says b)"
    assert said(ONE, "Yes.", []) == f"What is one? -> Yes. (open: {DONE})"


@pytest.mark.parametrize(
    ("row", "topic"),
    [
        (answer(ONE, "a", "b"), "Low"),
        (answer(ONE, "a"), "Low"),
        (answer(TWO), "Low"),
        (answer(TWO, "a"), "High"),
        (answer(TWO, manners=[Manner.DOES_NOT_KNOW]), "High"),
        (answer(TWO, manners=[Manner.SKIPS]), "High"),
        (answer(TWO, manners=[Manner.HEDGES]), "Low"),
        (answer(THREE), "High"),
    ],
)
def test_after_an_answer_comes_what_the_bank_asks_next(row, topic):
    ((found),) = topic_rows(BANK, [row])
    assert found.next_topic == topic


def test_rows_say_what_was_answered_and_what_is_open():
    ((found),) = topic_rows(BANK, [answer(ONE, "a")])
    assert found.said == "What is one? -> words (open: says b)"


@pytest.mark.parametrize(
    "row",
    [answer(HELLO), answer(THREE, "a"), answer(Question("else", ("Else?",), (A,)))],
    ids=lambda row: row.question.id,
)
def test_talk_the_end_and_what_is_of_another_bank_are_passed_over(row):
    assert list(topic_rows(BANK, [row])) == []
