"""What an edit moves: the vector of a text, scores of it, and the skills that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.behaviour.subjects import Subject, checked_answers
from metier.encoders.reading import Encoder, TextKind
from metier.errors import ModelMismatch

VECTOR: Final = "vector"
"""The measure of how far a vector moves: 1 less the cosine."""
SCORES: Final = "scores"
"""The measure of how far scores move: the largest change of log odds."""
SKILLS: Final = "skills"
"""The measure of how many skills come with an edit: the sum of what their probabilities gain."""
FLOORS: Final[Mapping[str, float]] = MappingProxyType({VECTOR: 1e-5, SCORES: 1e-4, SKILLS: 1.0})
"""By measure the least magnitude that is told from none; most edits bring no skill, and one tells little."""
# Log odds of 0 and 1 are infinite, and a saturated classifier's last digits are noise.
_LEAST_PROBABILITY: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of an edit beside the vector.

    Attributes:
        scores: gives figures from 0 to 1, such as the probabilities of a classifier's labels.
        skills: gives the probability of each skill.
    """

    scores: Subject | None = None
    skills: Subject | None = None

    def subjects(self) -> Iterator[tuple[str, Subject]]:
        """Yield the measures that are taken, each with what gives its figures."""
        for measure, subject in ((SCORES, self.scores), (SKILLS, self.skills)):
            if subject is not None:
                yield measure, subject


def measure_shifts(
    model: Encoder, texts: Sequence[str], measures: Measures
) -> dict[str, NDArray[np.float64]]:
    """Return how far each text is from the first, by measure, (n,) each.

    Args:
        model: any encoder.
        texts: n of them, at least one.
        measures: that are taken beside the vector.

    Raises:
        ModelMismatch: a subject answers with another shape than it should, or with figures beyond 0 to 1.
    """
    found = {VECTOR: vector_shifts(model.encode(texts, kind=TextKind.PASSAGE))}
    for measure, subject in measures.subjects():
        shifts = score_shifts if measure == SCORES else skill_shifts
        found[measure] = shifts(checked_probabilities(subject, texts))
    return found


def checked_probabilities(subject: Subject, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return what a subject says of texts, (n, n_figures), each from 0 to 1.

    Raises:
        ModelMismatch: the answer has another shape, or figures beyond 0 to 1.
    """
    found = checked_answers(subject, texts)
    if found.size and not (found.min() >= 0 and found.max() <= 1):
        raise ModelMismatch(
            f"{subject.name} must answer with figures from 0 to 1, such as probabilities. One of its is "
            f"{found.min() if found.min() < 0 else found.max():.4g}."
        )
    return found


def vector_shifts(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return 1 less the cosine of each unit vector with the first, (n,), at least 0."""
    wide = vectors.astype(np.float64)
    found: NDArray[np.float64] = np.maximum(0.0, 1.0 - wide @ wide[0])
    return found


def score_shifts(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest change of log odds against the first row, (n,).

    Log odds, since from 0.99 to 0.9 is as far as from 0.5 to 0.08: where a model is sure, words move it as
    much as elsewhere, and its probabilities hide that.
    """
    inside = np.clip(probabilities, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    odds = np.log(inside / (1 - inside))
    found: NDArray[np.float64] = np.abs(odds - odds[0]).max(axis=1)
    return found


def skill_shifts(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many skills came since the first row, (n,): the sum of what probabilities gained."""
    found: NDArray[np.float64] = np.maximum(0.0, probabilities - probabilities[0]).sum(axis=1)
    return found
