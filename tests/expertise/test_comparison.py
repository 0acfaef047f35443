import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.expertise.boosting import BoostingOptions, FeatureTrainer
from metier.expertise.comparison import ComparisonOptions, across_folds, compare_learners
from metier.expertise.data import fold_rows
from metier.expertise.fit_read_once import ReadOnceOptions, ReadOnceTrainer
from metier.training.output import Watch
from tests.expertise.made_levels import made_rows

pytest.importorskip("sklearn")
OPTIONS = ComparisonOptions(folds=3, resamples=40)


def boosted(fold):
    del fold
    return FeatureTrainer(BoostingOptions(trees=15))


def worded(fold):
    del fold
    return ReadOnceTrainer(ReadOnceOptions(blocks=("words",), folds=2))


@pytest.fixture(scope="module")
def comparison():
    return compare_learners(made_rows(150), {"trees": boosted, "words": worded}, OPTIONS, Watch())


def test_every_kind_and_baseline_is_measured_on_all_rows(comparison):
    assert list(comparison.figures) == ["trees", "words", "majority", "text length", "years of experience"]
    assert {figures.rows for figures in comparison.figures.values()} == {150}
    assert (comparison.rows, comparison.folds) == (150, 3)
    assert all(figures.coverage is None for figures in comparison.figures.values())


def test_every_two_are_held_against_each_other(comparison):
    pairs = [(gap.first, gap.second) for gap in comparison.gaps]
    baselines = ["majority", "text length", "years of experience"]
    assert pairs == [
        ("trees", "words"),
        *((name, other) for name in ("trees", "words") for other in baselines),
    ]
    over_majority = next(gap for gap in comparison.gaps if gap.second == "majority")
    assert over_majority.interval.low > 0


def test_no_row_is_told_by_a_model_that_learned_from_it():
    rows = made_rows(60)
    folds = fold_rows(rows, n_folds=3)
    place = {row.item.text: fold for row, fold in zip(rows, folds.tolist(), strict=True)}

    class Spy:
        kind, reads = "features", False

        def __init__(self, fold):
            self.fold = fold

        def fit(self, rows, tune_rows, watch):
            assert self.fold not in {place[row.item.text] for row in rows}
            return boosted(0).fit(rows, tune_rows, watch)

    found = across_folds(rows, folds, Spy, Watch(), name="spy")
    assert found.shape == (60, 5)
    assert np.allclose(found.sum(axis=1), 1)


def test_too_few_rows_are_refused_with_the_number_that_is_needed():
    with pytest.raises(InvalidInput, match="about 30 in all"):
        compare_learners(made_rows(12), {"trees": boosted}, OPTIONS, Watch())


@pytest.mark.parametrize(("learners", "said"), [({}, "none"), ({"majority": boosted}, "majority")])
def test_names_that_are_not_there_or_taken_are_refused(learners, said):
    with pytest.raises(InvalidInput, match=f"Got {said}"):
        compare_learners(made_rows(40), learners, OPTIONS, Watch())


@pytest.mark.parametrize("wrong", [{"folds": 1}, {"resamples": 0}])
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(InvalidInput, match="folds must be at least 2 and resamples at least 1"):
        ComparisonOptions(**wrong)
