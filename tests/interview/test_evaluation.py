import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.interview.evaluation import WrongChoice, measure_choices
from metier.training.intervals import wilson

NAMES = ["a", "b", "c"]


def measured(cosines, right):
    return measure_choices(
        np.array(cosines), np.array(right, bool), rows=range(2, 2 + len(cosines)), candidates=NAMES
    )


def test_a_case_by_hand():
    found = measured([[0.9, 0.5, 0.1], [0.7, 0.4, 0.2]], [[1, 0, 0], [0, 1, 0]])
    assert (found.correct, found.total, found.accuracy) == (1, 2, 0.5)
    # First: top-1 less top-2; second: true less top-1.
    assert found.mean_diff == pytest.approx(((0.9 - 0.5) + (0.4 - 0.7)) / 2)
    errors = [0.1, 0.5, 0.1, 0.7, 0.6, 0.2]
    assert found.mae == pytest.approx(sum(errors) / 6)
    assert found.mse == pytest.approx(sum(error**2 for error in errors) / 6)
    assert found.correlation == pytest.approx(
        np.corrcoef([0.9, 0.5, 0.1, 0.7, 0.4, 0.2], [1, 0, 0, 0, 1, 0])[0, 1]
    )
    interval = wilson(1, 2)
    assert (found.accuracy_low, found.accuracy_high) == (interval.low, interval.high)
    assert found.wrong == (WrongChoice(3, "b", "a", 0.4, 0.7),)


@pytest.mark.parametrize("tied", [(0.5, 0.5, 0.1), (0.1, 0.5, 0.5), (0.5, 0.5, 0.5)])
def test_a_tie_is_wrong_wherever_it_stands(tied):
    found = measured([tied], [[0, 1, 0]])
    assert (found.correct, found.mean_diff) == (0, 0.0)
    (wrong,) = found.wrong
    assert (wrong.true, wrong.cosine_true, wrong.cosine_chosen) == ("b", 0.5, 0.5)
    assert wrong.chosen != "b"


def test_any_of_several_right_candidates_will_do():
    found = measured([[0.9, 0.8, 0.1], [0.2, 0.8, 0.1]], [[1, 1, 0], [1, 1, 0]])
    assert (found.correct, found.wrong) == (2, ())
    assert found.mean_diff == pytest.approx((0.8 + 0.7) / 2)


def test_equal_cosines_have_no_correlation():
    assert measured([[0.3, 0.3, 0.3]], [[1, 0, 0]]).correlation is None


def test_perfect_cosines_have_perfect_figures():
    found = measured(np.eye(3), np.eye(3))
    assert (found.accuracy, found.mean_diff, found.mse, found.mae) == (1.0, 1.0, 0.0, 0.0)
    assert found.correlation == pytest.approx(1.0)
    assert found.accuracy_high == 1.0


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(2, 6))
def test_figures_follow_their_definitions(seed, n, m):
    rng = np.random.default_rng(seed)
    cosines = rng.integers(-4, 5, (n, m)) / 4
    true = rng.integers(m, size=n)
    right = np.zeros((n, m), bool)
    right[np.arange(n), true] = True
    found = measure_choices(cosines, right, rows=range(n), candidates=[str(i) for i in range(m)])
    n_right, gaps = 0, []
    for scores, own in zip(cosines.tolist(), true.tolist(), strict=True):
        ranked = sorted(scores, reverse=True)
        first = scores[own] == ranked[0] and ranked[0] > ranked[1]
        n_right += first
        gaps.append(ranked[0] - ranked[1] if first else scores[own] - ranked[0])
    assert found.correct == n_right == n - len(found.wrong)
    assert found.mean_diff == pytest.approx(sum(gaps) / n)
    assert all(wrong.cosine_chosen >= wrong.cosine_true for wrong in found.wrong)


@pytest.mark.parametrize(
    ("cosines", "right", "message"),
    [
        (np.zeros((1, 2)), np.ones((1, 2), bool), "must be \\(1, 3\\)"),
        (np.zeros((0, 3)), np.zeros((0, 3), bool), "at least one input"),
        (np.full((1, 3), np.nan), np.eye(3, dtype=bool)[:1], "must be finite"),
        (np.zeros((1, 3)), np.zeros((1, 3), bool), "a right and a wrong candidate"),
        (np.zeros((1, 3)), np.ones((1, 3), bool), "a right and a wrong candidate"),
    ],
)
def test_what_cannot_be_measured_is_refused(cosines, right, message):
    with pytest.raises(InvalidInput, match=message):
        measure_choices(cosines, right, rows=range(len(cosines)), candidates=NAMES)
