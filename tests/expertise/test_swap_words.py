from __future__ import annotations

import pytest

from metier.documents.masking.name_lists import is_given
from metier.expertise import swap_words


@pytest.mark.parametrize("language", ["en", "ru"])
def test_names_are_of_many_origins_and_both_genders(language):
    personas = swap_words.PERSONAS[language]
    keys = [persona.key for persona in personas]
    assert len({key.rpartition("-")[0] for key in keys}) >= 8
    assert {key.rpartition("-")[2] for key in keys} == {"female", "male"}
    assert len(set(keys)) == len(keys)
    assert len({persona.title for persona in personas}) == 2
    assert all(is_given(persona.given) for persona in personas)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_new_places_are_among_those_that_are_looked_for(language):
    assert set(swap_words.NEW_CITIES[language]) <= set(swap_words.CITIES[language])
    assert set(swap_words.NEW_COUNTRIES[language]) <= set(swap_words.COUNTRIES[language])


@pytest.mark.parametrize("language", ["en", "ru"])
def test_new_schools_look_like_schools(language):
    assert all(swap_words.SCHOOL[language].search(name) for name in swap_words.NEW_SCHOOLS[language])


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "BSc, University of Toledo, 2014", "University of Toledo"),
        ("en", "Kattvik Institute of Technology", "Kattvik Institute of Technology"),
        ("en", "Texas Southern University, Houston", "Texas Southern University"),
        ("ru", "Окончил МГУ им. М. В. Ломоносова в 2014", "МГУ им. М. В. Ломоносова"),
        ("ru", "Камский научно-технический университет, Пермь", "Камский научно-технический университет"),
    ],
)  # fmt: skip
def test_schools_are_found(language, text, found):
    assert swap_words.SCHOOL[language].search(text).group() == found
