from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from metier.assessment import Assessment, Provenance
from metier.records import from_mapping, to_mapping
from metier.types import AssessmentStatus, Role, YearMonth

PROVENANCE = Provenance("0.1.0", "lexical", "ab", "small", "cd", YearMonth(2026, 11))
ASSESSMENT = Assessment(
    document_id="0123456789abcdef",
    source="cv.txt",
    role=Role.RESUME,
    language="en",
    status=AssessmentStatus.SCORED,
    months=None,
    periods=(),
    skills=(),
    coverage=None,
    findings=(),
    provenance=PROVENANCE,
)


def test_an_assessment_survives_json_and_says_nothing_that_was_not_asked():
    assert from_mapping(Assessment, to_mapping(ASSESSMENT)) == ASSESSMENT
    assert (ASSESSMENT.expertise, ASSESSMENT.similarity, ASSESSMENT.effects) == (None, None, ())


def test_an_assessment_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        ASSESSMENT.months = 3
