from __future__ import annotations

import pytest

from metier.expertise import swap_facts
from metier.expertise.swap_words import Persona

EMILY = Persona("british-female", "Emily", "Rose", "Clarke", "Ms")
BORIS = Persona("jewish-male", "Борис", "Абрамович", "Рабинович", "г-н")


@pytest.mark.parametrize(
    ("names", "persona", "new"),
    [
        (["Anna Lindqvist", "Anna", "A. Lindqvist"], EMILY, ["Emily Clarke", "Emily", "E. Clarke"]),
        (["LINDQVIST, Anna Maria"], EMILY, ["CLARKE, Emily Rose"]),
        (["Mr. John Smith Jr"], EMILY, ["Ms. Emily Clarke Jr"]),
        (['Robert "Bob" Smith', "Bob Smith"], EMILY, ['Emily "Rose" Clarke', "Rose Clarke"]),
        (["Anna Lindqvist (Fifi)"], EMILY, ["Emily Clarke (Emily)"]),
        (["Xqzt Wvut"], EMILY, ["Emily Clarke"]),
        (["Maria del Carmen Lopez Ruiz"], EMILY, ["Emily del Rose Clarke"]),
        (["Иванов Иван Иванович", "Иванов И. И."], BORIS, ["Рабинович Борис Абрамович", "Рабинович Б. А."]),
        (["ФРОЛОВА А.М."], BORIS, ["РАБИНОВИЧ Б.А."]),
        (["Г-жа Смирнова"], BORIS, ["г-н Рабинович"]),
    ],
)
def test_a_name_keeps_its_form(names, persona, new):
    roles = swap_facts.name_roles(names)
    assert [swap_facts.renamed(name, roles, persona) for name in names] == new


@pytest.mark.parametrize(
    ("words", "female", "male"),
    [
        ("Мужчина", "Женщина", "Мужчина"),
        ("F", "F", "M"),
        ("she/her", "she/her", "he/him"),
        ("муж.", "жен.", "муж."),
        ("non-binary", "non-binary", "non-binary"),
    ],
)
def test_a_stated_gender_is_the_other_one(words, female, male):
    assert (swap_facts.gender_as(words, "female"), swap_facts.gender_as(words, "male")) == (female, male)


@pytest.mark.parametrize(
    ("words", "age", "new"),
    [
        ("34", 61, "61"),
        ("34 years old", 23, "23 years old"),
        ("34 года", 61, "61 год"),
        ("21 год", 47, "47 лет"),
        ("만 34세", 47, "만 47세"),
    ],
)
def test_an_age_is_another_one(words, age, new):
    assert swap_facts.age_as(words, age) == new


@pytest.mark.parametrize(
    ("n", "word"), [(1, "год"), (11, "лет"), (22, "года"), (13, "лет"), (61, "год"), (25, "лет")]
)
def test_russian_years_agree_with_their_number(n, word):
    assert swap_facts.years_in_russian(n) == word


@pytest.mark.parametrize(
    ("words", "new"),
    [
        ("12 May 1990", "12 May 1963"),
        ("1990-05-12", "1963-05-12"),
        ("12.05.90", "12.05.63"),
        ("2051-04-11 B.S. (26 July 1994)", "2051-04-11 B.S. (26 July 1963)"),
    ],
)
def test_a_birth_date_has_another_year(words, new):
    assert swap_facts.birth_as(words, 1963) == new


@pytest.mark.parametrize(
    ("words", "language", "i", "new"),
    [
        ("Single", "en", 1, "Married"),
        ("married, two children", "en", 0, "single, no children"),
        ("Two children", "en", 1, "Three children"),
        ("замужем", "ru", 2, "разведена"),
        ("Женат, двое детей", "ru", 0, "Холост, без детей"),
        ("2", "en", 2, "3"),
        ("2", "en", 0, "0"),
    ],
)
def test_a_family_is_another_one(words, language, i, new):
    assert swap_facts.family_as(words, i, language=language) == new


@pytest.mark.parametrize(
    ("words", "country", "form", "new"),
    [
        ("Sweden", "Nigeria", "Nigerian", "Nigeria"),
        ("Swedish Citizen", "Nigeria", "Nigerian", "Nigerian Citizen"),
        ("citizen of Sweden", "Nigeria", "Nigerian", "citizen of Nigeria"),
        ("гражданин РФ", "Армения", "Армении", "гражданин Армении"),
        ("Россия", "Армения", "Армении", "Армения"),
    ],
)
def test_a_citizenship_is_another_one(words, country, form, new):
    assert swap_facts.citizenship_as(words, country, form) == new
