from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.expertise.swap_gender import gender_words, like


def turned(text, gender, language):
    pieces, place = [], 0
    for item in gender_words(text, gender, language=language):
        pieces += [text[place : item.span.start], item.words]
        place = item.span.end
    return "".join([*pieces, text[place:]])


PAIRS = [
    ("ru", "Построила сервис, провела курс и нашла ошибку.", "Построил сервис, провёл курс и нашёл ошибку."),
    ("ru", "- Занималась отчётами\n- Помогла клиентам", "- Занимался отчётами\n- Помог клиентам"),
    ("ru", "Ответственная, активная, готова к переезду", "Ответственный, активный, готов к переезду"),
    ("ru", "ВЕЛА проекты, также писала код", "ВЁЛ проекты, также писал код"),
    ("en", "She led her team, asked her, did it herself.", "He led his team, asked him, did it himself."),
    ("en", "Captain of the women's chess club", "Captain of the men's chess club"),
    ("en", "The idea was hers. Ms. Clarke won.", "The idea was his. Mr. Clarke won."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "of_a_woman", "of_a_man"), PAIRS)
def test_a_text_of_a_woman_becomes_one_of_a_man_and_back(language, of_a_woman, of_a_man):
    assert turned(of_a_woman, "male", language) == of_a_man
    assert turned(of_a_man, "female", language) == of_a_woman


@pytest.mark.parametrize(("language", "of_a_woman", "of_a_man"), PAIRS)
def test_a_text_of_that_gender_stays_as_it_is(language, of_a_woman, of_a_man):
    assert turned(of_a_woman, "female", language) == of_a_woman
    assert turned(of_a_man, "male", language) == of_a_man


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Отдел продаж, канал связи, персонал. Пол года. Тел: 1. Школа бизнеса"),
        ("ru", "Выручка выросла вдвое, команда сдала проект с начала года"),
        ("ru", "Ответственный подход к делу, внимательная работа с данными"),
        ("en", "Sheltered hosts, MS Office, a manual for helping other theatres, Herman Miller"),
        ("ko", "그는 개발했다. She wrote it."),
        ("und", ""),
    ],
)
@pytest.mark.parametrize("gender", ["female", "male"])
def test_words_that_are_not_of_a_person_stay(language, text, gender):
    assert turned(text, gender, language) == text


def test_words_are_written_as_those_they_stand_for():
    assert [like("mary", word) for word in ("ANNA", "Anna", "anna", "A")] == ["MARY", "Mary", "mary", "Mary"]


TEXTS = st.lists(
    st.sampled_from(
        ["работала", "Вёл", "она", "я", ".", ",", "\n", " ", "she", "Her", "his", "him", "мог", "сама"]
    )
    | st.text(max_size=4)
).map(" ".join)


@given(TEXTS, st.sampled_from(["female", "male"]), st.sampled_from(["en", "ru"]))
def test_replacements_are_in_order_apart_and_change_something(text, gender, language):
    end = 0
    for item in gender_words(text, gender, language=language):
        assert end <= item.span.start < item.span.end <= len(text)
        assert text[item.span.start : item.span.end] != item.words
        end = item.span.end
