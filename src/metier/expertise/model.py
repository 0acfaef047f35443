"""What every model of levels takes, gives and knows of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import Reading
from metier.expertise.application import Application
from metier.types import Level, Quote, Role, Span

N_LEVELS: Final = len(Level)


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What a document tells in numbers, and where.

    Attributes:
        values: (n_features,) float64 in the order of `metier.expertise.features.NAMES`; nan where the
            document does not tell.
        quotes: the words of the document behind a feature, by its name.
    """

    values: NDArray[np.float64]
    quotes: Mapping[str, tuple[Quote, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class LevelInput:
    """One document as models of levels see it; no field of it holds a masked fact.

    Attributes:
        application: its fields, cleaned; sensitive ones are there only where they were asked for.
        features: what it tells in numbers.
        text: the document as scores see it.
        language: ISO 639-1 code, or `und`.
        role: resume or vacancy.
        reading: `text` as the encoder read it, or None where the model asks for none.
    """

    application: Application
    features: Features
    text: str
    language: str
    role: Role
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learned on rows that nothing else used.

    Attributes:
        temperature: by which scores are divided, above 0.
        quantile: of the conformal scores: a level is in the set where its score is at most this, 0 to 1.
        coverage: share of true levels that the sets were made to hold, 0 to 1.
        rows: how many rows there were.
        languages: of those rows; for others no coverage is claimed.
        roles: what the rows were: resumes, vacancies.
    """

    temperature: float
    quantile: float
    coverage: float
    rows: int
    languages: tuple[str, ...]
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Push:
    """What one feature, or some words, do to the expected level.

    Attributes:
        name: of a feature; `wording` for words of the text that no feature counts.
        effect: levels by which the expected level is higher than with the usual value.
        spans: where the words stand in `LevelInput.text`; empty for features, whose words are in `Features`.
    """

    name: str
    effect: float
    spans: tuple[Span, ...] = ()


class LevelModel(Protocol):
    """Tells levels. The same document gets the same bytes, alone or in any company."""

    @property
    def kind(self) -> str:
        """Return the kind of model: features, read-once, encoder or llm."""
        ...

    @property
    def name(self) -> str:
        """Return what the model is called in results."""
        ...

    @property
    def sha256(self) -> str:
        """Return the hash of its folder; empty for a model that was not saved."""
        ...

    @property
    def reads(self) -> bool:
        """Tell whether it needs `LevelInput.reading`."""
        ...

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Return the sensitive fields that it was trained with, in order; empty by default."""
        ...

    @property
    def calibration(self) -> Calibration | None:
        """Return what was learned on the calibration part; None for a model that was not calibrated."""
        ...

    def logits(self, items: Sequence[LevelInput]) -> NDArray[np.float64]:
        """Return the logarithms of the levels' probabilities before calibration, up to a constant per row.

        Args:
            items: n documents; none is fine.

        Returns:
            (n, 5) float64, finite, levels rising.

        Raises:
            InvalidInput: the model needs a reading and an item has none.
        """
        ...

    def explain(self, item: LevelInput) -> tuple[Push, ...]:
        """Return what pushes the expected level up and down, the strongest first, without zeros."""
        ...
