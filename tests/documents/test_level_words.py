import pytest

from metier.documents.level_words import LEVEL_WORDS, find_level
from metier.search import fields


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Senior Backend Engineer", "senior"),
        ("Junior+/Middle QA", "middle"),
        ("Senior Team Lead", "lead"),
        ("Ведущий инженер", "lead"),
        ("Директор по персоналу", "head"),
        ("Стажёр-разработчик", "intern"),
        ("Lead generation specialist", None),
        ("Staff nurse", None),
        ("", None),
    ],
)
def test_a_title_names_a_level(title, level):
    assert find_level(title) == level


def test_search_reads_levels_by_the_same_words():
    assert fields.find_level is find_level


def test_every_level_has_words():
    assert set(LEVEL_WORDS) == {"intern", "junior", "middle", "senior", "lead", "head"}
