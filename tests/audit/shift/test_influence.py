import numpy as np
import pytest

from metier.audit.shift.influence import influential_words, leave_one_out, without
from metier.types import Span

TEXT = "A fine film. It was, sadly and awfully, over soon. The end."


def span(text, word):
    return Span(text.index(word), text.index(word) + len(word))


def badness(texts):
    return np.array([2.0 * ("sadly" in text) + ("awfully" in text) - ("soon" in text) for text in texts])


@pytest.mark.parametrize(
    ("text", "part", "left"),
    [
        ("a b c", "b", "a c"),
        ("a b c", "a", "b c"),
        ("a b c", "c", "a b "),
        ("a, b", ",", "a b"),
        ("ab", "a", "b"),
    ],
)
def test_a_part_is_taken_out_with_one_blank(text, part, left):
    assert without(text, span(text, part)) == left


def test_each_part_has_its_own_influence():
    parts = [span(TEXT, word) for word in ("sadly", "awfully", "soon", "fine")]
    assert [item.drop for item in leave_one_out(TEXT, parts, badness)] == [2, 1, -1, 0]


def test_words_of_the_sentence_that_changed_are_ranked():
    found = influential_words(TEXT, [span(TEXT, "sadly and")], badness, most=40)
    words = [TEXT[item.span.start : item.span.end] for item in found]
    assert words[:2] == ["sadly", "awfully"]
    assert words[-1] == "soon"
    assert "fine" not in words


def test_a_text_that_only_lost_words_has_no_suspect():
    assert influential_words(TEXT, [], badness, most=10) == []
    assert influential_words("", [Span(0, 0)], badness, most=10) == []


def test_the_most_influential_sentences_come_first_and_evaluations_are_bounded():
    text = " ".join(f"Line {i} is plain." for i in range(30)) + " This one is sadly other."
    asked = []

    def counting(texts):
        asked.append(len(texts) - 1)
        return badness(texts)

    changed = [Span(0, len(text))]
    found = influential_words(text, changed, counting, most=80)
    assert text[found[0].span.start : found[0].span.end] == "sadly"
    assert sum(asked) <= 80
    asked.clear()
    influential_words(text, changed, counting, most=2)
    assert sum(asked) == 2
