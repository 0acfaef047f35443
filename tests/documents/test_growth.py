"""Twice the text takes about twice the time, whatever the text is."""

import time

import pytest

from metier.documents.periods import find_periods
from metier.documents.sections import find_sections
from metier.skills.detect import SkillDetector
from metier.types import Role, YearMonth
from tests.skills.taxonomies import small_taxonomy

DETECTOR = SkillDetector(small_taxonomy())
N_CHARS = 120_000


def understand(text):
    sections = find_sections(text, Role.RESUME)
    find_periods(text, sections, as_of=YearMonth(2026, 11))
    DETECTOR.detect(text, sections)


@pytest.mark.parametrize(
    "piece",
    [
        " ",
        "a ",
        "x y   ",
        "Jan 2019 - Mar 2020\n",
        "Jan 2019 - Mar 2020 ",
        "2016-2018 x\n",
        "Skills\nPython\n\nExperience\nJava\n",
        "no experience with Python, Java or ",
        "3 years ",
        "a, ",
        "(",
        ": ",
    ],
)
def test_no_text_takes_more_than_its_length_deserves(piece):
    text = piece * (N_CHARS // len(piece))
    started = time.process_time()
    understand(text)
    assert time.process_time() - started < 8
