from collections import Counter

import pytest

from metier.audit.confidence.planting import TYPING_SHARE, Planted, plant_texts

TEXTS = ["Senior nurse, two years in surgery.", "Слесарь пятого разряда, посменно", "ab"]


def test_letters_are_shuffled_within_a_text_and_spaces_stay():
    found = plant_texts(TEXTS)[Planted.LETTERS]
    for new, old in zip(found, TEXTS, strict=False):
        assert Counter(new) == Counter(old)
        assert [i for i, letter in enumerate(new) if letter == " "] == [
            i for i, letter in enumerate(old) if letter == " "
        ]
        assert new != old


def test_words_are_shuffled_whole_and_what_stays_as_it_was_is_left_out():
    found = plant_texts(TEXTS)[Planted.WORDS]
    assert len(found) == 2
    assert Counter(found[0].split()) == Counter(TEXTS[0].split())


def test_about_three_letters_in_ten_move_to_a_key_beside():
    (found,) = plant_texts(["qwerty asdfgh " * 200])[Planted.TYPING]
    moved = sum(a != b for a, b in zip(found, "qwerty asdfgh " * 200, strict=True)) / (12 * 200)
    assert moved == pytest.approx(TYPING_SHARE, abs=0.03)
    (upper,) = plant_texts(["QWERTY ФЫВА " * 50])[Planted.TYPING]
    assert upper.isupper()


def test_lines_in_other_languages_come_in_two_parts_without_a_common_one():
    first, second = (set(plant_texts([], half=half)[Planted.LANGUAGE]) for half in (0, 1))
    assert min(len(first), len(second)) >= 100
    assert not first & second
    assert all(len(line) >= 20 for line in first)


def test_a_text_is_changed_alike_whatever_the_others_are():
    alone = plant_texts(TEXTS[:1], seed=3)
    together = plant_texts(TEXTS[::-1], seed=3)
    assert alone[Planted.TYPING][0] in together[Planted.TYPING]
    assert alone[Planted.TYPING] != plant_texts(TEXTS[:1], seed=4)[Planted.TYPING]
    assert {kind: made for kind, made in plant_texts([]).items() if made}.keys() == {Planted.LANGUAGE}
