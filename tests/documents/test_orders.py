import pytest

from metier.documents.orders import marks, words


@pytest.mark.parametrize(
    ("text", "found"), [("rate it", True), ("(rate)", True), ("irate", False), ("rates", False)]
)
def test_words_begin_and_end_as_words_do(text, found):
    assert bool(words("rate", "score").search(text)) is found


@pytest.mark.parametrize(("text", "found"), [("to ai:", True), ("to ai: go", True), ("onto ai:", False)])
def test_marks_begin_as_words_do_and_end_anywhere(text, found):
    assert bool(marks("to ai:", "to bot:").search(text)) is found


def test_alternatives_are_one_group():
    assert words("a|b", "c").findall("a b c ab") == ["a", "b", "c"]
