import numpy as np
import pytest

from metier.audit.confidence.abstention import (
    area_interval,
    binomial_tail,
    choose_threshold,
    risk_curve,
    verified,
)
from metier.audit.roc import Resampling
from metier.errors import InvalidInput


def drawn(n, seed=0):
    """Return confidences from 0.5 to 1, each right as often as it says."""
    rng = np.random.default_rng(seed)
    sure = rng.uniform(0.5, 1, n)
    return sure, rng.random(n) < sure


def test_the_curve_is_that_which_one_works_out_by_hand():
    found = risk_curve([0.6, 0.9, 0.7, 0.8], [True, True, False, True])
    assert found.coverage == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert found.risk == pytest.approx([0, 0, 1 / 3, 1 / 4])
    assert found.area == pytest.approx((1 / 3 + 1 / 4) / 4)
    assert risk_curve([], []).area == 0.0


def test_the_order_of_equal_confidences_plays_no_part():
    right = np.array([True, False, True, False])
    for order in ([0, 1, 2, 3], [1, 3, 0, 2]):
        assert risk_curve([0.5] * 4, right[order]).risk == pytest.approx([0.5] * 4)


def test_the_area_has_an_interval_around_it():
    sure, right = drawn(300)
    found = area_interval(sure, right, groups=np.arange(300), resampling=Resampling(0, 100))
    assert found.low < risk_curve(sure, right).area == found.value < found.high
    # Sure where it is right: less risk than answering all.
    assert found.high < 1 - right.mean()


@pytest.mark.parametrize(
    ("hits", "trials", "share"), [(0, 59, 0.05), (3, 200, 0.02), (40, 100, 0.5), (7, 7, 0.1)]
)
def test_the_binomial_tail_is_exact(hits, trials, share):
    stats = pytest.importorskip("scipy.stats")
    assert binomial_tail(hits, trials, share) == pytest.approx(stats.binom.cdf(hits, trials, share))


def test_the_threshold_keeps_the_risk_on_other_texts():
    held = 0
    for seed in range(40):
        threshold = choose_threshold(*drawn(1500, seed), target_risk=0.15)
        assert 0.65 < threshold < 0.85
        true = 1 - (1 + threshold) / 2  # mean risk of confidences uniform above the threshold
        held += true <= 0.15
    assert held >= 36


def test_a_model_that_is_always_right_answers_all():
    sure, _ = drawn(100)
    assert choose_threshold(sure, np.ones(100, bool), target_risk=0.05) == sure.min()


def test_too_few_texts_or_too_many_mistakes_give_no_threshold():
    sure, _ = drawn(500)
    assert choose_threshold(sure[:85], np.ones(85, bool), target_risk=0.05) is None
    assert choose_threshold(sure[:86], np.ones(86, bool), target_risk=0.05) is not None
    assert choose_threshold(sure, np.zeros(500, bool), target_risk=0.05) is None


def test_a_threshold_is_verified_on_other_texts():
    sure = np.array([0.6, 0.7, 0.8, 0.9])
    found = verified(
        0.7, (sure, np.array([False, True, False, True])), (sure, np.array([True, True, True, False]))
    )
    assert found.n_chosen == 4
    assert (found.chosen_coverage, found.chosen_risk) == (0.75, pytest.approx(1 / 3))
    assert found.coverage.value == 0.75
    assert found.risk.value == pytest.approx(1 / 3)
    assert found.risk.low < 1 / 3 < found.risk.high
    none = verified(0.95, (np.array([0.95]), np.array([True])), (sure, np.ones(4, bool)))
    assert none.risk is None
    assert none.coverage.value == 0.0


def test_what_does_not_fit_is_refused():
    with pytest.raises(InvalidInput, match=r"confidence and right must be \(n,\)"):
        risk_curve([0.5], [True, False])
    with pytest.raises(InvalidInput, match="target_risk must be above 0 and below 1. Got 0"):
        choose_threshold([0.5], [True], target_risk=0)
