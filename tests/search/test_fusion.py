import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.search.fusion import reciprocal_rank_fusion

rankings = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=5)


def test_scores_are_those_of_the_worked_example():
    found = dict(reciprocal_rank_fusion([["a", "b"], ["b", "c"]]))
    assert found == {"b": pytest.approx(1 / 61 + 1 / 62), "a": 1 / 61, "c": 1 / 62}


@given(rankings, st.randoms(use_true_random=False))
def test_the_order_of_the_rankings_plays_no_part(lists, random):
    shuffled = random.sample(lists, len(lists))
    assert reciprocal_rank_fusion(lists) == reciprocal_rank_fusion(shuffled)


@given(rankings)
def test_every_document_is_there_once_and_scores_fall(lists):
    found = reciprocal_rank_fusion(lists)
    assert sorted(name for name, _ in found) == sorted({name for ranking in lists for name in ranking})
    assert found == sorted(found, key=lambda item: (-item[1], item[0]))


@given(st.lists(st.sampled_from("abcdefgh"), unique=True))
def test_one_ranking_keeps_its_order(ranking):
    assert [name for name, _ in reciprocal_rank_fusion([ranking])] == ranking


def test_equal_scores_stand_in_the_order_of_ids():
    assert [name for name, _ in reciprocal_rank_fusion([["b", "a"], ["a", "b"]])] == ["a", "b"]


def test_a_weight_makes_a_ranking_count_more():
    found = reciprocal_rank_fusion([["a", "b"], ["b", "a"]], weights=[1, 2])
    assert [name for name, _ in found] == ["b", "a"]
    assert found[0][1] == pytest.approx(1 / 62 + 2 / 61)


def test_a_small_k_lets_the_first_rank_stand_out():
    lists = [["a", "b"], ["c", "b"], ["d", "b"]]
    assert reciprocal_rank_fusion(lists, k=60)[0][0] == "b"
    assert reciprocal_rank_fusion([["a", "b"], ["c", "b"]], k=1)[0][0] == "b"
    assert reciprocal_rank_fusion([["a", "x", "y", "b"], ["c", "x", "z", "b"]], k=1)[-1][0] in "yz"


@pytest.mark.parametrize("lists", [[], [[]], [[], []]])
def test_nothing_fused_is_nothing(lists):
    assert reciprocal_rank_fusion(lists) == []


@pytest.mark.parametrize(
    ("lists", "options", "message"),
    [
        ([["a", "a"]], {}, "Ranking 1 has 2 ids, of which 1 differ"),
        (["ab"], {}, "A ranking must be a list of ids"),
        ([["a"]], {"k": 0}, "k must be at least 1. Got 0"),
        ([["a"]], {"weights": []}, "a weight for each of 1 rankings. Got 0"),
        ([["a"]], {"weights": [0]}, "must be above 0. Got 0"),
        ([["a"]], {"weights": [float("nan")]}, "must be above 0. Got nan"),
    ],
)
def test_wrong_use_is_refused(lists, options, message):
    with pytest.raises(InvalidInput, match=message):
        reciprocal_rank_fusion(lists, **options)
