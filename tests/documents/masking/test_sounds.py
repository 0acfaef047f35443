from __future__ import annotations

import pytest

from metier.documents.masking.sounds import skeleton, sounds_in


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("Lindqvist", "anna.lindqvist"), ("Щербакова", "scherbakova"), 
        ("Щербакова", "a.shcherbakova88"), ("Алексей", "alexey"),
        ("Михаил", "mikhail"), ("Гурвич", "gurvich"), ("פלדמן", "feldman"), ("Müller", "h.muller"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_are_alike(word, written):
    assert sounds_in(word, written)


@pytest.mark.parametrize(
    ("word", "written"), [("Developer", "anna.lind"), ("Li", "lindqvist"), ("Anna", "bob"), ("Anna", "")]
)
def test_other_words_are_not(word, written):
    assert not sounds_in(word, written)


def test_a_skeleton_is_plain_latin():
    assert skeleton("Жуковский") == skeleton("Zhukovsky") == skeleton("zukovskij")
    assert skeleton("123") == ""
