import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.skills.resampled_figures import (
    draw_texts,
    interval_of,
    resample_figures,
    resample_ratio,
    whole_figures,
)
from metier.training.intervals import bootstrap
from metier.training.metrics import average_precision, evaluate_classes

KINDS = ("none", "implicit", "explicit")


def predictions(seed, n=60, n_texts=12, *, digits=1):
    """Return gold, probabilities with many equal values, and groups."""
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet([1, 1, 1], n).round(digits) + 1e-3
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return random.integers(0, 3, n), probabilities, random.integers(0, n_texts, n)


def of_rows(gold, probabilities, name):
    def figure(rows):
        found = evaluate_classes(gold[rows], probabilities[rows])
        if name == "average_precision":
            return average_precision(gold[rows] != 0, 1 - probabilities[rows, 0])
        return {"calibration_error": found.calibration_error}.get(name, getattr(found.scores, name, None))

    return figure


@pytest.mark.parametrize("name", ["macro_f1", "accuracy", "calibration_error", "average_precision"])
@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_each_resample_is_what_the_rows_drawn_one_by_one_give(name, seed):
    gold, probabilities, groups = predictions(seed)
    drawn = resample_figures(gold, probabilities, groups, kinds=KINDS, seed=seed, n=40)
    slow = bootstrap(of_rows(gold, probabilities, name), groups, seed=seed, n=40)
    assert interval_of(drawn[name]) == pytest.approx([slow.low, slow.high], abs=1e-12)
    assert whole_figures(gold, probabilities, kinds=KINDS)[name] == pytest.approx(slow.value, abs=1e-12)


def test_scores_of_a_class_follow_its_confusions():
    gold = np.array([0, 0, 1, 2])
    probabilities = np.eye(3)[[0, 1, 1, 1]]
    found = whole_figures(gold, probabilities, kinds=KINDS)
    assert (found["precision_none"], found["recall_none"]) == (1.0, 0.5)
    assert (found["precision_implicit"], found["recall_implicit"]) == (pytest.approx(1 / 3), 1.0)
    assert np.isnan(found["precision_explicit"])
    assert (found["recall_explicit"], found["f1_explicit"]) == (0.0, 0.0)


def test_a_figure_that_no_resample_defines_has_no_interval():
    gold, probabilities = np.zeros(4, np.int64), np.eye(3)[[0, 0, 0, 0]]
    drawn = resample_figures(gold, probabilities, np.arange(4), kinds=KINDS, n=10)
    assert interval_of(drawn["precision_explicit"]) is None
    assert interval_of(drawn["average_precision"]) is None
    assert interval_of(drawn["accuracy"]) == [1.0, 1.0]


def test_a_resample_without_the_class_is_left_out():
    gold, probabilities = np.array([0, 2]), np.eye(3)[[0, 2]]
    drawn = resample_figures(gold, probabilities, np.arange(2), kinds=KINDS, n=50)["recall_explicit"]
    assert np.isnan(drawn).any()
    assert set(drawn[~np.isnan(drawn)]) == {1.0}


def test_draws_are_as_many_as_texts_and_the_same_for_a_seed():
    first, again = (np.array(list(draw_texts(7, seed=3, n=5))) for _ in range(2))
    assert (first == again).all()
    assert first.shape == (5, 7)
    assert (first.sum(axis=1) == 7).all()


def test_a_ratio_of_equal_texts_does_not_vary():
    found = resample_ratio(np.full(5, 3.0), np.full(5, 2.0), n=20)
    assert found.tolist() == [1.5] * 20
    assert resample_ratio(np.arange(5.0), np.ones(5), n=20).std() > 0


@pytest.mark.parametrize(("n", "seconds"), [(5000, 5.0)])
def test_a_thousand_resamples_take_seconds(n, seconds):
    import time

    gold, probabilities, groups = predictions(0, n, 500, digits=3)
    began = time.perf_counter()
    resample_figures(gold, probabilities, groups, kinds=KINDS)
    assert time.perf_counter() - began < seconds
