import math

from metier.audit.backdoor.perplexity import NgramModel, OddWord, words_of

TEXTS = ["the cat sat on the mat", "the dog sat on the rug", "a cat and a dog sat on the mat"] * 5


def test_a_word_that_was_never_seen_is_the_odd_one():
    assert NgramModel(TEXTS).odd_word("the cat sat zqxv on the mat").place == 3


def test_a_word_at_an_odd_place_is_the_odd_one():
    assert NgramModel(TEXTS).odd_word("the cat sat rug on the mat").place == 3


def test_odd_words_gain_more_than_ordinary_ones():
    model = NgramModel(TEXTS)
    assert model.odd_word("the dog zqxv sat on the mat").gain > model.odd_word("the dog sat on the mat").gain


def test_texts_of_fewer_than_two_words_have_no_odd_word():
    assert NgramModel(TEXTS).odd_word("cat") == NgramModel(TEXTS).odd_word("") == OddWord(-1, 0.0)


def test_invisible_characters_are_words_of_their_own():
    assert words_of("ca\u200bt !?") == ["ca", "\u200b", "t", "!?"]


def test_surprise_is_that_of_a_distribution():
    model = NgramModel(["a b", "a c"])
    likely = math.exp(-model.surprise(["a", "b"]))
    assert 0 < math.exp(-model.surprise(["zq"])) < likely < 1


def test_a_model_of_no_texts_still_answers():
    assert NgramModel([]).surprise(["word"]) > 0
