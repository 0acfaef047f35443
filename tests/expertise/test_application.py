from __future__ import annotations

import pytest

from metier.errors import InvalidInput
from metier.expertise.application import SENSITIVE, Application, Field, LevelRange
from metier.types import Level


def test_a_range_of_one_level_is_exact_and_others_are_not():
    assert LevelRange.of(Level.SENIOR).exact is Level.SENIOR
    assert LevelRange(Level.JUNIOR, Level.LEAD).exact is None


def test_a_range_must_rise():
    with pytest.raises(InvalidInput, match="must rise. Got senior to junior"):
        LevelRange(Level.SENIOR, Level.JUNIOR)


@pytest.mark.parametrize(
    ("claimed", "holds", "expected"),
    [
        (Level.SENIOR, True, LevelRange(Level.SENIOR, Level.LEAD)),
        (Level.SENIOR, False, LevelRange(Level.INTERN, Level.MIDDLE)),
        (Level.INTERN, True, None),
    ],
)
def test_a_claim_that_was_confirmed_or_not_allows_the_levels_on_its_side(claimed, holds, expected):
    assert LevelRange.confirmed(claimed, holds=holds) == expected


def test_nobody_is_below_the_lowest_level():
    with pytest.raises(InvalidInput, match="Nobody is below intern"):
        LevelRange.confirmed(Level.INTERN, holds=False)


def test_fields_that_are_not_there_are_empty_and_sensitive_ones_are_known():
    application = Application("1", {Field.POSITION: "Nurse"})
    assert (application.text(Field.POSITION), application.text(Field.AGE)) == ("Nurse", "")
    assert {Field.AGE, Field.CITY, Field.COUNTRY} == SENSITIVE
