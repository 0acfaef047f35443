"""What every skill classifier offers: for each text and skill, how likely none, implicit and explicit are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.types import EvidenceLabel, Skill, Span

NONE: Final = 0
IMPLICIT: Final = 1
EXPLICIT: Final = 2
CLASSES: Final = (EvidenceLabel.NONE, EvidenceLabel.IMPLICIT, EvidenceLabel.EXPLICIT)
N_CLASSES: Final = len(CLASSES)

Evidence: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Classified:
    """What a classifier says of some texts and skills.

    Attributes:
        probabilities: (n_texts, n_skills, 3) float64 in the order none, implicit, explicit; each triple
            sums to 1. They order and compare; how well they are calibrated is for the caller to measure.
        evidence: for each text and skill the words that decided, in order of the text; empty where the
            class is none or the architecture points at no words.
        passes: how many rows went through the backbone.
    """

    probabilities: NDArray[np.float64]
    evidence: tuple[tuple[Evidence, ...], ...]
    passes: int


class SkillClassifier(Protocol):
    """Tells for texts and skills whether the text shows the skill, and how.

    The same text and skill give the same answer within 1e-5, whatever else is asked at the same time.
    """

    @property
    def architecture(self) -> str:
        """Return `pairwise`, `one-pass` or `label-attention`."""
        ...

    @property
    def name(self) -> str:
        """Return what the model is called in results."""
        ...

    @property
    def sha256(self) -> str:
        """Return the hash of its model folder; empty for a model that was not saved."""
        ...

    def classify(self, texts: Sequence[str], skills: Sequence[Skill]) -> Classified:
        """Return the probabilities of the three classes for every text and skill.

        Args:
            texts: n_texts strings of any length, the empty one included.
            skills: n_skills, each id once; the answer has them in this order.

        Raises:
            InvalidInput: `texts` is a lone string, or a skill occurs twice.
            ModelMismatch: the model was made for other skills.
        """
        ...


def check_request(texts: Sequence[str], skills: Sequence[Skill]) -> None:
    """Refuse what no classifier answers.

    Raises:
        InvalidInput: `texts` is a lone string, or a skill occurs twice.
    """
    if isinstance(texts, str):
        raise InvalidInput("texts must be a list of strings. Got one string: put it into a list.")
    seen: set[str] = set()
    for skill in skills:
        if skill.id in seen:
            raise InvalidInput(f"Each skill may be asked for once. Got {skill.id!r} twice: drop one.")
        seen.add(skill.id)


def softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the probabilities behind logits, over the last axis, in float64.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    shifted = np.asarray(logits, np.float64)
    shifted = np.exp(shifted - shifted.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float64] = shifted / shifted.sum(axis=-1, keepdims=True)
    return probabilities


def no_evidence(n_texts: int, n_skills: int) -> tuple[tuple[Evidence, ...], ...]:
    """Return the evidence of an architecture that points at no words."""
    return (((),) * n_skills,) * n_texts
