"""A model of levels that counts months, for tests of what stands around models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.expertise.features import NAMES
from metier.expertise.model import Calibration, LevelInput, Push
from metier.types import Role, Span

MONTHS = NAMES.index("total_months")
RESUMES = Calibration(1.0, 0.9, 0.9, 100, ("en",), (Role.RESUME,))


@dataclass(frozen=True)
class MonthsModel:
    """Tells a level for every three years; implements `LevelModel`."""

    calibration: Calibration | None = RESUMES
    sensitive: tuple[str, ...] = ()
    reads: bool = False
    spread: float = 2.0
    kind: str = "features"
    name: str = "months"
    sha256: str = "ab" * 32

    def logits(self, items: Sequence[LevelInput]) -> NDArray[np.float64]:
        if self.reads and any(item.reading is None for item in items):
            raise InvalidInput("Model months needs a reading. Name an encoder.")
        places = [self._place(item) for item in items]
        return np.array([[-self.spread * abs(place - k) for k in range(5)] for place in places]).reshape(
            -1, 5
        )

    def explain(self, item: LevelInput) -> tuple[Push, ...]:
        months = item.features.values[MONTHS]
        told = () if np.isnan(months) else (Push("total_months", months / 36 - 2),)
        return (*told, Push("wording", -0.1, (Span(0, min(4, len(item.text))),)))

    def _place(self, item: LevelInput) -> float:
        return float(min(4.0, np.nan_to_num(item.features.values[MONTHS]) / 36))
