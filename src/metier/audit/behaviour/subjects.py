"""What tests of behaviour are put to: anything that gives figures for texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metier.audit.classifier import TextClassifier
from metier.errors import InvalidInput, ModelMismatch


class Subject(Protocol):
    """Anything that gives figures for texts, such as probabilities."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of its figures, at least one."""
        ...

    def answers(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (n, n_figures) finite numbers; a text's row is its own."""
        ...


@dataclass(frozen=True, slots=True)
class ClassifierSubject:
    """Implements `Subject`: the figures of a classifier are the probabilities of its labels."""

    classifier: TextClassifier

    @property
    def name(self) -> str:
        """What reports call it."""
        return self.classifier.name

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of its labels."""
        return self.classifier.labels

    def answers(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (n, n_labels) probabilities."""
        return self.classifier.probabilities(texts)


@dataclass(frozen=True, slots=True)
class FunctionSubject:
    """Implements `Subject` with any function.

    Attributes:
        name: what reports call it.
        figures: names of what the function returns.
        function: takes n texts and returns (n, n_figures) numbers.
    """

    name: str
    figures: tuple[str, ...]
    function: Callable[[Sequence[str]], NDArray[np.float64]]

    def __post_init__(self) -> None:
        if not self.figures or len(set(self.figures)) < len(self.figures):
            raise InvalidInput(f"figures must be one name or more, each once. Got {list(self.figures)}.")

    def answers(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (n, n_figures) numbers."""
        return np.asarray(self.function(texts), np.float64)


def checked_answers(subject: Subject, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return what a subject says of texts, (n, n_figures).

    Raises:
        ModelMismatch: the answer has another shape than it should, or holds something that is no number.
    """
    if not texts:
        return np.zeros((0, len(subject.figures)))
    found = np.asarray(subject.answers(texts), np.float64)
    wanted = (len(texts), len(subject.figures))
    if found.shape != wanted:
        raise ModelMismatch(
            f"{subject.name} must answer {wanted[0]} texts with {wanted[1]} figures each. Its answer has "
            f"shape {found.shape}."
        )
    if not np.isfinite(found).all():
        raise ModelMismatch(f"{subject.name} answers with something that is no finite number.")
    return found
