import pytest

from metier.errors import NotFound
from metier.interview.bank import Bank, Point, Question, QuestionKind, Stage, Topic

A, B = Point("a", "says a", ("It is a.",)), Point("b", "says b", ("It is b.",))
ONE = Question("one", ("What is one?",), (A, B))
TWO = Question("two", ("What is two?",), (A, B), needed=1)
HELLO = Question("hello", ("Hello?",), kind=QuestionKind.TALK)
BANK = Bank(
    "test",
    "Test",
    "en",
    (Topic("opening", "Hello", (HELLO,), stage=Stage.OPENING), Topic("numbers", "Numbers", (ONE, TWO))),
    "0" * 64,
)


@pytest.mark.parametrize(("question", "n_needed"), [(ONE, 2), (TWO, 1), (HELLO, 0)])
def test_all_points_are_needed_unless_told(question, n_needed):
    assert question.n_needed == n_needed


def test_each_question_comes_with_its_topic_in_order():
    assert [(topic.id, question.id) for topic, question in BANK.each()] == [
        ("opening", "hello"),
        ("numbers", "one"),
        ("numbers", "two"),
    ]


def test_things_are_found_by_id():
    assert ONE.point("b") is B
    assert BANK.topic("numbers").questions == (ONE, TWO)
    assert BANK.question("two") is TWO
    assert BANK.topic_of("two") is BANK.topics[1]


@pytest.mark.parametrize(
    ("find", "message"),
    [
        (lambda: ONE.point("c"), "Question one has no point 'c'"),
        (lambda: BANK.topic("letters"), "no topic 'letters'. It has opening, numbers"),
        (lambda: BANK.question("three"), "no question 'three'. `metier interview bank show`"),
        (lambda: BANK.topic_of("three"), "no question 'three'"),
    ],
)
def test_what_is_not_there_is_told_by_its_id(find, message):
    with pytest.raises(NotFound, match=message):
        find()


def test_banks_are_values():
    again = Bank("test", "Test", "en", BANK.topics, "0" * 64)
    assert (BANK, hash(BANK)) == (again, hash(again))
    assert Bank("test", "Test", "en", BANK.topics[1:], "0" * 64) != BANK
    assert "_questions" not in repr(BANK)


def test_questions_can_be_remembered_by_value():
    assert {ONE: 1}[Question("one", ("What is one?",), (A, B))] == 1


def test_an_ordinary_question_asks_for_knowledge_at_the_second_level():
    assert (ONE.kind, ONE.difficulty, ONE.unknown, ONE.off_topic) == (QuestionKind.KNOWLEDGE, 2, (), ())
    assert (A.weight, A.follow_up, A.partial, A.wrong) == (1.0, "", (), ())
