"""Names and implications alone as a skill classifier: the floor that a trained one must beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from metier.skills.architectures.classifier import (
    EXPLICIT,
    IMPLICIT,
    N_CLASSES,
    NONE,
    Classified,
    check_request,
    no_evidence,
)
from metier.skills.detect import EXPLICIT_PROBABILITY, IMPLICIT_PROBABILITY, SkillDetector
from metier.skills.taxonomy import Taxonomy
from metier.types import EvidenceLabel, Skill

ARCHITECTURE: Final = "lexical"
MISSED_PROBABILITY: Final = 0.02
"""Of "implicit" where no rule found the skill: small, and the same for all, so that it orders nothing."""


class LexicalClassifier:
    """Implements `SkillClassifier` with the rules of `SkillDetector`.

    Explicit where the text names the skill and claims it, implicit where a named one implies it, else none.

    Args:
        taxonomy: the skills; others are answered with none.
    """

    architecture: Final = ARCHITECTURE
    name: Final = ARCHITECTURE
    sha256: Final = ""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._detector = SkillDetector(taxonomy)

    def classify(self, texts: Sequence[str], skills: Sequence[Skill]) -> Classified:
        """Return its decisions, with the shares of right ones that the benchmark of the rules found.

        `SkillClassifier.classify` is the contract. No row goes through a backbone.
        """
        check_request(texts, skills)
        rows = np.zeros((3, N_CLASSES))
        rows[NONE, [NONE, IMPLICIT]] = 1 - MISSED_PROBABILITY, MISSED_PROBABILITY
        rows[IMPLICIT, [NONE, IMPLICIT]] = 1 - IMPLICIT_PROBABILITY, IMPLICIT_PROBABILITY
        rows[EXPLICIT, [NONE, EXPLICIT]] = 1 - EXPLICIT_PROBABILITY, EXPLICIT_PROBABILITY
        kinds = np.full((len(texts), len(skills)), NONE)
        classes = {EvidenceLabel.EXPLICIT: EXPLICIT, EvidenceLabel.IMPLICIT: IMPLICIT}
        for i, text in enumerate(texts):
            found = {evidence.skill: evidence.label for evidence in self._detector.detect(text)}
            kinds[i] = [classes.get(found.get(skill.id, EvidenceLabel.NONE), NONE) for skill in skills]
        return Classified(rows[kinds], no_evidence(len(texts), len(skills)), 0)
