from math import exp, inf, log

import numpy as np
import pytest

from metier.audit.shift.curves import Curve, fit_curve


def flat(excesses):
    return Curve((0.0,) * 5, (0.0,) * 3, 0.6, (8, 100), tuple(excesses))


def test_a_curve_follows_the_law_that_made_the_edits():
    rng = np.random.default_rng(0)
    shares, lengths = np.exp(rng.uniform(-4, 0, 3000)), np.exp(rng.uniform(4, 8, 3000)).astype(int)
    law = -1 + 0.8 * np.log(shares) - 0.3 * np.log(lengths) - 0.1 * np.log(shares) ** 2
    off = 0.1 * np.sqrt(lengths / 55)
    magnitudes = np.exp(law + rng.normal(0, 1, 3000) * off)
    curve = fit_curve(list(magnitudes), list(shares), [int(n) for n in lengths])
    for share, length in ((0.05, 100), (0.3, 1000)):
        usual = -1 + 0.8 * log(share) - 0.3 * log(length) - 0.1 * log(share) ** 2
        two_off = exp(usual + 2 * 0.1 * np.sqrt(length / 55))
        assert curve.expected(share, length) == pytest.approx(usual, abs=0.1)
        assert curve.percentile(exp(usual), share, length) == pytest.approx(0.5, abs=0.1)
        assert curve.threshold(share, length, false_alarms=0.0228) == pytest.approx(two_off, rel=0.25)


def test_a_threshold_has_the_rank_of_conformal_prediction():
    curve = flat(range(99))
    assert curve.threshold(0.5, 10, false_alarms=0.01) == pytest.approx(exp(98))
    assert curve.threshold(0.5, 10, false_alarms=0.1) == pytest.approx(exp(89))
    assert curve.threshold(0.5, 10, false_alarms=0.009) == inf


@pytest.mark.parametrize(("share", "length"), [(0.61, 10), (0.5, 6), (0.5, 126)])
def test_of_edits_and_texts_unlike_any_that_were_seen_nothing_is_known(share, length):
    assert flat(range(99)).threshold(share, length, false_alarms=0.01) == inf
    assert flat(range(99)).threshold(0.6, 125, false_alarms=0.01) < inf


def test_the_rate_of_false_alarms_holds_on_edits_that_were_not_seen():
    rng = np.random.default_rng(1)

    def drawn(n):
        shares, lengths = np.exp(rng.uniform(-4, 0, n)), np.exp(rng.uniform(4, 8, n)).astype(int)
        # Tails far from normal, and wider in long texts.
        moved = np.exp(rng.standard_t(3, n) * lengths**0.2 + np.log(shares))
        return list(moved), list(shares), [int(length) for length in lengths]

    curve = fit_curve(*drawn(3000))
    alarms = [
        m > curve.threshold(min(s, curve.largest_share), min(n, curve.lengths[1]), false_alarms=0.05)
        for m, s, n in zip(*drawn(3000), strict=True)
    ]
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.015)


def test_many_excesses_are_thinned_and_the_largest_stays():
    rng = np.random.default_rng(2)
    magnitudes = [float(exp(x)) for x in rng.normal(0, 1, 3000)]
    curve = fit_curve(magnitudes, [0.1] * 3000, [100] * 3000)
    assert len(curve.excesses) == 1000
    assert curve.percentile(max(magnitudes) * 0.999, 0.1, 100) >= 0.999


def test_magnitudes_below_the_floor_are_none():
    curve = fit_curve([0.0] * 40, [0.1] * 40, [100] * 40, floor=1.0)
    assert curve.excess(0.5, 0.1, 100) == curve.excess(0.0, 0.1, 100) == pytest.approx(0, abs=0.01)
    assert 1 <= curve.threshold(0.1, 100, false_alarms=0.1) < 1.01
    assert curve.percentile(2, 0.1, 100) == 1


def test_coefficients_beyond_reason_overflow_nothing():
    wild = Curve((9e9,) * 5, (-9e9,) * 3, 0.6, (8, 100), (0.0,) * 99)
    assert 0 < wild.threshold(0.5, 10, false_alarms=0.1) < inf
    assert 0 <= wild.percentile(0.1, 0.5, 10) <= 1
