import numpy as np
import pytest

from metier.audit.confidence.domains import GIVEN, Side, measure_domains
from metier.audit.confidence.options import ConfidenceOptions
from metier.audit.confidence.readings import Reading
from metier.audit.confidence.scores import Score, fit_domain

OPTIONS = ConfidenceOptions(n_resamples=100)


def reading(n, seed, *, sure=3.0, at=0.0):
    """Return texts with logits that are as far apart as asked, and states at a place."""
    rng = np.random.default_rng(seed)
    half = rng.normal(sure, 1, n) / 2 * rng.choice([-1, 1], n)
    logits = np.stack([half, -half], axis=1)
    exponents = np.exp(logits)
    states = rng.normal(0, 1, (n, 4)) + at
    return Reading(exponents / exponents.sum(axis=1, keepdims=True), logits, states)


def side(seed, kinds, n=150):
    return Side(reading(n, seed), kinds, np.arange(n))


def test_the_score_is_chosen_where_nothing_is_measured():
    # Others are as sure as the domain, but their states are far away: only states tell them.
    domain = fit_domain(reading(200, 9).states, np.zeros(200, np.int64))
    sides = [side(seed, {GIVEN: reading(150, seed + 10, at=4.0)}) for seed in (0, 1)]
    found = measure_domains(*sides, domain, OPTIONS)
    assert found.threshold.score is Score.MAHALANOBIS
    figures = found.scores[GIVEN]
    assert set(figures) == set(Score)
    assert figures[Score.MAHALANOBIS].auroc.low > 0.95
    assert figures[Score.SOFTMAX].auroc.low < 0.5 < figures[Score.SOFTMAX].auroc.high
    assert figures[Score.MAHALANOBIS].false_positive_rate.high < 0.1
    assert found.threshold.kept.low < 0.95 < found.threshold.kept.high
    assert found.threshold.passed[GIVEN].value < 0.05
    assert set(found.curves) == set(Score)
    assert (found.n_inside, found.n_outside) == (150, {GIVEN: 150})


def test_known_separations_are_found():
    kinds = {"unsure": reading(150, 20, sure=0.0), "alike": reading(150, 21)}
    found = measure_domains(side(0, kinds), side(1, kinds), None, OPTIONS)
    assert set(found.scores["unsure"]) == {Score.SOFTMAX, Score.ENERGY}
    assert found.scores["unsure"][Score.SOFTMAX].auroc.low > 0.85
    alike = found.scores["alike"][Score.SOFTMAX]
    assert alike.auroc.low < 0.5 < alike.auroc.high
    assert alike.false_positive_rate.value > 0.85
    assert set(found.curves) == {"unsure", "alike"}


def test_the_same_seed_gives_the_same_figures():
    kinds = {GIVEN: reading(60, 20, sure=0.0)}
    first, second = (measure_domains(side(0, kinds), side(1, kinds), None, OPTIONS) for _ in range(2))
    assert first.scores == second.scores
    assert first.threshold == second.threshold


def test_another_share_may_be_kept():
    kinds = {GIVEN: reading(150, 20, sure=1.0)}
    rates = [
        measure_domains(side(0, kinds), side(1, kinds), None, ConfidenceOptions(kept=kept, n_resamples=100))
        .scores[GIVEN][Score.SOFTMAX]
        .false_positive_rate.value
        for kept in (0.8, 0.95)
    ]
    assert rates[0] < rates[1]
    assert rates == pytest.approx([0.25, 0.55], abs=0.25)
