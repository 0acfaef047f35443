"""How membership is attacked, and from where on a model leaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from metier.errors import InvalidInput

LEAST_FOR_ONE_PERCENT: Final = 100
"""Non-members without which one false alarm is more than 1 %."""


@dataclass(frozen=True, slots=True)
class MembershipOptions:
    """What an audit does. The documented figures were measured with the defaults.

    Attributes:
        most_auc: largest area under the ROC curve of an attack that is borne, from 0.5 to below 1.
        most_found: largest share of members that may be found at 1 % false alarms, from 0.01 to below 1.
        least_rows: different members, and non-members, without which nothing is judged, at least 100.
        n_folds: of the baselines that do not see the model, at least 2.
        n_resamples: of each interval, at least 100.
        seed: of folds and resamples.

    Raises:
        InvalidInput: a value out of its range.
    """

    most_auc: float = 0.6
    most_found: float = 0.1
    least_rows: int = LEAST_FOR_ONE_PERCENT
    n_folds: int = 5
    n_resamples: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (
            ("least_rows", LEAST_FOR_ONE_PERCENT),
            ("n_folds", 2),
            ("n_resamples", 100),
            ("seed", 0),
        ):
            if getattr(self, name) < least:
                raise InvalidInput(f"{name} must be at least {least}. Got {getattr(self, name)}.")
        for name, lowest in (("most_auc", 0.5), ("most_found", 0.01)):
            if not lowest <= getattr(self, name) < 1:
                raise InvalidInput(f"{name} must be from {lowest:g} to below 1. Got {getattr(self, name)}.")
