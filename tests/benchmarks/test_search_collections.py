import pytest
from search_collections import across_languages, resumes_to_families, vacancy_search
from search_data import Vacancy
from search_occupations import FAMILIES, family_of, occupations_of


def vacancy(identifier, title, language="en"):
    return Vacancy(identifier, language, "set", title, (), f"text of {identifier}")


@pytest.mark.parametrize(
    ("title", "family"),
    [
        ("Senior Java Developer", "INFORMATION-TECHNOLOGY"),
        ("Mechanical Engineer", "ENGINEERING"),
        ("Salesforce Architect", None),
        ("Area Sales Executive", "SALES"),
        ("Inside Sales / Business Development Representative", None),
        ("HR Business Partner", "HR"),
        ("Product Manager", None),
        ("UI/UX Designer", "DESIGNER"),
    ],
)
def test_a_title_is_of_one_family_or_none(title, family):
    assert family_of(title) == family


@pytest.mark.parametrize(
    ("title", "occupations"),
    [
        ("Senior Java разработчик", {"java developer"}),
        ("JavaScript Developer", {"javascript or front-end developer"}),
        ("QA-инженер/тестировщик", {"tester"}),
        ("Full stack Java developer", {"full-stack developer", "java developer"}),
        ("Инженер технической поддержки отдела продаж", {"technical support"}),
        ("Менеджер по продажам", {"sales"}),
        ("Главный бухгалтер", {"accountant"}),
        ("Токарь", set()),
    ],
)
def test_a_title_names_its_occupations_in_both_languages(title, occupations):
    assert occupations_of(title) == occupations


def test_the_same_words_are_one_query_and_copies_are_relevant_too():
    rows = [vacancy("a", "Cook"), vacancy("b", "cook "), vacancy("c", "Baker")]
    same = {"a": frozenset("a"), "b": frozenset("b"), "c": frozenset(("c", "a", "elsewhere"))}
    found = vacancy_search(rows, same)
    assert found.queries == {"a": "Cook", "c": "Baker"}
    assert found.qrels == {"a": {"a": 1, "b": 1}, "c": {"a": 1, "c": 1}}


def test_families_with_few_vacancies_are_left_out_with_their_resumes():
    vacancies = [vacancy(f"v{i}", "Java developer") for i in range(5)] + [vacancy("w", "Sales manager")]
    resumes = [(f"r{i}", "INFORMATION-TECHNOLOGY", f"resume {i}") for i in range(30)] + [("s", "SALES", "x")]
    found = resumes_to_families(resumes, vacancies)
    assert len(found.queries) == 20
    assert "s" not in found.queries
    assert set(found.documents) == {f"v{i}" for i in range(5)}
    assert found == resumes_to_families(resumes, vacancies)
    assert "INFORMATION-TECHNOLOGY" in FAMILIES


def test_across_languages_an_occupation_in_common_is_relevant():
    offered = [vacancy(f"v{i}", "Java developer") for i in range(3)] + [
        vacancy(f"t{i}", "QA") for i in range(2)
    ]
    asking = [vacancy("q", "Разработчик Java", "ru"), vacancy("r", "Тестировщик", "ru")]
    found = across_languages(asking, offered)
    assert found.qrels == {"q": {"v0": 1, "v1": 1, "v2": 1}}
    assert set(found.documents) == {"v0", "v1", "v2"}


def test_no_occupation_takes_more_than_its_share_of_the_queries():
    offered = [vacancy(f"v{i}", "Java developer") for i in range(3)]
    asking = [vacancy(f"q{i}", f"Разработчик Java {i}", "ru") for i in range(30)]
    assert len(across_languages(asking, offered).queries) == 10
