import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.search.metrics import (
    average_precision,
    dcg,
    judge,
    ndcg_at_k,
    pass_at_k,
    recall_at_k,
    reciprocal_rank,
)

FIGURES = {
    "pass": lambda judged: pass_at_k(judged, k=3),
    "mrr": reciprocal_rank,
    "recall": lambda judged: recall_at_k(judged, k=3),
    "ndcg": lambda judged: ndcg_at_k(judged, k=3),
    "map": average_precision,
}


def brute_force(ranked, grades, k=3):
    """Return all figures by their definitions, place by place."""
    relevant = [name for name, grade in grades.items() if grade >= 1]
    first = next((place for place, name in enumerate(ranked, 1) if name in relevant), None)
    precisions = []
    for name in relevant:
        if name in ranked:
            place = ranked.index(name) + 1
            precisions.append(len([other for other in ranked[:place] if other in relevant]) / place)
        else:
            precisions.append(0.0)
    gained = ideal = 0.0
    for place, name in enumerate(ranked[:k], 1):
        gained += max(grades.get(name, 0), 0) / math.log2(place + 1)
    for place, grade in enumerate(sorted((grades[name] for name in relevant), reverse=True)[:k], 1):
        ideal += grade / math.log2(place + 1)
    return {
        "pass": 1.0 if first is not None and first <= k else 0.0,
        "mrr": 1 / first if first else 0.0,
        "recall": len(set(ranked[:k]) & set(relevant)) / len(relevant),
        "ndcg": gained / ideal,
        "map": sum(precisions) / len(relevant),
    }


names = st.sampled_from("abcdefghij")
rankings = st.lists(names, unique=True, max_size=10)
graded = st.dictionaries(names, st.integers(-1, 3), max_size=8)
some_relevant = graded.filter(lambda grades: any(grade > 0 for grade in grades.values()))


@given(rankings, some_relevant)
def test_figures_equal_a_second_implementation(ranked, grades):
    judged = judge(ranked, grades)
    expected = brute_force(ranked, grades)
    for name, figure in FIGURES.items():
        assert figure(judged) == pytest.approx(expected[name], abs=1e-12)


@given(rankings, some_relevant)
def test_figures_lie_between_0_and_1(ranked, grades):
    judged = judge(ranked, grades)
    assert all(0 <= figure(judged) <= 1 for figure in FIGURES.values())


@given(rankings, some_relevant)
def test_an_irrelevant_document_at_the_end_changes_nothing(ranked, grades):
    before, after = judge(ranked, grades), judge([*ranked, "zz"], grades)
    assert [figure(before) for figure in FIGURES.values()] == [figure(after) for figure in FIGURES.values()]


@given(some_relevant)
def test_the_best_ranking_has_the_best_figures(grades):
    judged = judge(sorted(grades, key=grades.__getitem__, reverse=True), grades)
    assert reciprocal_rank(judged) == average_precision(judged) == ndcg_at_k(judged, k=3) == 1


@settings(max_examples=20)
@given(rankings, some_relevant)
def test_ndcg_equals_that_of_scikit_learn(ranked, grades):
    sklearn = pytest.importorskip("sklearn.metrics")
    # It wants every document ranked: what is not ranked comes last, where k does not reach.
    known = [*ranked, *(name for name in "abcdefghij" if name not in ranked), "zz"]
    truth = [[max(grades.get(name, 0), 0) for name in known]]
    falling = [[-place for place in range(len(known))]]
    k = max(len(ranked), 1)
    expected = sklearn.ndcg_score(truth, falling, k=k) if ranked else 0.0
    assert ndcg_at_k(judge(ranked, grades), k=k) == pytest.approx(expected)


def test_cumulated_gain_equals_the_example_of_its_authors():
    # Järvelin and Kekäläinen 2002, section 2.2: there the second rank is not discounted, as here the first.
    gains = [3, 2, 3, 0, 0, 1, 2, 2, 3, 0]
    found = [gains[0] + dcg(gains[1:k]) for k in range(1, 11)]
    assert [round(value, 2) for value in found] == [3, 5, 6.89, 6.89, 6.89, 7.28, 7.99, 8.66, 9.61, 9.61]


def test_ndcg_equals_the_well_known_example():
    grades = {"d1": 3, "d2": 2, "d3": 3, "d4": 0, "d5": 1, "d6": 2, "d7": 3, "d8": 2}
    assert dcg([3, 2, 3, 0, 1, 2]) == pytest.approx(6.861, abs=5e-4)
    assert ndcg_at_k(judge([f"d{i}" for i in range(1, 7)], grades), k=6) == pytest.approx(0.785, abs=5e-4)


def test_average_precision_equals_the_example_of_the_text_book():
    # Relevant at ranks 1, 3 and 6 of three relevant ones: (1/1 + 2/3 + 3/6) / 3.
    judged = judge(list("abcdef"), {"a": 1, "c": 1, "f": 1})
    assert average_precision(judged) == pytest.approx((1 + 2 / 3 + 1 / 2) / 3)


@pytest.mark.parametrize("grades", [{}, {"a": 0}, {"a": -1}])
def test_without_a_relevant_document_no_figure_is_defined(grades):
    judged = judge(["a", "b"], grades)
    assert all(math.isnan(figure(judged)) for figure in FIGURES.values())


def test_an_empty_ranking_finds_nothing():
    judged = judge([], {"a": 1})
    assert [figure(judged) for figure in FIGURES.values()] == [0, 0, 0, 0, 0]


def test_fewer_documents_than_k_count_as_if_irrelevant_ones_followed():
    short, long = judge(["a"], {"a": 2, "b": 1}), judge(["a", "x", "y"], {"a": 2, "b": 1})
    assert ndcg_at_k(short, k=10) == ndcg_at_k(long, k=10)
    assert recall_at_k(short, k=10) == 0.5


def test_the_order_given_counts_and_grades_do_too():
    grades = {"a": 3, "b": 1}
    assert ndcg_at_k(judge(["a", "b"], grades), k=2) > ndcg_at_k(judge(["b", "a"], grades), k=2)


def test_a_negative_grade_is_irrelevant():
    assert judge(["a", "b"], {"a": -2, "b": 1}).gains.tolist() == [0, 1]


def test_a_document_ranked_twice_is_refused():
    with pytest.raises(InvalidInput, match="'b' stands twice"):
        judge(["a", "b", "b"], {"a": 1})


@pytest.mark.parametrize("figure", [pass_at_k, recall_at_k, ndcg_at_k])
def test_k_below_1_is_refused(figure):
    with pytest.raises(InvalidInput, match="k must be at least 1. Got 0"):
        figure(judge(["a"], {"a": 1}), k=0)
