from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.interview.short_answers.evaluate import (
    evaluate_scores,
    figures,
    measured,
    pearson,
    quadratic_kappa,
    rmse,
    within_r,
)
from tests.interview.short_answers.graded import graded_rows

ROWS = graded_rows()
SCORES = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=3, max_size=30)


@given(SCORES)
def test_kappa_equals_its_definition_by_the_table(pairs):
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    table = np.zeros((11, 11))
    np.add.at(table, (a, b), 1)
    weights = np.square(np.subtract.outer(np.arange(11), np.arange(11)))
    expected = np.sum(weights * np.outer(table.sum(axis=1), table.sum(axis=0))) / len(pairs)
    found = quadratic_kappa(a / 2, b / 2)
    if expected == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(1 - np.sum(weights * table) / expected)


@given(SCORES)
def test_correlation_equals_numpy_s(pairs):
    a, b = (np.array(side, float) for side in zip(*pairs, strict=True))
    if np.ptp(a) and np.ptp(b):
        assert pearson(a, b) == pytest.approx(np.corrcoef(a, b)[0, 1])
    else:
        assert np.isnan(pearson(a, b))


def test_scores_are_rounded_to_half_points_for_kappa():
    assert quadratic_kappa([1, 2, 3], [1.2, 1.8, 3.1]) == 1


def test_a_question_mean_has_no_correlation_within_questions():
    truth, questions = [1, 2, 4, 5], [0, 0, 1, 1]
    assert np.isnan(within_r(truth, [1.5, 1.5, 4.5, 4.5], questions))
    assert pearson(truth, [1.5, 1.5, 4.5, 4.5]) > 0.9


def test_figures_that_are_not_defined_are_none():
    assert figures([1, 2], [3, 3], [0, 0]) == {"r": None, "rmse": 1.5811, "qwk": 0.0, "within_r": None}


def test_error_is_that_of_the_worked_example():
    assert rmse([0, 0], [3, 4]) == pytest.approx(12.5**0.5)


def test_intervals_hold_their_figures():
    rng = np.random.default_rng(0)
    truth = rng.uniform(0, 5, 80)
    found = measured(truth, truth + rng.normal(size=80), np.arange(80) // 4, groups=np.arange(80) // 4)
    assert all(item.low < item.value < item.high for item in found.values())


@pytest.mark.parametrize(("truth", "predicted"), [([], []), ([1], [1, 2]), ([[1]], [[1]])])
def test_shapes_that_do_not_fit_are_refused(truth, predicted):
    with pytest.raises(InvalidInput, match="at least one row"):
        rmse(truth, predicted)


def test_seen_and_new_questions_are_measured_apart_and_learned_answers_left_out(fitted, readings):
    unseen = [replace(row, answer=f"{row.answer} well") for row in ROWS[:20]]
    new = graded_rows(3, 5, seed=9)
    blank = replace(ROWS[0], answer="", score=0.0)
    report = evaluate_scores(fitted[0], [*ROWS[:7], *unseen, blank, *new], readings)
    assert (report.n_learned, report.n_blank, report.level) == (7, 1, 0.9)
    parts = report.parts
    assert (parts["seen-questions"].n_answers, parts["seen-questions"].n_questions) == (21, 3)
    assert (parts["new-questions"].n_answers, parts["new-questions"].n_questions) == (15, 3)
    assert parts["seen-questions"].figures["r"].value > 0.9
    mapping = report.to_mapping()
    assert set(mapping["parts"]["new-questions"]["qwk"]) == {"value", "low", "high"}


def test_a_single_new_question_is_measured_over_answers(fitted, readings):
    report = evaluate_scores(fitted[0], graded_rows(1, 6, seed=9), readings)
    assert set(report.parts) == {"new-questions"}
    found = report.parts["new-questions"].figures["rmse"]
    assert found.low < found.high


@pytest.mark.parametrize("rows", [ROWS, [replace(ROWS[0], answer="x", score=None)] * 3])
def test_nothing_to_measure_is_refused(fitted, readings, rows):
    with pytest.raises(InvalidInput, match="at least two graded answers"):
        evaluate_scores(fitted[0], rows, readings)
