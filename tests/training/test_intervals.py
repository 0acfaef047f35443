import doctest
from itertools import pairwise

import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.training import intervals
from metier.training.intervals import bootstrap, paired_bootstrap, wilson


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(intervals).failed == 0


def test_the_interval_of_a_mean_is_near_that_of_theory():
    x = np.random.default_rng(0).standard_normal(400)
    found = bootstrap(lambda rows: x[rows].mean(), range(400), n=2000)
    half = 1.96 * x.std() / 20
    assert found.value == x.mean()
    assert (found.low, found.high) == pytest.approx((x.mean() - half, x.mean() + half), abs=0.015)


def test_rows_of_one_text_are_drawn_together():
    texts = np.repeat(np.arange(20), 50)
    x = np.random.default_rng(0).standard_normal(20)[texts]
    by_text = bootstrap(lambda rows: x[rows].mean(), texts)
    by_row = bootstrap(lambda rows: x[rows].mean(), range(1000))
    assert by_text.high - by_text.low > 4 * (by_row.high - by_row.low)

    def whole_texts(rows):
        assert (np.bincount(texts[rows], minlength=20) % 50 == 0).all()
        return 0.0

    bootstrap(whole_texts, texts, n=20)


def test_groups_may_have_any_names_in_any_order():
    names = np.array(["b", "a", "b", "c"])
    assert bootstrap(lambda rows: float(len(rows)), names).value == 4.0


def test_the_same_seed_gives_the_same_interval_and_another_one_does_not():
    x = np.arange(30.0)
    first, again, other = (bootstrap(lambda rows: x[rows].mean(), range(30), seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_a_paired_difference_is_narrower_than_its_sides():
    rng = np.random.default_rng(0)
    hard = rng.standard_normal(200)
    a, b = hard + 0.2 + 0.1 * rng.standard_normal(200), hard
    paired = paired_bootstrap(lambda rows: a[rows].mean(), lambda rows: b[rows].mean(), range(200))
    alone = bootstrap(lambda rows: a[rows].mean(), range(200))
    assert paired.low > 0.15
    assert paired.high - paired.low < (alone.high - alone.low) / 4


def test_resamples_without_a_figure_are_left_out():
    x = np.array([1.0, np.nan, np.nan])
    found = bootstrap(lambda rows: float(x[rows].max()) if (rows == 0).all() else float("nan"), range(3))
    assert np.isnan(found.value)
    assert (found.low, found.high) == (1.0, 1.0)
    none = bootstrap(lambda rows: float("nan"), range(3), n=5)
    assert np.isnan([none.value, none.low, none.high]).all()


def test_wilson_stays_between_0_and_1_and_narrows():
    assert (wilson(0, 10).low, wilson(10, 10).high) == (0.0, 1.0)
    widths = [wilson(n // 2, n).high - wilson(n // 2, n).low for n in (2, 10, 100, 1000)]
    assert all(wide > narrow for wide, narrow in pairwise(widths))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bootstrap(lambda rows: 0.0, []), "at least one"),
        (lambda: bootstrap(lambda rows: 0.0, [0], n=0), "n must be at least 1"),
        (lambda: bootstrap(lambda rows: 0.0, [0], level=1.0), "level must lie between 0 and 1"),
        (lambda: wilson(3, 2), "Got 3 of 2"),
        (lambda: wilson(0, 0), "trials at least 1"),
    ],
)
def test_numbers_out_of_range_are_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
