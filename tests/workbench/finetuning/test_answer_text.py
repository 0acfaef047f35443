import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.workbench.finetuning.answer_text import best_threshold, exact_match, normalise_answer, token_f1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ""),
        ("The Cat", "cat"),
        ("a an the", ""),
        ("another theatre", "another theatre"),
        ("U.S. $5", "us 5"),
        (" «Ёлка», да! ", "ёлка да"),
        ("“quoted”", "quoted"),
        ("A\n\tdog", "dog"),
    ],
)
def test_answers_are_normalised_as_in_squad(text, wanted):
    assert normalise_answer(text) == wanted


def test_an_answer_is_held_against_the_nearest_right_one():
    golds = ["Riga", "the city of Riga"]
    assert exact_match("riga.", golds) == 1
    assert token_f1("city of Riga in Latvia", golds) == pytest.approx(2 * 3 / (5 + 3))
    assert exact_match("Tallinn", golds) == token_f1("Tallinn", golds) == 0


def test_repeated_words_count_as_often_as_both_have_them():
    assert token_f1("no no no", ["no"]) == pytest.approx(0.5)


def test_no_answer_is_right_where_there_is_none_alone():
    assert exact_match("", []) == token_f1("", []) == 1
    assert exact_match("x", []) == token_f1("x", []) == 0
    assert exact_match("", ["x"]) == token_f1("", ["x"]) == 0


def test_a_right_answer_of_articles_alone_counts_as_none():
    assert exact_match("", ["the"]) == 1


def test_the_threshold_gains_as_much_as_any_other():
    random = np.random.default_rng(0)
    for _ in range(50):
        margins = random.integers(-4, 5, 12).astype(float)
        answered, silent = random.random(12), (random.random(12) < 0.4).astype(float)

        def worth(threshold, margins=margins, answered=answered, silent=silent):
            return np.where(margins > threshold, silent, answered).sum()

        best = max(worth(t) for t in np.arange(-6, 7, 0.5))
        assert worth(best_threshold(margins, answered, silent)) == pytest.approx(best)


def test_of_equal_thresholds_that_nearest_to_zero_is_taken():
    assert best_threshold([-5.0, 5.0], [1, 0], [0, 1]) == 0
    assert best_threshold([2.0], [1], [0]) == 3
    assert best_threshold([2.0], [0], [1]) == 1


@pytest.mark.parametrize("given", [([], [], []), ([1.0], [1, 0], [0, 0])])
def test_a_threshold_needs_questions_of_one_shape(given):
    with pytest.raises(InvalidInput, match=r"margins, answered and silent must be \(n,\)"):
        best_threshold(*given)
