import math

import numpy as np

from metier.workbench.finetuning.task import Figures

VALUES = np.array([0.0, 1.0, 1.0, 0.0, 1.0])


def figures(groups):
    statistics = {"other": lambda units: float(len(units)), "main": lambda units: float(VALUES[units].mean())}
    return Figures(statistics, np.array(groups), "main", details={"detail": lambda units: 1.0})


def test_the_main_figure_is_the_score_and_details_are_left_out():
    assert figures(range(5)).values() == {"score": 0.6, "other": 5.0}


def test_every_figure_has_an_interval_over_groups():
    found = figures([0, 0, 1, 1, 2]).intervals(seed=0)
    assert list(found) == ["other", "main", "detail"]
    assert found["main"].value == 0.6
    assert found["main"].low < 0.6 < found["main"].high
    assert found == figures([0, 0, 1, 1, 2]).intervals(seed=0)


def test_a_single_group_gives_no_interval():
    found = figures([3] * 5).intervals(seed=0)["main"]
    assert found.value == 0.6
    assert math.isnan(found.low)
    assert math.isnan(found.high)
