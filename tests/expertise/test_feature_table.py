import numpy as np
import pytest

from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.expertise.feature_table import (
    FALLING,
    RISING,
    columns_of,
    feature_pushes,
    feature_values,
    known_names,
    saved_names,
    signs_of,
    strongest,
    usual_values,
)
from metier.expertise.features import NAMES
from metier.expertise.model import Push
from tests.expertise.made_levels import made_item, values_of


def test_features_are_found_by_name():
    items = [made_item("a", values_of(total_months=5.0)), made_item("b")]
    found = feature_values(items, columns_of(["total_months"]))
    assert np.array_equal(found, [[5.0], [np.nan]], equal_nan=True)
    assert feature_values([], columns_of(NAMES)).shape == (0, len(NAMES))
    assert known_names() == NAMES


def test_names_of_another_metier_are_refused():
    with pytest.raises(ModelMismatch, match="does not read: shoe_size"):
        columns_of(["total_months", "shoe_size"])
    with pytest.raises(ModelMismatch, match="shoe_size"):
        saved_names({"features": ["shoe_size"]})


@pytest.mark.parametrize("facts", [{}, {"features": "total_months"}, {"features": [1]}])
def test_a_model_must_name_its_features(facts):
    with pytest.raises(ModelFormatError, match="must name the features"):
        saved_names(facts)


def test_features_of_another_length_are_refused():
    with pytest.raises(InvalidInput, match=r"Got shape \(3,\)"):
        feature_values([made_item("a", np.zeros(3))], columns_of(NAMES))


def test_the_usual_value_is_the_median_of_those_that_tell():
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    assert np.array_equal(usual_values(values), [2.0, np.nan], equal_nan=True)


def test_a_push_is_what_the_usual_value_would_change():
    def expected(rows):
        return np.nan_to_num(rows[:, 0]) * 2 + np.nan_to_num(rows[:, 1])

    found = feature_pushes(
        ["a", "b", "c"], np.array([3.0, np.nan, 7.0]), np.array([1.0, 4.0, np.nan]), expected
    )
    assert found == [Push("a", 4.0), Push("b", -4.0)]


def test_the_strongest_push_comes_first():
    pushes = [Push("a", 0.1), Push("b", -0.5), Push("c", 0.5)]
    assert [push.name for push in strongest(pushes)] == ["b", "c", "a"]


def test_signs_say_what_may_only_raise_or_lower_the_level():
    assert signs_of(("total_months", "scope_routine", "jobs")).tolist() == [1, -1, 0]
    assert set(NAMES) >= RISING | FALLING
    assert not RISING & FALLING
