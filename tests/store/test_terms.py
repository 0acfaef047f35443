import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.store.terms import find_terms


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("developers", "developer"),
        ("разработчиков", "Разработчик"),
        ("managing", "managed"),
        ("отчётов", "отчет"),
    ],
)
def test_inflected_forms_share_a_term(first, second):
    assert find_terms(first) == find_terms(second)


@pytest.mark.parametrize("name", ["c++", "c#", ".net", "node.js", "f#"])
def test_the_names_of_technologies_stay_whole(name):
    assert name in find_terms(f"Knows {name.upper()}, and more")


def test_c_and_its_kin_are_told_apart():
    assert len({tuple(find_terms(name)) for name in ("C", "C++", "C#")}) == 3


def test_a_text_without_words_has_no_terms():
    assert find_terms(" — ... !!! \n") == []


def test_other_scripts_are_taken_as_they_are():
    assert find_terms("개발자 מפתח") == ["개발자", "מפתח"]


@given(st.text())
def test_terms_are_short_lower_case_words_of_any_text(text):
    for term in find_terms(text):
        assert 0 < len(term) <= 64
        assert not any(letter.isspace() for letter in term)
        assert '"' not in term
