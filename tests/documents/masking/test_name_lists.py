from __future__ import annotations

import pytest

from metier.documents.masking.name_lists import (
    case_forms,
    fold,
    given_names,
    is_given,
    is_no_name,
    is_surname,
    not_names,
    ordinary_words,
    russian_forms,
    script_of,
    surnames,
)


@pytest.mark.parametrize("language", ["en", "ru", "he"])
def test_lists_hold_single_words_in_lower_case(language):
    for words in (given_names(language), surnames(language), not_names(language), ordinary_words()):
        assert words
        assert all(word == fold(word) and " " not in word for word in words)


@pytest.mark.parametrize(
    "word", ["Anna", "ANNA", "Oluwaseun", "Jean-Pierre", "Иван", "Ивана", "Алёна", "Айгерим", "דנה"]
)
def test_given_names_are_known_in_their_scripts(word):
    assert is_given(word)


@pytest.mark.parametrize("word", ["Developer", "Менеджер", "מפתח", "", "12"])
def test_other_words_are_no_given_names(word):
    assert not is_given(word)


@pytest.mark.parametrize("word", ["Smith", "Petrova", "Иванов", "Шевченко", "Мкртчян", "כהן", "김"])
def test_surnames_are_told_by_list_or_ending(word):
    assert is_surname(word)


@pytest.mark.parametrize("word", ["Developer", "менеджера", "Москве", "המפתח", "이력서", "GmbH"])
def test_words_of_headers_are_no_names(word):
    assert is_no_name(word)


@pytest.mark.parametrize("word", ["Anna", "Годунов", "Маяковский", "Языков"])
def test_names_that_start_like_a_short_word_are_still_names(word):
    assert not is_no_name(word)


def test_cases_of_names_are_formed():
    assert {"иванов", "иванова", "иванову", "ивановым"} <= case_forms("иванов")
    assert {"достоевский", "достоевского"} <= case_forms("достоевский")
    assert {"анна", "анны", "анне", "анну"} <= case_forms("анна")
    assert case_forms("шевченко") == {"шевченко"}
    assert "ивану" in russian_forms()


@pytest.mark.parametrize(
    ("word", "script"), [("a", "en"), ("я", "ru"), ("א", "he"), ("가", "ko"), ("洪", "zh"), ("1", "")]
)
def test_the_first_letter_tells_the_script(word, script):
    assert script_of(word) == script
