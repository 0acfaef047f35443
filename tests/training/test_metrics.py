import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.training import metrics
from metier.training.metrics import (
    average_precision,
    class_scores,
    confusion,
    evaluate_classes,
    mrr,
    reciprocal_rank,
    reliability,
    rp_at_k,
)


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(metrics).failed == 0


def sample(n=400, n_classes=3, seed=0):
    rng = np.random.default_rng(seed)
    gold = rng.integers(n_classes, size=n)
    logits = rng.standard_normal((n, n_classes)) + 1.2 * np.eye(n_classes)[gold]
    rows = np.exp(logits)
    return gold, rows / rows.sum(axis=1, keepdims=True)


def test_figures_of_classes_are_those_of_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics")
    gold, rows = sample()
    found, decided = evaluate_classes(gold, rows), rows.argmax(axis=1)
    precision, recall, f1, support = sklearn.precision_recall_fscore_support(gold, decided)
    assert found.confusion.tolist() == sklearn.confusion_matrix(gold, decided).tolist()
    assert found.scores.precision == pytest.approx(precision)
    assert found.scores.recall == pytest.approx(recall)
    assert found.scores.f1 == pytest.approx(f1)
    assert found.scores.support.tolist() == support.tolist()
    assert found.scores.macro_f1 == pytest.approx(sklearn.f1_score(gold, decided, average="macro"))
    assert found.scores.accuracy == pytest.approx(sklearn.accuracy_score(gold, decided))


@pytest.mark.parametrize("levels", [4, 1000])
def test_average_precision_is_that_of_scikit_learn_with_ties_too(levels):
    sklearn = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(1)
    gold, scores = rng.random(200) < 0.3, rng.integers(levels, size=200) / levels
    assert average_precision(gold, scores) == pytest.approx(sklearn.average_precision_score(gold, scores))


def test_a_class_without_rows_and_decisions_is_left_out_of_the_mean():
    assert class_scores(np.diag([3, 2, 0])).macro_f1 == 1.0
    assert class_scores(np.array([[3, 0, 1], [0, 2, 0], [0, 0, 0]])).macro_f1 < 0.7


def test_no_rows_give_zeros():
    found = evaluate_classes([], np.zeros((0, 3)))
    assert found.confusion.tolist() == np.zeros((3, 3)).tolist()
    assert (found.scores.macro_f1, found.scores.accuracy, found.calibration_error) == (0.0, 0.0, 0.0)
    assert (mrr([]), reciprocal_rank([]), rp_at_k([], k=5, n_targets=2)) == (0.0, 0.0, 0.0)
    assert np.isnan(average_precision([], []))


@given(st.integers(1, 60), st.integers(1, 20), st.randoms(use_true_random=False))
def test_reliability_depends_on_no_order_and_loses_no_row(n, n_bins, rng):
    rows = [(rng.choice([0.5, 0.7, rng.random()]), rng.random() < 0.6) for _ in range(n)]
    found = reliability(*zip(*rows, strict=True), n_bins=n_bins)
    rng.shuffle(rows)
    again = reliability(*zip(*rows, strict=True), n_bins=n_bins)
    assert found.count.sum() == n
    assert len(found.count) <= n_bins
    assert found.error == pytest.approx(again.error)
    assert (np.diff(found.confidence) > 0).all()


def test_bins_hold_about_equal_numbers():
    confidence = np.random.default_rng(0).random(1500) ** 4
    assert reliability(confidence, confidence > 0.5, n_bins=15).count.tolist() == [100] * 15


def test_true_probabilities_have_a_small_calibration_error():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.3, 1, 60_000)
    right = rng.random(60_000) < confidence
    assert reliability(confidence, right).error < 0.01
    assert reliability(np.minimum(confidence + 0.2, 1), right).error > 0.1


def test_rp_at_k_does_not_ask_for_more_than_there_is():
    hits = [True, False, True, False]
    assert [rp_at_k(hits, k=k, n_targets=2) for k in (1, 2, 3, 10)] == [1.0, 0.5, 1.0, 1.0]
    assert rp_at_k(hits, k=3, n_targets=5) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: evaluate_classes([0], [0.1, 0.9]), r"probabilities must be \(n, n_classes\)"),
        (lambda: confusion([0, 1], [0], n_classes=2), r"gold and decided must be \(n,\)"),
        (lambda: confusion([0, 3], [0, 1], n_classes=3), "Classes must be from 0 to 2. Got 0 to 3"),
        (lambda: confusion([0, -1], [0, 1], n_classes=3), "Got -1 to 0"),
        (lambda: reliability([0.5], [True], n_bins=0), "n_bins at least 1"),
        (lambda: rp_at_k([True], k=0, n_targets=1), "at least 1. Got 0 and 1"),
        (lambda: average_precision([True], [0.1, 0.2]), r"gold and scores must be \(n,\)"),
    ],
)
def test_input_that_does_not_fit_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
