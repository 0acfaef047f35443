from hypothesis import given
from hypothesis import strategies as st

from metier.search.ranking import competition_ranks


def test_equal_scores_share_the_better_rank():
    assert competition_ranks([0.5, 0.9, 0.7, 0.7]) == [4, 1, 2, 2]


def test_no_scores_have_no_ranks():
    assert competition_ranks([]) == []


@given(st.lists(st.floats(0, 1)))
def test_a_rank_counts_the_better_scores(scores):
    for score, rank in zip(scores, competition_ranks(scores), strict=True):
        assert rank == 1 + sum(other > score for other in scores)
