"""What audits look at in the engine: the skills that it finds in a text, and in an edited one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from metier.documents.source import Source
from metier.engine.assess import Engine, Vacancy
from metier.errors import InvalidInput
from metier.types import Document, EvidenceLabel

COVERAGE = "coverage"
"""The figure of how much of a vacancy a text covers; no skill of the default taxonomy goes by it."""


@dataclass(frozen=True, slots=True, eq=False)
class SkillSubject:
    """Implements the `Subject` of tests of behaviour: the probability of each skill that is asked for.

    A text is read as a resume is: personal facts are masked, and words that nobody sees are left out.

    Attributes:
        engine: that finds skills.
        figures: ids of skills, each once; with a vacancy the last one may be `coverage`.
        vacancy: that coverage is of, or None.
        name: what reports call it; the engine's model by default.
    """

    engine: Engine
    figures: tuple[str, ...]
    vacancy: Vacancy | None = None
    name: str = field(default="")

    def __post_init__(self) -> None:
        for figure in self.figures:
            if figure != COVERAGE:
                self.engine.taxonomy.entry(figure)
        if COVERAGE in self.figures and self.vacancy is None:
            raise InvalidInput("Coverage is of a vacancy. Name one, or leave coverage out.")
        if not self.name:
            object.__setattr__(self, "name", self.engine.provenance.model)

    def answers(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (n, n_figures) numbers from 0 to 1; a skill that a text does not name or mean has 0.

        Raises:
            InvalidInput: coverage is asked for and a text is too short to be scored.
            DocumentError: a text is empty, or larger than the limits.
        """
        rows = [self._row(text) for text in texts]
        return np.array(rows, np.float64).reshape(len(texts), len(self.figures))

    def _row(self, text: str) -> list[float]:
        document = self.engine.read(Source("text", text=text))
        if COVERAGE not in self.figures:
            skills = self.engine.detect_skills(document)
            values = {}
        else:
            assessment = self.engine.assess(document, vacancy=self.vacancy)
            skills = assessment.skills
            if assessment.coverage is None:
                raise InvalidInput(
                    f"A text of {len(text):,} characters is too short to be scored, so it has no coverage. "
                    "Give the suite texts of several sentences."
                )
            values = {COVERAGE: assessment.coverage.score}
        values |= {evidence.skill: evidence.probability for evidence in skills}
        return [values.get(figure, 0.0) for figure in self.figures]


@dataclass(frozen=True, slots=True)
class SkillChanges:
    """Which skills an edit brings and takes, by their names.

    Attributes:
        came: shown by the edited document alone.
        went: shown by the original alone.
    """

    came: tuple[str, ...]
    went: tuple[str, ...]


def skill_changes(engine: Engine, original: Document, modified: Document) -> SkillChanges:
    """Return which skills an edited document shows and the original does not, and the other way round.

    Args:
        engine: that finds skills; words that nobody sees show none.
        original: before the edit.
        modified: after it.
    """
    before, after = (
        {
            evidence.skill: evidence.name
            for evidence in engine.detect_skills(document)
            if evidence.label is not EvidenceLabel.NONE
        }
        for document in (original, modified)
    )
    return SkillChanges(
        tuple(name for skill, name in after.items() if skill not in before),
        tuple(name for skill, name in before.items() if skill not in after),
    )
