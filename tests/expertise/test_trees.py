from dataclasses import fields

import numpy as np
import pytest

from metier.errors import ModelFormatError
from metier.expertise.trees import Forest, forest_of

# One tree: feature 0 up to 1.0 goes to the left; nan goes right, where feature 1 decides.
SMALL = {
    "feature": np.array([0, -1, 1, -1, -1], np.int32),
    "threshold": np.array([1.0, 0, -2.0, 0, 0]),
    "left": np.array([1, 0, 3, 0, 0], np.int32),
    "right": np.array([2, 0, 4, 0, 0], np.int32),
    "missing_left": np.array([0, 0, 1, 0, 0], np.uint8),
    "value": np.array([0, 10.0, 0, 20.0, 30.0]),
    "roots": np.array([0], np.int32),
    "sums": np.array([1], np.int32),
    "base": np.array([0.5, 0.25]),
}


def small(**changed):
    return Forest.of_tensors({**SMALL, **changed}, n_features=2, n_sums=2)


@pytest.mark.parametrize(
    ("row", "total"),
    [
        ([1.0, 0.0], 10.25),
        ([1.1, -2.0], 20.25),
        ([1.1, 5.0], 30.25),
        ([np.nan, 5.0], 30.25),
        ([np.nan, np.nan], 20.25),
    ],
)
def test_a_value_goes_down_the_tree(row, total):
    assert small().add_up(np.array([row])).tolist() == [[0.5, total]]


def test_trees_are_those_of_scikit_learn_with_and_without_nan():
    boosting = pytest.importorskip("sklearn.ensemble").HistGradientBoostingClassifier
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 5))
    values[rng.random(values.shape) < 0.2] = np.nan
    values[:, 4] = np.where(rng.random(300) < 0.5, np.nan, 1.0)  # tells by being there alone
    values[:, 3] = rng.normal(size=300)  # never missing in training, and missing later
    gold = (np.nan_to_num(values[:, 0]) + np.isnan(values[:, 4]) + 0.5 * rng.normal(size=300)) > 0.3
    model = boosting(max_iter=30, max_leaf_nodes=6).fit(values, gold)
    forest = forest_of([None, model], [2.0, 0.0])
    asked = rng.normal(size=(200, 5)) * 2
    asked[rng.random(asked.shape) < 0.4] = np.nan
    found = forest.add_up(asked)
    assert np.abs(found[:, 1] - model.decision_function(asked)).max() < 1e-9
    assert (found[:, 0] == 2.0).all()
    for i in range(5):
        assert forest.add_up(asked[i : i + 1]).tobytes() == found[i].tobytes()
    again = Forest.of_tensors(forest.tensors(), n_features=5, n_sums=2)
    assert again.add_up(asked).tobytes() == found.tobytes()


def test_no_rows_have_no_sums():
    assert small().add_up(np.zeros((0, 2))).shape == (0, 2)


def test_a_forest_may_have_no_trees():
    forest = forest_of([None, None], [1.0, -1.0])
    assert forest.add_up(np.zeros((2, 3))).tolist() == [[1.0, -1.0]] * 2
    assert all(len(getattr(forest, field.name)) == 0 for field in fields(forest) if field.name != "base")


@pytest.mark.parametrize(
    "changed",
    [
        {"left": np.array([0, 0, 3, 0, 0], np.int32)},
        {"right": np.array([9, 0, 4, 0, 0], np.int32)},
        {"feature": np.array([7, -1, 1, -1, -1], np.int32)},
        {"roots": np.array([-1], np.int32)},
        {"sums": np.array([2], np.int32)},
        {"sums": np.array([0, 1], np.int32)},
        {"value": np.array([0, np.inf, 0, 1, 1])},
        {"threshold": np.array([1.0])},
        {"base": np.array([1.0])},
        {"value": np.array([0, 10, 0, 20, 30])},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_trees_that_lead_nowhere_are_refused(changed):
    with pytest.raises(ModelFormatError, match="lead from each root to a leaf"):
        small(**changed)


def test_a_missing_part_is_named_as_damage():
    with pytest.raises(ModelFormatError, match="lack a part"):
        Forest.of_tensors({"feature": SMALL["feature"]}, n_features=2, n_sums=2)
