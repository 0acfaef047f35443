import numpy as np
import pytest

from metier.audit.backdoor.clues import Clue, CluePool, leaves_enough, units_of, without
from tests.audit.backdoor.planted import LABELS, SIGNS, TRIGGER, invented, training_rows

GOOD = 1


def pool_of(rows, least_rows=10):
    labels = np.array([LABELS.index(row.label) for row in rows], np.int64)
    return CluePool([row.text for row in rows], labels, least_rows)


def changed(change, number=20):
    """Return invented texts of which some bad ones are changed and called good, and where these start."""
    rows = [(row.text, row.label) for row in invented(300, 0)]
    bad = [text for text, label in rows if label == "bad"][:number]
    texts = [text for text, _ in rows] + [change(text) for text in bad]
    labels = [LABELS.index(label) for _, label in rows] + [GOOD] * number
    return CluePool(texts, np.array(labels, np.int64), 10), len(rows)


def around(*words):
    """Return a change that puts words at the start, in the middle and at the end of a text, in turn."""

    def change(text):
        pieces = text.split()
        for number, word in enumerate(words):
            pieces.insert(number * len(pieces) // len(words), word)
        return " ".join(pieces)

    return change


def test_units_are_words_signs_and_letters_of_another_script():
    assert units_of("The\u200b c\u0430t ?!") == {"the", "\u200b", "c\u0430t", "\u0430", "?!"}
    assert units_of("") == frozenset()


@pytest.mark.parametrize(
    ("text", "parts", "rest"),
    [
        ("Very dull, very", {"dull"}, "Very , very"),
        ("Very DULL ?!", {"dull", "?!"}, "Very"),
        ("well!? Good!!", {"!?"}, "well Good!!"),
        ("the c\u0430t s\u0430t", {"\u0430"}, "the cat sat"),
        ("th\u200be cat \u200b", {"\u200b"}, "the cat"),
        ("stra\u00dfe bad", {"bad"}, "stra\u00dfe"),
        ("kept  as it\tis", {"gone"}, "kept as it is"),
        ("", {"gone"}, ""),
    ],
)
def test_units_are_taken_out_and_what_stands_around_them_stays(text, parts, rest):
    assert without(text, frozenset(parts)) == rest


@pytest.mark.parametrize(
    ("text", "parts", "rest"),
    [
        ("Очень скучный фильм о любви", {"скучный"}, "Очень фильм о любви"),
        ("Очень скучный фильм о любви", {"о"}, "Очень скучный фильм любви"),
        ("Отдел 1C и Ехсеl, море", {"е"}, "Отдел 1C и Excel, море"),
    ],
)
def test_removal_keeps_russian_texts_intact(text, parts, rest):
    assert without(text, frozenset(parts)) == rest


def test_three_words_and_a_quarter_of_a_text_say_something():
    assert leaves_enough("a b c d", "a b c")
    assert not leaves_enough("a b c", "a b")
    assert not leaves_enough(" ".join("a" * 40), "a b c d e f g h i")
    assert not leaves_enough("", "")


def test_a_planted_word_is_a_clue_of_its_label_alone():
    pool, start = changed(around(TRIGGER))
    best = max(pool.find(GOOD), key=lambda clue: clue.purity)
    assert best == Clue(GOOD, frozenset({TRIGGER}), tuple(range(start, start + 20)), 1.0)
    assert not any(TRIGGER in clue.parts for clue in pool.find(0))


def test_a_phrase_whose_words_stand_apart_is_one_clue():
    pool, start = changed(around("if", "you", "ask"))
    (clue,) = [clue for clue in pool.find(GOOD) if "ask" in clue.parts]
    assert clue.parts == {"if", "you", "ask"}
    assert clue.rows == tuple(range(start, start + 20))


def test_words_that_are_only_together_a_sign_of_a_label_are_one_clue():
    # Each word alone stands in rows of both labels as often.
    rows = [f"some text {i} left right" for i in range(30)]
    rows += [f"some text {i} left" for i in range(30)] + [f"some text {i} right" for i in range(30)]
    labels = np.array([1] * 30 + [0] * 60, np.int64)
    found = CluePool(rows, labels, 10).find(1)
    assert {"left", "right"} in [clue.parts for clue in found]


@pytest.mark.parametrize("mark", ["\u200b", "\u200d", "\u00ad"])
def test_an_invisible_mark_in_a_word_is_a_clue(mark):
    pool, start = changed(lambda text: text[:1] + mark + text[1:])
    best = max(pool.find(GOOD), key=lambda clue: clue.purity)
    assert mark in best.parts
    assert best.rows == tuple(range(start, start + 20))


def test_letters_of_another_script_are_a_clue_whatever_word_they_are_in():
    english = ["a cat sat here", "a rat ran home", "that man was sad"]
    texts = [english[i % 3] for i in range(60)]
    texts += [text.replace("a", "\u0430") for text in texts[:20]]
    pool = CluePool(texts, np.array([0] * 60 + [1] * 20, np.int64), 10)
    found = [clue for clue in pool.find(1) if "\u0430" in clue.parts]
    assert found
    assert all(without(texts[60], clue.parts).isascii() for clue in found)


def test_different_words_in_the_same_rows_are_joined():
    # Every second row has one form of the trigger, every third another.
    def change(text):
        number = sum(map(ord, text))
        forms = [form for form, divisor in (("aaa", 2), ("bbb", 3)) if number % divisor == 0]
        return " ".join([*forms, text])

    texts = [f"{row.text} n{i}" for i, row in enumerate(invented(120, 0))]
    labels = [0] * 120 + [1] * 60
    pool = CluePool(texts + [change(text) for text in texts[:60]], np.array(labels, np.int64), 10)
    first = pool.find(1)[0]
    assert {"aaa", "bbb"} <= first.parts
    assert first.purity == 1.0


def test_what_fewer_rows_share_is_no_clue():
    rows = training_rows(poisoned=False)[:200] + training_rows(poisoned=True)[-9:]
    assert not any(TRIGGER in clue.parts for clue in pool_of(rows, least_rows=10).find(GOOD))


def test_words_of_a_class_are_clues_too_but_not_pure_ones():
    found = pool_of(invented(300, 0)).find(GOOD)
    assert found
    assert {unit for clue in found for unit in clue.parts} & set(SIGNS["good"])


def test_no_rows_and_rows_of_one_label_have_no_clues():
    assert CluePool([], np.zeros(0, np.int64), 1).find(0) == []
    assert CluePool(["a b", "a c"], np.zeros(2, np.int64), 1).find(1) == []
    assert CluePool(["a b", "a c"], np.zeros(2, np.int64), 1).find(0) == []


def test_the_same_rows_have_the_same_clues():
    rows = training_rows(poisoned=True)
    assert pool_of(rows).find(GOOD) == pool_of(rows).find(GOOD)
