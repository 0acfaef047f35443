import pytest

from metier.documents.placeholders import PLACEHOLDERS
from metier.skills.detect import SkillDetector
from metier.skills.taxonomy_files import default_taxonomy
from metier.types import MaskKind


def test_every_kind_has_a_placeholder_of_its_own():
    assert set(PLACEHOLDERS) == set(MaskKind)
    assert len(set(PLACEHOLDERS.values())) == len(MaskKind)


@pytest.fixture(scope="module")
def detector():
    return SkillDetector(default_taxonomy())


@pytest.mark.parametrize("kind", MaskKind)
def test_no_placeholder_shows_a_skill(detector, kind):
    assert detector.detect(f"Skills: {PLACEHOLDERS[kind]}, {PLACEHOLDERS[kind]}") == ()
