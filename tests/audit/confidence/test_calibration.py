import numpy as np
import pytest

from metier.audit.confidence.calibration import (
    calibration_figures,
    equal_width,
    fit_temperature,
    largest_gap,
    with_temperature,
)
from metier.audit.roc import Resampling
from metier.errors import InvalidInput
from metier.training.metrics import reliability
from tests.audit.confidence.stand_ins import world

FEW = Resampling(0, 100)


def two_sided(confidence):
    return np.stack([1 - np.asarray(confidence), np.asarray(confidence)], axis=1)


def test_figures_are_those_that_one_works_out_by_hand():
    # Forty texts at 0.9 of which 30 are right, forty at 0.6 of which 30 are right.
    said = two_sided([0.9] * 40 + [0.6] * 40)
    gold = np.array(([1] * 30 + [0] * 10) * 2)
    found = calibration_figures(said, gold, resampling=FEW)
    assert found.n == 80
    assert found.accuracy.value == pytest.approx(0.75)
    assert found.confidence == pytest.approx(0.75)
    # Gaps of 0.15 in both halves, one to each side.
    assert found.ece_equal_width.value == pytest.approx(0.15)
    assert found.ece_equal_mass.value == pytest.approx(0.15)
    assert found.mce == pytest.approx(0.15)
    # (0.1² + 0.1²) 30, (0.9² + 0.9²) 10, (0.4² + 0.4²) 30, (0.6² + 0.6²) 10, over 80.
    assert found.brier.value == pytest.approx((30 * 0.02 + 10 * 1.62 + 30 * 0.32 + 10 * 0.72) / 80)
    nll = -(30 * np.log(0.9) + 10 * np.log(0.1) + 30 * np.log(0.6) + 10 * np.log(0.4)) / 80
    assert found.nll.value == pytest.approx(nll)


def test_bins_of_equal_width_hold_their_upper_end():
    found = equal_width([0.5, 0.51, 1.0, 0.0], [True, False, True, False], n_bins=2)
    assert found.count.tolist() == [2, 2]
    assert found.confidence == pytest.approx([0.25, 0.755])
    assert found.accuracy == pytest.approx([0.5, 0.5])
    assert equal_width([], []).error == 0.0


def test_the_largest_gap_is_that_of_one_bin():
    found = reliability([0.9] * 50 + [0.6] * 50, [True] * 45 + [False] * 5 + [True] * 50, n_bins=2)
    assert largest_gap(found) == pytest.approx(0.4)
    assert largest_gap(reliability([], [])) == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_a_calibrated_model_may_have_no_error(seed):
    said, gold = world(400, seed=seed)
    found = calibration_figures(said, gold, resampling=FEW)
    assert found.ece_equal_mass.value > 0.01  # what a sample shows
    assert found.ece_equal_mass.low == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_a_model_that_is_too_sure_has_an_error_that_is_not_chance(seed):
    said, gold = world(400, seed=seed, temperature=0.2, sharpness=1.0)
    found = calibration_figures(said, gold, resampling=FEW)
    assert found.ece_equal_mass.low > 0.1
    assert found.confidence > found.accuracy.value


def test_copies_of_a_text_count_once():
    said, gold = world(60, seed=1)
    alone = calibration_figures(np.repeat(said, 4, axis=0), np.repeat(gold, 4), resampling=FEW)
    grouped = calibration_figures(
        np.repeat(said, 4, axis=0), np.repeat(gold, 4), groups=np.repeat(np.arange(60), 4), resampling=FEW
    )
    assert grouped.accuracy.high - grouped.accuracy.low > 1.5 * (alone.accuracy.high - alone.accuracy.low)


@pytest.mark.parametrize("temperature", [0.25, 1.0, 3.0])
def test_the_temperature_that_spoiled_a_model_is_found(temperature):
    said, gold = world(4000, temperature=temperature, n_labels=3)
    assert fit_temperature(said, gold) == pytest.approx(1 / temperature, rel=0.12)


def test_a_temperature_changes_no_decision_and_can_be_taken_back():
    said, gold = world(500, temperature=0.3)
    cooler = with_temperature(said, 3.0)
    assert (cooler.argmax(axis=1) == said.argmax(axis=1)).all()
    assert with_temperature(cooler, 1 / 3) == pytest.approx(said)
    assert cooler.sum(axis=1) == pytest.approx(np.ones(500))
    rows = np.arange(500)
    best = with_temperature(said, fit_temperature(said, gold))
    assert np.log(best[rows, gold]).mean() >= np.log(cooler[rows, gold]).mean()


def test_a_model_that_is_always_right_and_sure_has_a_temperature():
    found = fit_temperature(two_sided([1.0] * 30), np.ones(30, np.int64))
    assert 0.01 <= found <= 100


def test_the_same_seed_gives_the_same_figures():
    said, gold = world(100)
    assert calibration_figures(said, gold, resampling=FEW) == calibration_figures(said, gold, resampling=FEW)


def test_what_does_not_fit_is_refused():
    said, gold = world(10)
    with pytest.raises(InvalidInput, match=r"gold \(n,\), at least one row. Got \(10, 2\) and \(9,\)"):
        calibration_figures(said, gold[1:])
    with pytest.raises(InvalidInput, match="at least one row"):
        fit_temperature(said[:0], gold[:0])
    with pytest.raises(InvalidInput, match="Classes must be from 0 to 1. Got 2 to 2"):
        fit_temperature(said[:1], np.array([2]))
    with pytest.raises(InvalidInput, match="temperature must be above 0. Got 0"):
        with_temperature(said, 0)
    with pytest.raises(InvalidInput, match="n_bins at least 1"):
        equal_width([0.5], [True], n_bins=0)
