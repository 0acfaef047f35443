import pytest

from metier.expertise.titles import names_a_job, title_rank


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("Software Engineering Intern", 0),
        ("Student teacher", 0),
        ("Стажёр", 0),
        ("Office Assistant", 1),
        ("Junior developer", 1),
        ("Помощник юриста", 1),
        ("Middle QA engineer", 2),
        ("Senior accountant", 3),
        ("Account Manager", 3),
        ("Ведущий инженер", 3),
        ("Руководитель проекта", 3),
        ("Store Manager", 4),
        ("Team Lead", 4),
        ("Главный бухгалтер", 4),
        ("Director of Nursing", 5),
        ("Vice President", 5),
        ("Начальник отдела", 5),
        ("Assistant Store Manager", 3),
        ("Заместитель директора", 4),
        ("Nurse", None),
        ("Executive Assistant", None),
        ("Account Executive", None),
        ("HR business partner", None),
        ("", None),
    ],
)
def test_a_title_stands_as_high_as_its_words_say(title, rank):
    assert title_rank(title) == rank


@pytest.mark.parametrize(
    "words", ["Cook", "Data Analysts", "SQL-разработчик", "Ведущий бухгалтер", "Co-founder"]
)
def test_occupations_name_a_job(words):
    assert names_a_job(words)


@pytest.mark.parametrize(
    "words", ["Acme Holdings", "Springfield, IL", "ООО Ромашка", "", "Leadership Street"]
)
def test_firms_and_places_name_none(words):
    assert not names_a_job(words)
