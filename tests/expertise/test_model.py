from __future__ import annotations

import numpy as np
import pytest

from metier.expertise.application import Application
from metier.expertise.features import NAMES
from metier.expertise.model import N_LEVELS, Features, LevelInput, LevelModel
from metier.types import Level, Role
from tests.expertise.stand_ins import MonthsModel


def an_input(months: float) -> LevelInput:
    values = np.full(len(NAMES), np.nan)
    values[NAMES.index("total_months")] = months
    return LevelInput(Application("1", {}), Features(values, {}), "text", "en", Role.RESUME, None)


def test_levels_rise_and_are_five():
    assert N_LEVELS == 5
    assert [level.rank for level in Level] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("months", "rank"), [(0, 0), (36, 1), (110, 3), (900, 4)])
def test_the_stand_in_of_the_tests_keeps_to_the_protocol(months, rank):
    model: LevelModel = MonthsModel()
    logits = model.logits([an_input(months), an_input(0)])
    assert logits.shape == (2, N_LEVELS)
    assert int(logits[0].argmax()) == rank
    assert model.logits([]).shape == (0, N_LEVELS)
    np.testing.assert_array_equal(model.logits([an_input(months)])[0], logits[0])
