"""How the confidence of a classifier is analysed, and where a model stops being good enough."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from metier.errors import InvalidInput


class Pooling(StrEnum):
    """What of a network's last states stands for a whole text."""

    FIRST = "first"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class ConfidenceOptions:
    """What an analysis does. The documented figures were measured with the defaults.

    Attributes:
        most_ece: largest expected calibration error of a model that is well calibrated, above 0, below 1.
        least_auroc: smallest area under the curve with which texts of other domains count as told apart,
            from 0.5 to below 1.
        target_risk: share of wrong answers that is borne among those that are not abstained from, above 0,
            below 1.
        kept: share of texts of the domain that a threshold for other domains must let pass, from 0.5 to
            below 1; 0.95 gives FPR95.
        neighbours: which nearest text the distance is taken to, at least 1.
        pooling: what of a network's last states stands for a text.
        n_bins: most bins of confidence, at least 2.
        n_resamples: of each interval, at least 100.
        least_rows: texts in a part without which nothing is judged on it, at least 20.
        seed: of parts, planted texts and resamples.

    Raises:
        InvalidInput: a value out of its range.
    """

    most_ece: float = 0.1
    least_auroc: float = 0.8
    target_risk: float = 0.05
    kept: float = 0.95
    neighbours: int = 10
    pooling: Pooling = Pooling.FIRST
    n_bins: int = 15
    n_resamples: int = 1000
    least_rows: int = 50
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (
            ("neighbours", 1),
            ("n_bins", 2),
            ("n_resamples", 100),
            ("least_rows", 20),
            ("seed", 0),
        ):
            if getattr(self, name) < least:
                raise InvalidInput(f"{name} must be at least {least}. Got {getattr(self, name)}.")
        for name in ("most_ece", "target_risk"):
            if not 0 < getattr(self, name) < 1:
                raise InvalidInput(f"{name} must be above 0 and below 1. Got {getattr(self, name)}.")
        for name in ("least_auroc", "kept"):
            if not 0.5 <= getattr(self, name) < 1:
                raise InvalidInput(f"{name} must be from 0.5 to below 1. Got {getattr(self, name)}.")
