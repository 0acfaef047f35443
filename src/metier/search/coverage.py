"""How much of what a vacancy asks for a resume shows.

    score = sum(weight x credit) / sum(weight)   over the requirements

    weight   3 required, 1 preferred
    credit   1 matched, 0.7 implied, 0 missing

Example: two required skills, one matched and one implied, and one preferred skill, missing, give
(3 x 1 + 3 x 0.7 + 1 x 0) / (3 + 3 + 1) = 5.1 / 7 = 0.729.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from metier.search.requirements import Wanted
from metier.types import (
    Coverage,
    EvidenceLabel,
    Importance,
    Requirement,
    RequirementStatus,
    SkillEvidence,
)

WEIGHTS = {Importance.REQUIRED: 3.0, Importance.PREFERRED: 1.0}
CREDITS = {
    RequirementStatus.MATCHED: 1.0,
    RequirementStatus.IMPLIED: 0.7,
    RequirementStatus.MISSING: 0.0,
}
_STATUS = {
    EvidenceLabel.EXPLICIT: RequirementStatus.MATCHED,
    EvidenceLabel.IMPLICIT: RequirementStatus.IMPLIED,
    EvidenceLabel.NONE: RequirementStatus.MISSING,
}


def cover(wanted: Sequence[Wanted], skills: Sequence[SkillEvidence]) -> Coverage | None:
    """Return how a resume meets each requirement and the score that follows, or None without any.

    Args:
        wanted: what the vacancy asks for.
        skills: what the resume shows.
    """
    if not wanted:
        return None
    shown = {evidence.skill: evidence for evidence in skills}
    requirements = tuple(_requirement(item, shown) for item in wanted)
    return Coverage(score=coverage_score(requirements), requirements=requirements)


def coverage_score(requirements: Sequence[Requirement]) -> float:
    """Return the weighted share of the requirements that is met, 0 to 1; 0 for none."""
    # fsum rounds once, so the order of the requirements cannot break a tie between two resumes.
    total = math.fsum(WEIGHTS[item.importance] for item in requirements)
    met = math.fsum(WEIGHTS[item.importance] * CREDITS[item.status] for item in requirements)
    return met / total if total else 0.0


def _requirement(item: Wanted, shown: Mapping[str, SkillEvidence]) -> Requirement:
    candidates = [shown[skill] for skill in item.skills if skill in shown]
    best = max(candidates, key=lambda evidence: CREDITS[_STATUS[evidence.label]], default=None)
    return Requirement(
        skill="|".join(item.skills),
        name=" or ".join(item.names),
        importance=item.importance,
        status=_STATUS[best.label] if best else RequirementStatus.MISSING,
        vacancy_quotes=item.quotes,
        resume_quotes=best.quotes if best else (),
        reason=best.reason if best else "The text does not show it.",
    )
