"""Coverage as a pairwise cross-encoder sees it: it reads a resume with each skill that a vacancy asks for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metier.search.coverage import CREDITS, WEIGHTS
from metier.search.explain import choices_of
from metier.skills.architectures.classifier import EXPLICIT, IMPLICIT, SkillClassifier
from metier.skills.taxonomy import Taxonomy
from metier.store.entries import EntrySkill
from metier.types import Importance, RequirementStatus


class PairwiseReranker:
    """Implements `PairwiseCoverage` with a trained classifier.

    Args:
        classifier: usually a pairwise one; it is asked for every pair of a resume and a skill.
        taxonomy: holds the skills that vacancies ask for.
    """

    def __init__(self, classifier: SkillClassifier, taxonomy: Taxonomy) -> None:
        self._classifier = classifier
        self._taxonomy = taxonomy

    def __call__(self, wanted: Sequence[EntrySkill], text: str) -> float:
        """Return the weighted share of what is asked for that a text shows, 0 to 1; 0 where nothing is.

        A skill counts by its probabilities: those of explicit evidence whole, of implicit by 0.7.
        """
        groups = choices_of(wanted)
        skills = [self._taxonomy.entry(skill.id).skill for group in groups for skill in group]
        if not skills:
            return 0.0
        found = self._classifier.classify([text], skills).probabilities[0]
        implied = CREDITS[RequirementStatus.IMPLIED]
        credits = iter(found[:, EXPLICIT] + implied * found[:, IMPLICIT])
        weights = [WEIGHTS[group[0].importance or Importance.REQUIRED] for group in groups]
        best = [max(next(credits) for _ in group) for group in groups]
        return float(np.dot(weights, best) / np.sum(weights))
