import doctest

import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.expertise import metrics
from metier.expertise.application import LevelRange
from metier.expertise.metrics import LevelTable, compare_claims, compare_levels, evaluate_levels
from metier.expertise.model import Calibration
from metier.types import Level, Role

CALIBRATION = Calibration(1.0, 0.7, 0.9, 50, ("en",), (Role.RESUME,))


def drawn(n, *, seed=0, signal=1.0, levels=5):
    rng = np.random.default_rng(seed)
    ranks = rng.integers(levels, size=n)
    logits = rng.normal(size=(n, 5)) - signal * np.abs(np.arange(5) - ranks[:, None])
    chances = np.exp(logits)
    return ranks, chances / chances.sum(axis=1, keepdims=True)


def table_of(ranks, chances, groups=None):
    labels = [LevelRange.of(list(Level)[rank]) for rank in ranks]
    return LevelTable(chances, labels, np.arange(len(ranks)) if groups is None else groups)


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(metrics).failed == 0


def test_every_figure_is_that_of_scikit_learn():
    sk = pytest.importorskip("sklearn.metrics")
    ranks, chances = drawn(300)
    told = chances.argmax(axis=1)
    found = evaluate_levels(table_of(ranks, chances), n=5)
    assert found.roc_auc.value == pytest.approx(sk.roc_auc_score(ranks, chances, multi_class="ovr"))
    for level in Level:
        own = ranks == level.rank
        assert found.roc_auc_of[level].value == pytest.approx(sk.roc_auc_score(own, chances[:, level.rank]))
        expected = sk.average_precision_score(own, chances[:, level.rank])
        assert found.pr_auc_of[level].value == pytest.approx(expected)
    assert found.qwk.value == pytest.approx(sk.cohen_kappa_score(ranks, told, weights="quadratic"))
    assert found.mae.value == pytest.approx(sk.mean_absolute_error(ranks, told))
    assert found.accuracy.value == pytest.approx(sk.accuracy_score(ranks, told))
    assert found.macro_f1.value == pytest.approx(sk.f1_score(ranks, told, average="macro"))
    assert found.confusion == tuple(map(tuple, sk.confusion_matrix(ranks, told, labels=range(5)).tolist()))
    assert found.adjacent.value == pytest.approx((np.abs(ranks - told) <= 1).mean())


def test_equal_scores_count_half_as_scikit_learn_has_it():
    sk = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(1)
    gold, scores = rng.random(200) < 0.3, rng.integers(4, size=200).astype(float)
    assert metrics.roc_auc(gold, scores) == pytest.approx(sk.roc_auc_score(gold, scores))


def test_a_level_that_is_not_there_is_left_out_of_the_mean():
    ranks, chances = drawn(120, levels=3)
    found = evaluate_levels(table_of(ranks, chances), n=5)
    assert set(found.roc_auc_of) == set(found.counts) == {"intern", "junior", "middle"}
    mean = np.mean([interval.value for interval in found.roc_auc_of.values()])
    assert found.roc_auc.value == pytest.approx(mean)


def test_one_level_alone_has_no_roc_auc():
    _, chances = drawn(20)
    found = evaluate_levels(table_of([2] * 20, chances), n=5)
    assert (found.roc_auc, found.roc_auc_of) == (None, {})
    assert found.mae is not None


def test_no_rows_have_no_figures():
    found = evaluate_levels(table_of([], np.zeros((0, 5))), CALIBRATION, n=5)
    assert (found.rows, found.exact_rows, found.counts) == (0, 0, {})
    assert found.roc_auc is found.qwk is found.coverage is found.claims_auc is None


def test_groups_are_drawn_whole():
    ranks, chances = drawn(60)
    alone = evaluate_levels(table_of(ranks, chances), n=200).accuracy
    often = np.repeat(np.arange(60), 4)
    many = evaluate_levels(table_of(ranks[often], chances[often], often), n=200).accuracy
    assert many.value == alone.value
    assert (many.low, many.high) == (alone.low, alone.high)


def test_sets_are_measured_on_all_rows():
    chances = np.array([[0.6, 0.3, 0.05, 0.03, 0.02], [0.1, 0.1, 0.1, 0.3, 0.4]])
    labels = [LevelRange.of(Level.MIDDLE), LevelRange(Level.SENIOR, Level.LEAD)]
    found = evaluate_levels(LevelTable(chances, labels, np.arange(2)), CALIBRATION, n=5)
    assert found.coverage.value == 0.5
    assert found.set_size.value == pytest.approx((2 + 3) / 2)


def test_claims_are_measured_by_the_chance_of_the_claimed_level_or_more():
    ranks, chances = drawn(200)
    held = ranks >= 3
    labels = [
        LevelRange(Level.SENIOR, Level.LEAD) if ok else LevelRange(Level.INTERN, Level.MIDDLE) for ok in held
    ]
    found = evaluate_levels(LevelTable(chances, labels, np.arange(200)), n=5)
    assert found.exact_rows == 0
    assert found.roc_auc is None
    assert found.claims_auc.value == pytest.approx(metrics.roc_auc(held, chances[:, 3:].sum(axis=1)))


def test_a_range_in_the_middle_is_no_claim():
    labels = [LevelRange(Level.JUNIOR, Level.MIDDLE), LevelRange(Level.INTERN, Level.LEAD)]
    assert not len(LevelTable(np.full((2, 5), 0.2), labels, np.arange(2)).claims().held)


def test_a_better_model_is_told_apart_and_the_same_is_not():
    ranks, good = drawn(250, signal=1.5)
    poor = drawn(250, seed=3, signal=0.0)[1]
    better = compare_levels(table_of(ranks, good), table_of(ranks, poor), metrics.macro_roc_auc, n=200)
    assert better.low > 0
    same = compare_levels(table_of(ranks, good), table_of(ranks, good), metrics.macro_roc_auc, n=50)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_claims_are_compared_too():
    ranks, good = drawn(250, signal=1.5)
    labels = [
        LevelRange(Level.SENIOR, Level.LEAD) if rank >= 3 else LevelRange(Level.INTERN, Level.MIDDLE)
        for rank in ranks
    ]
    first = LevelTable(good, labels, np.arange(250))
    second = LevelTable(np.full((250, 5), 0.2), labels, np.arange(250))
    assert compare_claims(first, second, n=100).low > 0


def test_models_on_other_rows_are_not_compared():
    ranks, chances = drawn(20)
    with pytest.raises(InvalidInput, match="same rows"):
        compare_levels(table_of(ranks, chances), table_of(ranks[::-1], chances), metrics.macro_roc_auc)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="a label and a group for each row"):
        LevelTable(np.zeros((2, 4)), [LevelRange.of(Level.LEAD)] * 2, np.arange(2))
    with pytest.raises(InvalidInput, match="gold and scores"):
        metrics.roc_auc([True], [0.1, 0.2])
