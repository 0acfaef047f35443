"""What a model of levels must beat: the usual level, the length of the text, years of experience alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.expertise.data import LevelRow, check_enough
from metier.expertise.feature_table import columns_of, feature_values
from metier.expertise.logistic import Line, fit_line
from metier.expertise.model import Calibration, LevelInput, Push
from metier.expertise.ordinal import level_logits, threshold_answers
from metier.expertise.trainable import LevelParts
from metier.training.output import Watch

EXPERIENCE: Final = "total_months"
_STRENGTH: Final = 10.0


class Baseline(StrEnum):
    """What a baseline knows of a document."""

    MAJORITY = "majority"
    LENGTH = "text length"
    YEARS = "years of experience"


@dataclass(frozen=True, slots=True, eq=False)
class BaselineLevels:
    """Implements `TrainedLevels` with a line for each threshold over next to nothing; it cannot be saved.

    Attributes:
        knows: what it looks at.
        center: (dim,) of what it looks at.
        scale: (dim,) likewise, above 0.
        lines: one for each threshold.
        calibration: what was learned on the calibration part, or None.
    """

    knows: Baseline
    center: NDArray[np.float64]
    scale: NDArray[np.float64]
    lines: tuple[Line, ...]
    calibration: Calibration | None = None

    @property
    def kind(self) -> str:
        """Return the kind of model."""
        return "baseline"

    @property
    def name(self) -> str:
        """Return what it knows."""
        return self.knows.value

    @property
    def sha256(self) -> str:
        """Return nothing: it is not saved."""
        return ""

    @property
    def reads(self) -> bool:
        """Tell that it needs no reading."""
        return False

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Tell that it sees no sensitive field."""
        return ()

    def logits(self, items: Sequence[LevelInput]) -> NDArray[np.float64]:
        """Return the logarithms of the levels' probabilities; `LevelModel.logits` is the contract."""
        values = (_known(self.knows, items) - self.center) / self.scale
        odds = [(values * line.weights).sum(axis=1) + line.bias for line in self.lines]
        return level_logits(np.stack(odds, axis=1))

    def explain(self, item: LevelInput) -> tuple[Push, ...]:
        """Return nothing."""
        del item
        return ()

    def with_calibration(self, calibration: Calibration) -> BaselineLevels:
        """Return the same model with what was learned on the calibration part."""
        return replace(self, calibration=calibration)

    def write(self, output: Path) -> LevelParts:
        """Refuse to be saved.

        Raises:
            InvalidInput: always.
        """
        raise InvalidInput(f"A baseline is not saved. Got {output.name} to write to; save a model.")


@dataclass(frozen=True, slots=True)
class BaselineTrainer:
    """Implements `TrainableLevels`: fits a baseline by the same ordinal regression as models.

    Attributes:
        knows: what it looks at.
    """

    knows: Baseline

    @property
    def kind(self) -> str:
        """Return the kind of model."""
        return "baseline"

    @property
    def reads(self) -> bool:
        """Tell that rows need no reading."""
        return False

    def fit(self, rows: Sequence[LevelRow], tune_rows: Sequence[LevelRow], watch: Watch) -> BaselineLevels:
        """Return a baseline fitted to both parts; `TrainableLevels.fit` is the contract."""
        del watch
        both = [*rows, *tune_rows]
        check_enough(both)
        values = _known(self.knows, [row.item for row in both])
        center, scale = values.mean(axis=0), values.std(axis=0)
        scale = np.where(scale > 0, scale, 1.0)
        standard = (values - center) / scale
        lines = []
        for column in threshold_answers([row.label for row in both]).T:
            told = ~np.isnan(column)
            lines.append(fit_line(standard[told], column[told], strength=_STRENGTH, balanced=False))
        return BaselineLevels(self.knows, center, scale, tuple(lines))


def _known(knows: Baseline, items: Sequence[LevelInput]) -> NDArray[np.float64]:
    """Return what a baseline knows of documents, (n_items, dim) float64."""
    if knows is Baseline.MAJORITY:
        return np.zeros((len(items), 1))
    if knows is Baseline.LENGTH:
        return np.array([[np.log1p(len(item.text))] for item in items]).reshape(-1, 1)
    months = feature_values(items, columns_of([EXPERIENCE]))[:, 0]
    untold = np.isnan(months)
    return np.stack([np.log1p(np.where(untold, 0.0, months)), untold.astype(np.float64)], axis=1)
