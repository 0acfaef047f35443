import numpy as np
import pytest

pytest.importorskip("sklearn")

from metier.expertise.logistic import choose_line, fit_line, log_loss_of, mix_lines, turned


def drawn(n=200, dim=3, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, dim))
    odds = values[:, 0] * 2 - 1.5
    return values, (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float), odds


def test_a_balanced_line_keeps_the_share_of_yes():
    values, answers, odds = drawn(4000)
    line = fit_line(values, answers, strength=100.0, balanced=True)
    found = values @ line.weights + line.bias
    assert np.abs(found - odds).mean() < 0.2
    assert (1 / (1 + np.exp(-found))).mean() == pytest.approx(answers.mean(), abs=0.03)


def test_where_all_answer_alike_the_line_is_level():
    line = fit_line(np.ones((5, 2)), np.ones(5), strength=1.0, balanced=True)
    assert line.weights.tolist() == [0, 0]
    assert line.bias == pytest.approx(np.log(6))


@pytest.mark.parametrize("sparse", [False, True])
def test_a_turn_changes_no_line(sparse):
    values, answers, _ = drawn(60, 400)
    given = pytest.importorskip("scipy.sparse").csr_matrix(values) if sparse else values
    rows = turned(given)
    assert rows.values.shape[1] <= 60
    there = rows.undone(fit_line(rows.values, answers, strength=0.05, balanced=True))
    here = fit_line(values, answers, strength=0.05, balanced=True)
    assert np.abs(values @ there.weights + there.bias - values @ here.weights - here.bias).max() < 0.02


def test_many_rows_are_not_turned():
    values, _, _ = drawn(50, 4)
    assert turned(values).values is values


def test_the_strength_is_chosen_on_rows_that_were_not_fitted_to():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(120, 60))
    answers = (rng.random(120) < 0.5).astype(float)  # nothing to learn: the weakest line does best
    found = choose_line(turned(values), answers, np.arange(120) % 4, strengths=(10.0, 0.0001), balanced=True)
    assert found.strength == 0.0001
    assert found.unseen.shape == (120,)


def test_rows_that_do_not_tell_are_left_out():
    values, answers, _ = drawn(80)
    answers[::2] = np.nan
    found = choose_line(turned(values), answers, np.arange(80) % 4, strengths=(1.0,), balanced=True)
    alone = fit_line(values[1::2], answers[1::2], strength=1.0, balanced=True)
    assert found.unseen.shape == (40,)
    assert np.allclose(found.line.weights, alone.weights)


def test_a_mix_trusts_what_tells_and_nothing_that_misleads():
    _, answers, odds = drawn(500)
    rng = np.random.default_rng(1)
    wrong = -(2 * answers - 1) + rng.normal(size=500)
    found = mix_lines(np.stack([odds, wrong], axis=1), answers)
    assert found.weights[0] > 0.5
    assert found.weights[1] == 0


def test_a_mix_of_nothing_of_use_is_the_share_of_yes():
    _, answers, odds = drawn(500)
    found = mix_lines(-odds[:, None], answers)
    assert found.weights.tolist() == [0]
    assert 1 / (1 + np.exp(-found.bias)) == pytest.approx(answers.mean(), abs=0.01)


def test_log_loss_is_that_of_the_chances():
    assert log_loss_of(np.zeros(3), np.array([1.0, 0, 1])) == pytest.approx(np.log(2))


def test_weights_keep_to_the_signs_that_are_asked_for():
    values, answers, _ = drawn(400)
    free = fit_line(values, answers, strength=1.0, balanced=False)
    assert free.weights[0] > 0.5
    held = fit_line(values, answers, strength=1.0, balanced=False, signs=np.array([-1, 0, 1]))
    assert held.weights[0] == 0
    assert held.weights[2] >= 0
    same = fit_line(values, answers, strength=1.0, balanced=False, signs=np.array([1, 0, 0]))
    np.testing.assert_allclose(same.weights, free.weights)
