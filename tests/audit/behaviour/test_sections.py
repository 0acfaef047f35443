import numpy as np
import pytest

from metier.audit.behaviour.sections import HEADINGS, find_parts, reorder_sections, translate_headings
from metier.documents.headings import heading_kind

RESUME = (
    "Anna Berg\nDeveloper\n\nExperience\nAcme, 2016\n\nBuilt billing.\n\nSkills:\nGo, C\n\nEducation\nMSc"
)


def draws(seed=0):
    return np.random.default_rng(seed)


def test_a_section_holds_all_up_to_the_next_heading():
    assert find_parts(RESUME) == [
        "Anna Berg\nDeveloper",
        "Experience\nAcme, 2016\n\nBuilt billing.",
        "Skills:\nGo, C",
        "Education\nMSc",
    ]


def test_without_headings_blocks_are_the_parts():
    assert find_parts("One.\n\nTwo.\n \nThree.") == ["One.", "Two.", "Three."]
    assert find_parts("") == []


@pytest.mark.parametrize("seed", range(5))
def test_sections_change_places_and_nothing_else(seed):
    changed = reorder_sections(RESUME, draws(seed))
    assert changed != RESUME
    assert changed.startswith("Anna Berg\nDeveloper\n\n")
    assert sorted(find_parts(changed)) == sorted(find_parts(RESUME))


@pytest.mark.parametrize("text", ["", "One block.", "First\n\nSecond", "A\n\nSame\n\nSame"])
def test_a_text_without_two_sections_stays(text):
    assert reorder_sections(text, draws()) == text


def test_headings_change_language_with_their_decoration():
    changed = translate_headings("## Skills:\nGo, Skills of people\n\nОПЫТ РАБОТЫ\nООО «Ручей»")
    assert changed == "## Навыки:\nGo, Skills of people\n\nWORK EXPERIENCE\nООО «Ручей»"


@pytest.mark.parametrize(("english", "russian"), HEADINGS)
def test_both_headings_are_known_and_mean_the_same(english, russian):
    assert heading_kind(english) is heading_kind(russian) is not None
    assert translate_headings(english) == russian
    assert translate_headings(russian) == english
