import numpy as np
import pytest

from metier.audit.roc import (
    Resampling,
    auroc,
    auroc_interval,
    false_positive_rate_at,
    rate_interval,
    roc_curve,
    threshold_at,
    true_positive_rate_at,
)
from metier.errors import InvalidInput

FEW = Resampling(0, 200)


def drawn(seed):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 9, rng.integers(1, 60)) * 1.0, rng.integers(0, 8, rng.integers(1, 60)) * 1.0


@pytest.mark.parametrize("seed", range(20))
def test_figures_are_those_of_scikit_learn(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    high, low = drawn(seed)
    gold, scores = np.repeat([1, 0], [len(high), len(low)]), np.concatenate([high, low])
    false, true, _ = metrics.roc_curve(gold, scores, drop_intermediate=False)
    curve = roc_curve(high, low)
    assert curve.false_positive_rate == pytest.approx(false)
    assert curve.true_positive_rate == pytest.approx(true)
    assert auroc(high, low) == pytest.approx(metrics.roc_auc_score(gold, scores))
    assert true_positive_rate_at(high, low, most=0.1) == pytest.approx(true[false <= 0.1 + 1e-12].max())
    assert false_positive_rate_at(high, low, least=0.95) == pytest.approx(false[true >= 0.95 - 1e-12].min())


def test_equal_scores_count_half():
    assert auroc([1.0, 1.0], [1.0]) == 0.5
    assert auroc([2.0, 1.0], [1.0, 0.0]) == 0.875
    assert auroc([1.0], [2.0]) == 0.0
    assert roc_curve([1.0, 1.0], [1.0]).true_positive_rate.tolist() == [0.0, 1.0]


def test_no_more_than_the_allowed_false_alarms_are_made():
    low = np.arange(100.0)
    assert true_positive_rate_at([98.5, 99.5], low, most=0.01) == 1.0
    assert true_positive_rate_at([98.0, 99.0], low, most=0.01) == 0.5  # 98 would let two through
    assert true_positive_rate_at([98.5, 99.5], low, most=0.009) == 0.5
    assert true_positive_rate_at([99.0], low, most=0.0) == 0.0
    assert true_positive_rate_at([-1.0], low, most=1.0) == 1.0


def test_the_threshold_keeps_the_share_that_was_asked_for():
    high = np.arange(20.0)
    assert threshold_at(high, least=0.95) == 1.0
    assert threshold_at(high, least=1.0) == 0.0
    assert threshold_at(high, least=0.0) == 19.0
    assert false_positive_rate_at(high, [0.5, 1.0, 5.0, -1.0], least=0.95) == 0.5
    assert false_positive_rate_at(high, [50.0], least=0.0) == 0.0


@pytest.mark.parametrize(("high", "low", "kind"), [([], [1.0], "positive"), ([1.0], [], "negative")])
def test_one_kind_alone_has_no_curve(high, low, kind):
    for figure in (roc_curve, auroc, auroc_interval):
        with pytest.raises(InvalidInput, match=f"rows of both kinds.*The {kind} rows"):
            figure(high, low)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_scores_must_be_numbers(bad):
    with pytest.raises(InvalidInput, match="Scores must be finite. One of the negative rows is not"):
        auroc([1.0], [bad])


def test_shares_must_be_shares():
    with pytest.raises(InvalidInput, match="most must be from 0 to 1. Got 2"):
        true_positive_rate_at([1.0], [0.0], most=2)
    with pytest.raises(InvalidInput, match="least must be from 0 to 1. Got -1"):
        threshold_at([1.0], least=-1)


def test_groups_must_name_every_row():
    with pytest.raises(InvalidInput, match=r"the text of all 2 rows. Got shape \(1,\)"):
        auroc_interval([1.0], [0.0], groups=[0])


def test_perfect_separation_of_a_few_is_not_certain():
    found = auroc_interval(np.arange(20.0) + 50, np.arange(20.0), resampling=FEW)
    assert found.value == found.high == 1.0
    assert 0.8 < found.low < 0.95
    rate = rate_interval(
        lambda high, low: false_positive_rate_at(high, low, least=0.95),
        np.arange(20.0) + 50,
        np.arange(20.0),
        of=20,
        resampling=FEW,
    )
    assert (rate.value, rate.low) == (0.0, 0.0)
    assert 0.1 < rate.high < 0.2


def test_the_interval_is_newcombes_at_least():
    # Worked by the formula of the paper: area 0.5 of 50 and 50.
    found = auroc_interval(np.tile([0.0, 1.0], 25), np.tile([0.0, 1.0], 25), resampling=FEW)
    assert found.low <= 0.3897 + 1e-4
    assert found.high >= 0.6103 - 1e-4


def test_the_interval_holds_the_true_area_about_as_often_as_it_says():
    inside = 0
    for seed in range(60):
        rng = np.random.default_rng([seed, 1])
        found = auroc_interval(rng.normal(1, 1, 50), rng.normal(0, 1, 50), resampling=Resampling(seed, 100))
        inside += found.low <= 0.76025 <= found.high
    assert inside >= 52


def test_copies_of_a_text_do_not_narrow_the_interval():
    rng = np.random.default_rng(0)
    high, low = rng.normal(0.5, 1, 20), rng.normal(0, 1, 20)
    one = auroc_interval(high, low, resampling=FEW)
    groups = np.repeat(np.arange(40), 5)
    grouped = auroc_interval(np.repeat(high, 5), np.repeat(low, 5), groups=groups, resampling=FEW)
    alone = auroc_interval(np.repeat(high, 5), np.repeat(low, 5), resampling=FEW)
    assert grouped.high - grouped.low > 0.7 * (one.high - one.low) > alone.high - alone.low


def test_the_same_seed_gives_the_same_interval():
    high, low = drawn(3)
    assert auroc_interval(high, low, resampling=FEW) == auroc_interval(high, low, resampling=FEW)
    # and another one another
    assert auroc_interval(high, low, resampling=FEW) != auroc_interval(
        high, low, resampling=Resampling(9, 200)
    )
