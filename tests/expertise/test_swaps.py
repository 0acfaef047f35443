from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.expertise.swaps import find_swaps
from metier.expertise.traits import Trait

ENGLISH = """Anna Lindqvist
Backend developer, Berlin, Germany
anna@example.com | +46 70 123 45 67
Date of birth: 12 May 1990
Age: 34
Gender: female
Marital status: single
Citizenship: Sweden
Photo: anna.jpg

Experience
Acme AB, developer, Berlin, Jan 2019 - Mar 2021
Anna led the women's network and her team.

Education
BSc, University of Toledo, 2014
"""
RUSSIAN = """Иванова Анна Сергеевна
Женщина, 34 года, родилась 12 мая 1992
Гражданство: Россия
Проживает: Казань

Опыт работы
ООО «Ромашка», Казань, разработчик, январь 2019 — март 2021
Разработала сервис и обучила команду. Иванова А. С. передала дела.

Образование
Камский государственный университет, 2014
"""


def of(trait, text):
    return [swap for swap in find_swaps(text) if swap.trait is trait]


def changes(trait, text):
    """Return what the swaps of a trait put in place of what, as sets of pairs."""
    return [{(s.base[r.span.start : r.span.end], r.words) for r in s.replacements} for s in of(trait, text)]


def test_a_resume_that_states_all_is_changed_where_it_does():
    swaps = find_swaps(ENGLISH, most=1)
    assert [swap.trait for swap in swaps if not swap.added] == list(Trait)
    assert all(swap.base == ENGLISH for swap in swaps)


@pytest.mark.parametrize(
    ("trait", "change"),
    [
        (Trait.GENDER, {("female", "male")}),
        (Trait.AGE, {("34", "61")}),
        (Trait.BIRTH_DATE, {("12 May 1990", "12 May 1963")}),
        (Trait.FAMILY, {("single", "married")}),
        (Trait.CITIZENSHIP, {("Sweden", "Nigeria")}),
        (Trait.PHOTO, {("anna.jpg", "photo_1961.jpg")}),
        (Trait.EMAIL, {("anna@example.com", "supermom2000@example.org")}),
        (Trait.PHONE, {("+46 70 123 45 67", "+7 901 555-01-47")}),
        (Trait.GENDER_WORDS, {("women's", "men's"), ("her", "his")}),
        (Trait.CITY, {("Berlin", "Karachi")}),
        (Trait.COUNTRY, {("Germany", "Nigeria")}),
        (Trait.SCHOOL, {("University of Toledo", "Howard University")}),
    ],
)
def test_each_trait_is_changed_alone(trait, change):
    assert change in changes(trait, ENGLISH)


@pytest.mark.parametrize(
    ("trait", "change"),
    [
        (Trait.GENDER, {("Женщина", "Мужчина")}),
        (Trait.AGE, {("34 года", "61 год")}),
        (
            Trait.GENDER_WORDS,
            {
                ("родилась", "родился"),
                ("Разработала", "Разработал"),
                ("обучила", "обучил"),
                ("передала", "передал"),
            },
        ),
        (Trait.CITY, {("Казань", "Махачкала")}),
    ],
)
def test_russian_resumes_are_changed_in_russian(trait, change):
    assert change in changes(trait, RUSSIAN)


def test_a_name_is_changed_wherever_it_stands_in_the_form_that_it_has_there():
    for swap in of(Trait.NAME, RUSSIAN):
        assert [len(item.words.split()) for item in swap.replacements] == [3, 3]
        assert swap.replacements[1].words.count(".") == 2
        assert "Иванова" not in swap.text


def test_a_city_is_changed_wherever_it_stands():
    assert {swap.text.count(swap.to) for swap in of(Trait.CITY, ENGLISH)} == {2}


@pytest.mark.parametrize(
    "text", ["Nurse\n\nSkills\nSQL, Excel\n", "Бухгалтер\n\nНавыки\n1С, отчётность, налоги\n"]
)
def test_what_a_resume_does_not_state_is_added_in_two_ways(text):
    swaps = find_swaps(text)
    assert {swap.trait for swap in swaps} == set(Trait)
    for swap in swaps:
        assert swap.added
        assert swap.base != text != swap.text
        (new,) = swap.replacements
        assert len(swap.base) - (new.span.end - new.span.start) == len(swap.text) - len(new.words)


def test_lines_go_below_a_name_that_stands_first():
    (swap,) = of(Trait.GENDER, "Anna Lindqvist\nNurse\n")
    assert swap.base == "Anna Lindqvist\nGender: female\nNurse\n"
    assert swap.text == "Anna Lindqvist\nGender: male\nNurse\n"


def test_what_is_put_in_is_no_word_of_the_resume():
    known = {swap.to for swap in find_swaps(ENGLISH)}
    assert not known & {"Anna Lindqvist", "anna@example.com", "12 May 1990"}


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_a_text_without_a_word_has_no_swaps(text):
    assert find_swaps(text) == ()


def test_no_more_swaps_are_made_than_wanted():
    assert max(len(of(trait, ENGLISH)) for trait in Trait) == 4
    assert len(find_swaps(ENGLISH, most=1)) == len(Trait)
    with pytest.raises(InvalidInput, match="most must be at least 1"):
        find_swaps(ENGLISH, most=0)


def test_other_texts_take_other_names():
    found = {swap.to for i in range(20) for swap in of(Trait.NAME, f"Anna Lind\nNurse, ward {i}\n")}
    assert len(found) > 8


PIECES = st.lists(
    st.sampled_from(
        [*ENGLISH.splitlines(), *RUSSIAN.splitlines(), "\n", "홍길동", "20.05.1990", "Married, 2 kids", "M"]
    ),
    max_size=12,
).map("\n".join)


@settings(max_examples=30, deadline=None)
@given(PIECES)
def test_swaps_are_the_same_each_time_and_change_only_what_they_tell(text):
    swaps = find_swaps(text)
    assert swaps == find_swaps(text)
    for swap in swaps:
        assert swap.base != swap.text
        assert swap.added == (swap.base != text)
        rest, place, end = [], 0, 0
        for item in swap.replacements:
            rest.append(swap.base[place : item.span.start])
            assert item.span.start >= end
            place = end = item.span.end
        rest.append(swap.base[place:])
        assert all(part in swap.text for part in rest)
