import pytest

from metier.errors import InvalidInput
from metier.http.pages.shortlist_query import query_of
from metier.service.shortlists import ShortlistFilter
from metier.store.workspaces.assessments import AssessmentOrder
from metier.store.workspaces.decisions import DecisionKind


def test_nothing_asked_for_is_everybody_by_score():
    query = query_of({})
    assert (query.order, query.where, query.is_filtered) == (AssessmentOrder.SCORE, ShortlistFilter(), False)


def test_percent_and_years_become_shares_and_months():
    query = query_of(
        {"score": "62,5", "years": "1.5", "decision": "reject", "text": " ann ", "order": "months"}
    )
    assert query.where == ShortlistFilter(0.625, 18, None, DecisionKind.REJECT, "ann")
    assert query.is_filtered
    assert query.spelled() == "score=62%2C5&years=1.5&decision=reject&order=months", "a name is in no address"
    assert query.spelled("score").endswith("order=score")


@pytest.mark.parametrize("fields", [{"decision": "undo"}, {"order": "name"}, {"decision": "<b>"}])
def test_choices_that_there_are_not_count_as_none(fields):
    assert query_of(fields).where == ShortlistFilter()


@pytest.mark.parametrize("fields", [{"score": "101"}, {"years": "-1"}, {"score": "x"}])
def test_numbers_out_of_range_are_refused(fields):
    with pytest.raises(InvalidInput, match="must be a number"):
        query_of(fields)
