import pytest

from metier.http.pages import searching
from metier.search.hits import HitPassage
from metier.types import Span
from tests.http.pages.visitor import plain


def test_a_passage_is_cut_where_the_query_has_the_same_words():
    passage = HitPassage(Span(0, 11), "uses Python", (Span(5, 11),), 0.5)
    assert list(searching.pieces(passage)) == [("uses ", False), ("Python", True), ("", False)]


def test_words_that_overlap_are_shown_once():
    passage = HitPassage(Span(0, 4), "abcd", (Span(0, 3), Span(1, 2), Span(3, 4)), 0.5)
    assert "".join(text for text, _ in searching.pieces(passage)) == "abcd"


def test_nothing_asked_for_says_what_search_does(team):
    assert "Search looks at meaning and at words" in plain(team.viewer.see("/search"))


@pytest.mark.parametrize("query", ["q=python&years=many", "q=python&role=king", "q=python&level=x"])
def test_a_field_that_does_not_fit_is_said_and_the_rest_kept(team, query):
    page = team.viewer.see(f"/search?{query}", 422)
    assert 'value="python"' in page


def test_a_document_that_is_not_there_is_not_found(team):
    team.viewer.see("/search?like=nothing", 404)


def test_filters_become_conditions_that_all_hold():
    given = dict.fromkeys(("role", "level", "years", "language", "skills"), "")
    made = searching._filter(given | {"years": "2.5", "skills": "python, sql ,", "language": "RU"})
    assert [(one.field.value, one.values) for one in made.conditions] == [
        ("language", ("ru",)),
        ("years", (2.5,)),
        ("skill", ("python",)),
        ("skill", ("sql",)),
    ]
