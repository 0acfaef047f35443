import math

import pytest

from metier.store.bm25 import (
    MAX_QUERY_TERMS,
    MAX_TELLING_TERMS,
    bm25,
    inverse_frequency,
    query_counts,
    query_terms,
    telling_terms,
)


def test_a_score_is_that_of_the_formula():
    # 2.0 * (3 * 2.2) / (3 + 1.2 * (0.25 + 0.75 * 20 / 10)) = 13.2 / 5.1
    assert bm25([3.0], [2.0], n_terms=20, mean_terms=10.0) == pytest.approx(13.2 / 5.1)
    assert inverse_frequency(10, 2) == pytest.approx(math.log(8.5 / 2.5))


def test_terms_that_are_not_there_add_nothing():
    alone = bm25([1.0], [2.0], n_terms=5, mean_terms=7.0)
    assert bm25([1.0, 0.0], [2.0, 9.0], n_terms=5, mean_terms=7.0) == alone


@pytest.mark.parametrize(("n", "holding"), [(1, 1), (2, 1), (10, 5), (10, 10)])
def test_a_term_in_half_of_the_documents_or_more_still_counts_for_a_little(n, holding):
    assert inverse_frequency(n, holding) == 1e-6


def test_a_query_counts_its_terms_in_their_order():
    assert query_counts("Go developers develop in Go") == {"go": 2, "develop": 2, "in": 1}
    assert query_terms("Go developers develop in Go") == ["go", "develop", "in"]


def test_a_long_query_is_cut():
    text = " ".join(f"word{i}" for i in range(1000))
    assert query_terms(text) == [f"word{i}" for i in range(MAX_QUERY_TERMS)]


def test_a_short_query_keeps_all_terms_that_are_known():
    counts = {"a": 1, "b": 1, "c": 1}
    assert telling_terms(counts, {"a": 5, "c": 1, "b": 0}, n_documents=5) == ["a", "c"]


@pytest.mark.parametrize(("n", "kept"), [(999, ["the", "go"]), (1000, ["go"])])
def test_among_many_documents_what_most_of_them_hold_is_left_out(n, kept):
    assert telling_terms({"the": 1, "go": 1}, {"the": n // 2 + 1, "go": 1}, n_documents=n) == kept
    assert telling_terms({"the": 1}, {"the": n}, n_documents=n) == ["the"]


def test_a_long_query_keeps_what_it_says_often_and_others_seldom():
    common = {f"common{i}": 1 for i in range(100)}
    rare = {f"rare{i}": 1 for i in range(60)}
    counts = {**common, "said often": 9, **rare}
    holding = {**dict.fromkeys(common, 400), **dict.fromkeys(rare, 3), "said often": 100}
    terms = telling_terms(counts, holding, n_documents=1000)
    assert len(terms) == MAX_TELLING_TERMS
    assert set(rare) | {"said often"} < set(terms)
    assert terms.index("said often") < terms.index("rare0")
