import pytest

from metier.http.pages.words.en import EN
from metier.http.pages.words.ru import RU


@pytest.mark.parametrize(("n", "form"), [(0, 1), (1, 0), (2, 1), (21, 1)])
def test_english_has_one_and_many(n, form):
    assert EN.form(n) == form


@pytest.mark.parametrize(
    ("n", "form"),
    [(0, 2), (1, 0), (2, 1), (4, 1), (5, 2), (11, 2), (12, 2), (14, 2), (21, 0), (22, 1), (111, 2)],
)
def test_russian_has_three_forms(n, form):
    assert RU.form(n) == form
