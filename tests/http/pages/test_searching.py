import re

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


@pytest.mark.parametrize("field", [{"years": "many"}, {"role": "king"}, {"level": "x"}])
def test_a_field_that_does_not_fit_is_said_and_the_rest_kept(team, field):
    page = team.viewer.fill("/search", 422, q="python", **field).text
    assert 'value="python"' in page


def test_words_are_sent_by_a_form_and_are_in_no_address(team):
    answer = team.viewer.fill("/search", 422, q="Ann Better", role="resume")
    assert "Search is switched off" in plain(answer.text)
    assert answer.url.query == b""
    assert not re.search(r'(?:href|action)="[^"]*Better', answer.text)
    assert '<form class="panel search" method="post"' in answer.text


def test_words_in_an_address_count_for_nothing(team):
    page = team.viewer.see("/search?q=Ann+Better")
    assert "Better" not in page.split("<footer")[0]
    assert "Search looks at meaning and at words" in plain(page)


def test_a_search_from_elsewhere_is_refused(team):
    assert team.viewer.post("/search", data={"q": "python"}).status_code == 403


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
