import numpy as np
import pytest

from metier.audit.membership.attacks import (
    AttackScores,
    attack_figures,
    balanced_accuracy,
    likelihood_ratio,
    loss_scores,
)
from metier.audit.roc import Resampling, auroc
from metier.errors import InvalidInput

FEW = Resampling(0, 100)


def figures(members, others, groups=None):
    scores = AttackScores(np.asarray(members, float), np.asarray(others, float))
    owners = np.arange(len(members) + len(others)) if groups is None else groups
    return attack_figures(scores, owners, FEW)


def test_what_is_cheap_was_seen():
    found = loss_scores(np.array([0.1, 0.2]), np.array([1.0, 0.15]))
    assert auroc(found.members, found.non_members) == 0.75


def test_the_figures_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    members, others = rng.normal(0.5, 1, 300).round(1), rng.normal(0, 1, 1000).round(1)
    found = figures(members, others)
    gold, scores = np.repeat([1, 0], [300, 1000]), np.concatenate([members, others])
    false, true, _ = metrics.roc_curve(gold, scores, drop_intermediate=False)
    assert found.auc.value == pytest.approx(metrics.roc_auc_score(gold, scores))
    assert found.found_at_1_percent.value == pytest.approx(true[false <= 0.01].max())
    assert found.found_at_0_1_percent.value == pytest.approx(true[false <= 0.001].max())


def test_rates_below_one_false_alarm_are_not_said():
    rng = np.random.default_rng(0)
    assert figures(rng.normal(0, 1, 150), rng.normal(0, 1, 99)).found_at_1_percent is None
    found = figures(rng.normal(0, 1, 150), rng.normal(0, 1, 100))
    assert found.found_at_1_percent is not None
    assert found.found_at_0_1_percent is None


def test_chance_is_told_as_chance():
    rng = np.random.default_rng(4)
    found = figures(rng.normal(0, 1, 400), rng.normal(0, 1, 400))
    for figure, chance in (
        (found.auc, 0.5),
        (found.found_at_1_percent, 0.01),
        (found.balanced_accuracy, 0.5),
    ):
        assert figure.low <= chance <= figure.high


def test_equal_scores_find_nobody():
    found = figures(np.zeros(100), np.zeros(100))
    assert found.auc.value == 0.5
    assert found.found_at_1_percent.value == 0.0
    assert found.balanced_accuracy.value == 0.5


def test_the_threshold_of_the_balanced_accuracy_is_chosen_on_other_rows():
    rng = np.random.default_rng(1)
    # Noise alone: a threshold chosen on the rows that it is measured on would look better than chance.
    chance = [
        balanced_accuracy(
            AttackScores(rng.normal(0, 1, 40), rng.normal(0, 1, 40)), np.arange(80), Resampling(seed, 1)
        ).value
        for seed in range(40)
    ]
    assert np.mean(chance) == pytest.approx(0.5, abs=0.03)
    apart = AttackScores(rng.normal(4, 1, 100), rng.normal(0, 1, 100))
    assert balanced_accuracy(apart, np.arange(200), FEW).low > 0.9


def test_one_reference_gives_the_difference():
    found = likelihood_ratio(np.array([1.0, 5.0]), np.array([[2.0, 5.5]]), of_one_label=False)
    assert found == pytest.approx([1.0, 0.5])


def test_several_references_give_standard_deviations_and_many_each_rows_own():
    rng = np.random.default_rng(0)
    spreads = np.array([0.5, 2.0])
    few = likelihood_ratio(np.zeros(2), rng.normal(1, 1, (8, 2)) * spreads, of_one_label=False)
    many = likelihood_ratio(np.zeros(2), rng.normal(0, 1, (64, 2)) * spreads + 2.0, of_one_label=False)
    assert np.isfinite(few).all()
    assert many[0] / many[1] == pytest.approx(4.0, rel=0.5)


def test_the_loss_of_one_label_is_compared_on_the_scale_of_its_odds():
    p, q = 0.9, 0.6
    found = likelihood_ratio(np.array([-np.log(p)]), np.array([[-np.log(q)]]), of_one_label=True)
    assert found[0] == pytest.approx(np.log(p / (1 - p)) - np.log(q / (1 - q)))
    sure = likelihood_ratio(np.array([0.0, 800.0]), np.array([[0.0, 800.0]]), of_one_label=True)
    assert sure == pytest.approx([0.0, 0.0])


def test_references_make_up_for_rows_that_are_hard_for_every_model():
    rng = np.random.default_rng(0)
    hard = rng.normal(0, 5, 400)
    losses = hard + rng.normal(0, 0.5, 400) + np.repeat([0.0, 1.0], 200)
    ratio = likelihood_ratio(losses, hard + rng.normal(0, 0.5, (4, 400)), of_one_label=False)
    assert auroc(-losses[:200], -losses[200:]) < 0.65
    assert auroc(ratio[:200], ratio[200:]) > 0.85


@pytest.mark.parametrize("shape", [(0, 3), (2, 4), (3,)])
def test_references_must_fit(shape):
    with pytest.raises(InvalidInput, match=r"references must be \(n_references, 3\)"):
        likelihood_ratio(np.zeros(3), np.zeros(shape), of_one_label=False)


def test_one_kind_alone_and_groups_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="rows of both kinds"):
        figures([1.0], [])
    with pytest.raises(InvalidInput, match="groups must name the text of all 2 rows"):
        balanced_accuracy(AttackScores(np.zeros(1), np.zeros(1)), np.arange(3), FEW)
