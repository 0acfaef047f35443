import numpy as np
import pytest

from metier.engine.evaluation.figures import CHANCES, FIGURES, FOUND, GOLD, HITS, MARKED, TOLD


def columns(**values):
    return {name: np.array(column, np.float64) for name, column in values.items()}


def figure(name, **values):
    return FIGURES[name].compute(columns(**values))


def levels(*rows):
    """Return the columns of rows of a true rank and five chances."""
    table = np.array([chances for _, chances in rows], np.float64)
    gold = np.array([rank for rank, _ in rows], np.float64)
    return {GOLD: gold, **dict(zip(CHANCES, table.T, strict=True))}


@pytest.mark.parametrize("name", ["mrr", "pass@1", "accuracy", "margin", "rp@1", "rp@5", "rp@10"])
def test_figures_of_rankings_are_means_over_rows(name):
    assert figure(name, **{name: [1.0, 0.0, 0.5]}) == 0.5


def test_spans_are_counted_over_all_texts():
    counts = {MARKED: [2, 2], FOUND: [1, 1], HITS: [1, 0]}
    assert figure("span_precision", **counts) == 0.5
    assert figure("span_recall", **counts) == 0.25
    assert figure("span_f1", **counts) == pytest.approx(1 / 3)


@pytest.mark.parametrize("name", ["span_f1", "span_precision", "span_recall"])
def test_spans_that_are_not_there_define_no_figure(name):
    assert np.isnan(figure(name, **{MARKED: [0], FOUND: [0], HITS: [0]}))


def test_evidence_is_measured_by_class_and_over_classes():
    pairs = {GOLD: [0, 0, 1, 2], TOLD: [0, 1, 1, 2]}
    assert figure("f1_none", **pairs) == pytest.approx(2 / 3)
    assert figure("f1_implicit", **pairs) == pytest.approx(2 / 3)
    assert figure("f1_explicit", **pairs) == 1.0
    assert figure("macro_f1", **pairs) == pytest.approx(7 / 9)


def test_a_class_without_a_pair_has_no_f1():
    assert np.isnan(figure("f1_implicit", **{GOLD: [0, 2], TOLD: [0, 2]}))


def test_levels_are_ranked_and_told():
    rows = levels((0, [0.6, 0.4, 0, 0, 0]), (1, [0.5, 0.5, 0, 0, 0]), (3, [0, 0, 0, 1, 0]))
    assert FIGURES["roc_auc"].compute(rows) == 1.0
    assert FIGURES["adjacent"].compute(rows) == 1.0
    assert 0.5 < FIGURES["qwk"].compute(rows) < 1.0


def test_scores_are_correlated_and_off():
    assert figure("r", **{GOLD: [1, 2, 3], TOLD: [2, 3, 4]}) == pytest.approx(1.0)
    assert figure("rmse", **{GOLD: [1, 2, 3], TOLD: [2, 3, 4]}) == 1.0
    assert not FIGURES["rmse"].rising


def test_every_figure_says_how_it_is_made():
    assert all(each.title and each.words.endswith(".") for each in FIGURES.values())
