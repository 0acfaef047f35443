from __future__ import annotations

import pytest

from metier.expertise.traits import LINES, MASKED, Trait
from metier.types import MaskKind


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_trait_has_a_line_that_can_be_said_in_two_ways(language):
    assert set(LINES[language]) == set(Trait)
    for line in LINES[language].values():
        assert len(set(line.values)) == len(line.values) >= 2


def test_traits_that_are_held_to_a_bound_are_facts_that_masking_knows():
    known = {kind.value for kind in MaskKind} | {"family"}
    assert {trait.value for trait in MASKED} <= known
    assert set(Trait) - MASKED == {Trait.GENDER_WORDS, Trait.CITY, Trait.COUNTRY, Trait.SCHOOL}
