import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.expertise.networks.deletion import WORDING, deletion_pushes
from metier.types import Span

TEXT = "Baker\n\nLed a team of six.\nSwept   the floor.\nHad tea."
GIVEN = "[POSITION] Baker\n[WORK] Led a team of six. Swept the floor. Had tea."


class Counting:
    """Expects a level by the words it finds, and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, texts):
        self.asked += texts
        return np.array([2.0 * ("Led" in text) - 0.5 * ("floor" in text) for text in texts])


def words(text, push):
    return [text[span.start : span.end] for span in push.spans]


def test_sentences_that_move_the_level_are_told_the_strongest_first():
    pushes = deletion_pushes(TEXT, GIVEN, Counting(), most=24)
    assert [(push.name, push.effect) for push in pushes] == [(WORDING, 2.0), (WORDING, -0.5)]
    assert [words(TEXT, push) for push in pushes] == [["Led a team of six."], ["Swept   the floor."]]


def test_what_the_network_does_not_read_is_not_tried():
    expected = Counting()
    assert deletion_pushes(TEXT, "[WORK] Swept the floor.", expected, most=24)[0].effect == -0.5
    assert len(expected.asked) == 2
    assert deletion_pushes(TEXT, "", expected, most=24) == ()
    assert len(expected.asked) == 2


def test_only_the_words_of_a_sentence_are_left_out():
    expected = Counting()
    deletion_pushes(TEXT, GIVEN, expected, most=24)
    assert expected.asked[1] == GIVEN.replace("Baker", "")
    assert expected.asked[3] == GIVEN.replace("Swept the floor.", "")


def test_equal_sentences_are_left_out_together():
    pushes = deletion_pushes("Led on.\nHad tea.\nLed  on.", "Led on.\nLed on.\nHad tea.", Counting(), most=24)
    assert [push.spans for push in pushes] == [(Span(0, 7), Span(17, 25))]


def test_part_of_a_longer_word_is_no_sentence():
    assert deletion_pushes("Led", "Ledger", Counting(), most=24) == ()


def test_neighbours_are_left_out_together_where_there_are_too_many():
    lines = [f"Line {i} of it." for i in range(50)]
    lines[30] = "Led it."
    text, expected = "\n".join(lines), Counting()
    (push,) = deletion_pushes(text, text, expected, most=12)
    assert len(expected.asked) == 13
    assert 4 <= len(push.spans) <= 5
    assert "Led it." in words(text, push)


@given(st.text(alphabet="Led fo.\n•", max_size=60), st.text(alphabet="Led fo.\n", max_size=60))
@pytest.mark.filterwarnings("error")
def test_spans_lie_in_the_text_and_no_effect_is_nothing(text, given):
    for push in deletion_pushes(text, given, lambda texts: np.array([float(len(t)) for t in texts]), most=3):
        assert push.effect != 0
        assert push.spans
        assert all(text[span.start : span.end].strip() for span in push.spans)
