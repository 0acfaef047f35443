import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.engine.evaluation.resampling import Resampled, mean_resampled, resample, verdict
from metier.training.intervals import Interval, bootstrap, paired_bootstrap


def drawn(values, groups, *, seed=3, n=60):
    return resample(["mrr"], {"mrr": np.array(values, np.float64)}, np.array(groups), seed=seed, n=n)["mrr"]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4)), min_size=1, max_size=12))
def test_intervals_are_those_of_the_bootstrap(rows):
    values, groups = np.array([value for value, _ in rows]), [group for _, group in rows]
    wanted = bootstrap(lambda chosen: float(values[chosen].mean()), groups, seed=3, n=60)
    found = drawn(values, groups).interval
    assert (found.value, found.low, found.high) == pytest.approx((wanted.value, wanted.low, wanted.high))


def test_differences_are_those_of_the_paired_bootstrap():
    a, b = np.array([1.0, 0.5, 0.2, 0.9]), np.array([0.9, 0.6, 0.1, 0.2])
    wanted = paired_bootstrap(
        lambda rows: float(a[rows].mean()), lambda rows: float(b[rows].mean()), range(4), seed=3, n=60
    )
    found = drawn(a, range(4)).less(drawn(b, range(4))).interval
    assert (found.value, found.low, found.high) == pytest.approx((wanted.value, wanted.low, wanted.high))


def test_figures_of_one_set_share_their_draws():
    columns = {"mrr": np.arange(6.0), "pass@1": np.arange(6.0) * 2}
    found = resample(["mrr", "pass@1"], columns, np.arange(6), seed=0, n=50)
    assert np.allclose(found["mrr"].draws * 2, found["pass@1"].draws)


def test_a_figure_that_no_resample_defines_has_no_interval():
    found = Resampled(0.5, np.full(3, np.nan)).interval
    assert found.value == 0.5
    assert np.isnan([found.low, found.high]).all()


def test_the_mean_of_figures_has_the_mean_of_their_draws():
    found = mean_resampled([Resampled(0.0, np.array([0.0, 0.2])), Resampled(1.0, np.array([1.0, 0.8]))])
    assert (found.value, found.draws.tolist()) == (0.5, [0.5, 0.5])


@pytest.mark.parametrize(
    ("low", "high", "rising", "words"),
    [
        (0.01, 0.2, True, "better"),
        (0.01, 0.2, False, "worse"),
        (-0.2, -0.01, True, "worse"),
        (-0.2, -0.01, False, "better"),
        (-0.1, 0.1, True, "not told apart"),
        (0.0, 0.1, True, "not told apart"),
        (1e-16, 1e-16, True, "not told apart"),
        (float("nan"), float("nan"), True, "not told apart"),
    ],
)
def test_two_models_are_told_apart_by_an_interval_without_0(low, high, rising, words):
    assert verdict(Interval(0.0, low, high), rising=rising) == words
