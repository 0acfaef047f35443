import numpy as np
import pytest

from metier.audit.decisions.outcomes import Outcomes, cross
from metier.errors import InvalidInput
from tests.audit.decisions.outcome_tables import grouping_of


def test_two_attributes_cross_into_the_groups_that_there_are():
    found = cross(grouping_of(["f", "m", "f", ""]), grouping_of(["A", "B", "B", "B"], "race"))
    assert found.name == "gender x race"
    assert found.labels == ("f, A", "f, B", "m, B")
    assert found.codes.tolist() == [0, 2, 1, -1]
    assert (found.n_unknown, found.crosses) == (1, True)


def test_every_pair_of_attributes_is_crossed():
    outcomes = Outcomes(
        tuple(grouping_of(["a", "b"], name) for name in ("x1", "x2", "x3")), scores=np.array([1.0, 2.0])
    )
    names = [grouping.name for grouping in outcomes.all_groupings]
    assert names == ["x1", "x2", "x3", "x1 x x2", "x1 x x3", "x2 x x3"]
    assert not outcomes.groupings[0].crosses
    assert outcomes.n == 2


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(InvalidInput, match="one value for each person"):
        Outcomes((grouping_of(["f", "m"]),), selected=np.array([1], np.int8))


def test_people_must_be_grouped_by_something():
    with pytest.raises(InvalidInput, match="at least one attribute"):
        Outcomes(())
