import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.workbench.finetuning.ranking import ndcg, query_figures


def test_a_perfect_order_has_full_figures():
    assert query_figures([2, 1, 0], [3.0, 2.0, 1.0]) == (1, 1, 1)


def test_the_order_of_the_texts_plays_no_part():
    random = np.random.default_rng(0)
    grades, scores = random.integers(0, 3, 30), random.integers(0, 5, 30).astype(float)
    order = random.permutation(30)
    assert query_figures(grades, scores) == pytest.approx(query_figures(grades[order], scores[order]))


def test_scores_that_tell_nothing_apart_earn_little():
    first, gain, _ = query_figures([1, 0, 0, 0], [7.0] * 4)
    assert first == 0.25
    assert gain < 0.5


def test_what_stands_below_the_tenth_place_does_not_count():
    grades, scores = [0] * 10 + [1], list(range(11, 0, -1))
    assert query_figures(grades, scores) == (0, 0, pytest.approx(1 / 11))


def test_ndcg_is_that_of_the_published_formula_and_of_scikit_learn():
    graded = np.array([3.0, 2.0, 3.0, 0.0, 1.0, 2.0])
    gains = (graded / np.log2(np.arange(2, 8))).sum()
    best = (np.sort(graded)[::-1] / np.log2(np.arange(2, 8))).sum()
    assert ndcg(graded) == pytest.approx(gains / best)
    assert ndcg(graded * 7) == pytest.approx(ndcg(graded))
    metrics = pytest.importorskip("sklearn.metrics")
    scores = np.arange(20, 0, -1.0)
    many = np.random.default_rng(1).integers(0, 4, 20).astype(float)
    assert ndcg(many) == pytest.approx(metrics.ndcg_score([many], [scores], k=10))


def test_nothing_to_gain_is_zero():
    assert ndcg(np.zeros(3)) == 0


@pytest.mark.parametrize("given", [([], []), ([1, 0], [1.0]), ([0, 0], [1.0, 2.0])])
def test_figures_need_a_right_text(given):
    with pytest.raises(InvalidInput, match="with a grade above 0"):
        query_figures(*given)
