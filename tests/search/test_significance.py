from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metier.errors import InvalidInput
from metier.search.significance import (
    Difference,
    Verdict,
    mean_intervals,
    paired_differences,
    randomisation_test,
)
from metier.training.intervals import bootstrap, paired_bootstrap


def made(n_queries, *, seed=0, shift=0.0):
    return np.random.default_rng(seed).random((n_queries, 3)) + shift


def test_intervals_are_those_of_the_shared_bootstrap():
    values = made(40)
    for column, found in enumerate(mean_intervals(values, seed=3, n=200)):
        figures = values[:, column]
        expected = bootstrap(lambda rows, f=figures: float(f[rows].mean()), range(40), seed=3, n=200)
        assert (found.value, found.low, found.high) == pytest.approx(
            (expected.value, expected.low, expected.high)
        )


def test_differences_are_those_of_the_shared_paired_bootstrap():
    one, other = made(30), made(30, seed=1)
    found = paired_differences(one, other, seed=5)[1]
    expected = paired_bootstrap(
        lambda rows: float(one[rows, 1].mean()), lambda rows: float(other[rows, 1].mean()), range(30), seed=5
    )
    assert (found.value, found.low, found.high) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )


def test_p_values_are_those_of_all_assignments_of_signs():
    gaps = np.random.default_rng(2).normal(0.3, 1, (9, 2))
    found = randomisation_test(gaps, n=40_000)
    for column in range(2):
        sums = [
            abs(sum(s * g for s, g in zip(signs, gaps[:, column], strict=True)))
            for signs in product((-1, 1), repeat=9)
        ]
        exact = np.mean([total >= abs(gaps[:, column].sum()) - 1e-9 for total in sums])
        assert found[column] == pytest.approx(exact, abs=0.01)


@given(arrays(np.float64, st.tuples(st.integers(1, 8), st.just(2)), elements=st.floats(-1, 1)))
def test_p_values_do_not_depend_on_which_system_is_first(gaps):
    found = randomisation_test(gaps, n=200)
    assert found == randomisation_test(-gaps, n=200)
    assert all(1 / 201 <= p <= 1 for p in found)


def test_systems_that_are_alike_are_told_apart_in_about_one_of_twenty():
    random = np.random.default_rng(0)
    p = np.array(randomisation_test(random.normal(size=(30, 300)), n=1000))
    assert 0.02 < (p < 0.05).mean() < 0.09


def test_the_seed_decides_the_draws():
    one, other = made(20), made(20, seed=1)
    assert paired_differences(one, other, seed=1) == paired_differences(one, other, seed=1)
    assert paired_differences(one, other, seed=1) != paired_differences(one, other, seed=2)


def test_equal_systems_are_not_told_apart():
    found = paired_differences(made(20), made(20))[0]
    assert found == Difference(0.0, 0.0, 0.0, 1.0)
    assert found.verdict is Verdict.NOT_TOLD_APART


def test_a_clear_difference_is_told_apart_both_ways():
    low, high = made(20), made(20, shift=0.5)
    assert paired_differences(high, low)[0].verdict is Verdict.BETTER
    assert paired_differences(low, high)[0].verdict is Verdict.WORSE


def test_very_few_queries_tell_nothing_apart_though_their_interval_holds_no_0():
    found = paired_differences(made(4, shift=1.0), made(4))[0]
    assert found.low > 0
    assert found.verdict is Verdict.NOT_TOLD_APART


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_intervals(np.zeros((0, 2))), r"one query at least. Got \(0, 2\)"),
        (lambda: mean_intervals([1.0]), r"must be \(n_queries, n_figures\)"),
        (lambda: mean_intervals([[float("nan")]]), "Each value must be a number"),
        (lambda: mean_intervals([[1.0]], n=0), "n must be at least 1. Got 0"),
        (lambda: randomisation_test([[1.0]], n=0), "n must be at least 1. Got 0"),
        (lambda: paired_differences([[1.0]], [[1.0], [2.0]]), "Both systems must have the same queries"),
    ],
)
def test_wrong_use_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
