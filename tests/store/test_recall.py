import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.store.entries import Scored
from metier.store.recall import recall_of_approximate


def answers(*ids):
    return lambda query: [Scored(one, 1.0) for one in ids]


QUERIES = [np.ones(1, np.float32)] * 2


@pytest.mark.parametrize(
    ("found", "recall"), [(("a", "b"), 1), (("b", "x"), 0.5), ((), 0), (("b", "a", "c"), 1)]
)
def test_recall_is_the_share_of_the_exact_answers(found, recall):
    assert recall_of_approximate(answers(*found), answers("a", "b"), QUERIES) == recall


def test_queries_without_an_answer_count_for_nothing():
    per_query = iter([[Scored("a", 1.0)], []])
    assert recall_of_approximate(answers("a"), lambda query: next(per_query), QUERIES) == 1


def test_recall_of_nothing_is_refused():
    with pytest.raises(InvalidInput, match="at least one query"):
        recall_of_approximate(answers("a"), answers(), QUERIES)
