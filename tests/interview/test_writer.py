import pytest

from metier.dialogue import Move, Wording
from metier.interview.bank import Point, Question, Topic
from metier.interview.writer import BankWriter, WritingRequest, bank_words

POINT = Point("p", "label", ("Reference.",), follow_up="And in which order?")
SILENT = Point("q", "label", ("Reference.",))


def request(move, *, asks=("First?", "Second?"), point=None):
    question = Question("q", asks, (POINT, SILENT))
    return WritingRequest(Topic("t", "T", (question,)), question, "en", 1, move=move, point=point)


@pytest.mark.parametrize(
    ("move", "point", "words"),
    [
        (Move.ASK, None, "First?"),
        (Move.PAUSE, None, "First?"),
        (Move.REPEAT, None, "Second?"),
        (Move.FOLLOW_UP, POINT, "And in which order?"),
        (Move.FOLLOW_UP, SILENT, "Second?"),
    ],
)
def test_each_move_has_its_words(move, point, words):
    assert bank_words(request(move, point=point)) == words
    assert BankWriter().write(request(move, point=point)) == Wording(words)


def test_a_lone_wording_is_used_again():
    assert bank_words(request(Move.REPEAT, asks=("Only?",))) == "Only?"
