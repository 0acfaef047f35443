from dataclasses import FrozenInstanceError

import pytest

from metier.expertise.profile import Target
from tests.expertise.made_profiles import a_profile


def test_a_target_needs_no_more_than_words():
    target = Target("Nurse")
    assert (target.vector, target.center, target.skills) == (None, None, frozenset())


def test_profiles_do_not_change():
    with pytest.raises(FrozenInstanceError):
        a_profile("Nurse").text = "Doctor"
