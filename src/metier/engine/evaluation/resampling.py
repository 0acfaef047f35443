"""Figures on resampled rows: their intervals, and how sure a difference of two models is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.engine.evaluation.figures import FIGURES, Columns
from metier.training.intervals import Interval, resamples

N_RESAMPLES: Final = 1000
_ENDS: Final = (0.025, 0.975)
_EQUAL: Final = 1e-9  # sums of the same numbers in another order


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """A figure of all rows, and its value on each resample, (n,) float64; nan where it is not defined."""

    value: float
    draws: NDArray[np.float64]

    @property
    def interval(self) -> Interval:
        """Return the figure with its 95 % percentile interval; nan where nothing defines it."""
        known = self.draws[~np.isnan(self.draws)]
        if not known.size:
            return Interval(self.value, float("nan"), float("nan"))
        low, high = np.quantile(known, _ENDS)
        return Interval(self.value, float(low), float(high))

    def less(self, other: Resampled) -> Resampled:
        """Return by how much this is above another figure of the same draws.

        Source: Efron and Tibshirani 1993, chapter 16; in NLP, Koehn 2004 (W04-3250).
        """
        return Resampled(self.value - other.value, self.draws - other.draws)


def resample(
    names: Sequence[str],
    columns: Columns,
    groups: NDArray[np.int64],
    *,
    seed: int,
    n: int = N_RESAMPLES,
) -> dict[str, Resampled]:
    """Return figures with their values on resamples of whole groups.

    The draws are those of `metier.training.intervals.bootstrap` with the same seed, all figures on the same
    ones, so that two models' values on the same rows are paired.

    Args:
        names: of figures.
        columns: what was noted of n_rows rows, at least one.
        groups: (n_rows,) the group of each row, such as its text.
        seed: of the draws.
        n: resamples, at least 1.
    Source: Efron 1979, "Bootstrap methods"; groups as in Davison and Hinkley 1997, section 3.8.
    """
    values = np.zeros((n, len(names)))
    for i, rows in enumerate(resamples(groups, seed=seed, n=n)):
        drawn = {name: column[rows] for name, column in columns.items()}
        values[i] = [FIGURES[name].compute(drawn) for name in names]
    return {
        name: Resampled(FIGURES[name].compute(columns), values[:, place]) for place, name in enumerate(names)
    }


def mean_resampled(found: Sequence[Resampled]) -> Resampled:
    """Return the plain mean of some figures, at least one, whose draws are independent of each other."""
    return Resampled(
        float(np.mean([each.value for each in found])), np.mean([each.draws for each in found], axis=0)
    )


def verdict(difference: Interval, *, rising: bool) -> str:
    """Return `better`, `worse` or `not told apart`: whether the interval of a difference holds no 0.

    Args:
        difference: of a model to another.
        rising: a higher figure is better.

    >>> verdict(Interval(0.02, 0.01, 0.03), rising=False)
    'worse'
    """
    if difference.low > _EQUAL or difference.high < -_EQUAL:
        return "better" if (difference.low > 0) == rising else "worse"
    return "not told apart"
