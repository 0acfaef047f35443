import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metier.errors import InvalidInput
from metier.expertise import ordinal
from metier.expertise.application import LevelRange
from metier.expertise.ordinal import (
    allowed_levels,
    balanced_weights,
    expected_ranks,
    level_logits,
    lone_answer,
    prior_shift,
    softmax,
    threshold_answers,
)
from metier.types import Level

odds = arrays(np.float64, (3, 4), elements=st.floats(-50, 50))


def test_a_half_line_answers_only_what_it_tells():
    labels = [
        LevelRange(Level.SENIOR, Level.LEAD),
        LevelRange(Level.INTERN, Level.MIDDLE),
        LevelRange.of(Level.INTERN),
    ]
    expected = [[1, 1, 1, np.nan], [np.nan, np.nan, 0, 0], [0, 0, 0, 0]]
    assert np.array_equal(threshold_answers(labels), expected, equal_nan=True)


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(ordinal).failed == 0


def test_no_labels_give_no_rows():
    assert threshold_answers([]).shape == (0, 4)
    assert allowed_levels([]).shape == (0, 5)


def test_allowed_levels_are_those_of_the_range():
    found = allowed_levels([LevelRange(Level.JUNIOR, Level.MIDDLE)])
    assert found.tolist() == [[False, True, True, False, False]]


@given(odds)
def test_the_chance_of_a_level_or_more_never_rises_with_the_level(log_odds):
    chances = softmax(level_logits(log_odds))
    assert np.allclose(chances.sum(axis=1), 1)
    at_least = np.cumsum(chances[:, ::-1], axis=1)[:, ::-1]
    assert (np.diff(at_least, axis=1) <= 1e-12).all()


@given(odds)
def test_a_row_is_the_same_alone_and_in_company(log_odds):
    together = level_logits(log_odds)
    assert all(level_logits(row[None]).tobytes() == together[i].tobytes() for i, row in enumerate(log_odds))


def test_a_level_is_the_product_of_what_the_thresholds_say():
    log_odds = np.array([[1.5, 0.3, -0.7, -2.0]])
    p = 1 / (1 + np.exp(-log_odds[0]))
    products = np.array([np.prod(p[:j]) * np.prod(1 - p[j:]) for j in range(5)])
    assert np.allclose(softmax(level_logits(log_odds))[0], products / products.sum())


def test_extreme_odds_stay_finite():
    assert np.isfinite(level_logits(np.array([[np.inf, 1e9, -1e9, -np.inf]]))).all()


@pytest.mark.parametrize("wrong", [np.zeros(4), np.zeros((2, 3)), np.full((1, 4), np.nan)])
def test_other_shapes_and_nan_are_refused(wrong):
    with pytest.raises(InvalidInput, match="log_odds must be"):
        level_logits(wrong)


def test_balanced_weights_give_both_answers_the_same_sum():
    answers = np.array([1.0, 0, 0, 0, 0])
    weights = balanced_weights(answers)
    assert weights.mean() == pytest.approx(1)
    assert weights[answers > 0].sum() == pytest.approx(weights[answers == 0].sum())


def test_the_shift_is_the_log_odds_of_a_yes():
    assert prior_shift(np.array([1.0, 0, 0, 0])) == pytest.approx(np.log(1 / 3))


@pytest.mark.parametrize(
    ("answers", "odds"), [([], 0.0), ([1, 1, 1], np.log(4)), ([0], -np.log(2)), ([0, 1], None)]
)
def test_a_lone_answer_is_as_sure_as_rows_are_many(answers, odds):
    found = lone_answer(np.array(answers, float))
    assert found == odds if odds is None else found == pytest.approx(odds)


def test_the_expected_rank_is_the_mean():
    assert expected_ranks(np.log([[0.1, 0.2, 0.4, 0.2, 0.1]]))[0] == pytest.approx(2.0)
