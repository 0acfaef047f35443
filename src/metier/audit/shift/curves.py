"""How far ordinary edits of one kind move one measure, by the size of the edit and the length of the text.

Log magnitude is about a polynomial of log share and log length, and so is how far edits are off it. What is
left over, in units of that, is the excess of an edit; one is out of the ordinary if its excess is above that
of all but a stated share of ordinary ones. The rank of the threshold is that of conformal prediction, so that
the rate of false alarms holds for any law of the excesses, as long as edits to be judged are drawn like those
of the calibration. Eight numbers are fitted to the same edits; beside hundreds of edits that costs next to
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, exp, inf, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_KEPT: Final = 1_000
USUAL_COLUMNS: Final = 5
SPREAD_COLUMNS: Final = 3
DIGITS: Final = 4
_LEAST_SHARE: Final = 1e-5
# Edits that all move alike still differ a little; a spread of nothing would make any other an alarm.
_LEAST_SPREAD: Final = 0.05
_BEYOND: Final = 1.25
# No logarithm of a magnitude is beyond; a damaged file must not overflow.
_FARTHEST: Final = 300.0


@dataclass(frozen=True, slots=True)
class Curve:
    """How far ordinary edits of one kind move one measure.

    Attributes:
        usual: coefficients of the usual log magnitude: a constant, log share, log length, log share squared,
            and the product of both logarithms.
        spread: coefficients of the logarithm of how far off edits are; the first three of these.
        largest_share: share of the text in the largest edits; of larger ones nothing is known.
        lengths: characters of the shortest and of the longest text; of others nothing is known, but for those
            a quarter shorter or longer.
        excesses: how far above the usual each edit is, in spreads, rising.
        floor: the least magnitude that is told from none.
    """

    usual: tuple[float, ...]
    spread: tuple[float, ...]
    largest_share: float
    lengths: tuple[int, int]
    excesses: tuple[float, ...]
    floor: float = 1e-5

    def expected(self, share: float, length: int) -> float:
        """Return the log magnitude of a usual edit of a size."""
        return float(_size_columns([share], [length])[0] @ self.usual)

    def scale(self, share: float, length: int) -> float:
        """Return how far off the usual log magnitude edits of a size are."""
        return _exp(float(_size_columns([share], [length])[0][:SPREAD_COLUMNS] @ self.spread))

    def excess(self, magnitude: float, share: float, length: int) -> float:
        """Return by how many spreads a log magnitude is above the usual of the size."""
        return (log(max(magnitude, self.floor)) - self.expected(share, length)) / self.scale(share, length)

    def percentile(self, magnitude: float, share: float, length: int) -> float:
        """Return the share of ordinary edits of the size that move less, 0 to 1."""
        place = np.searchsorted(self.excesses, self.excess(magnitude, share, length), side="left")
        return float(place) / len(self.excesses)

    def threshold(self, share: float, length: int, *, false_alarms: float) -> float:
        """Return the magnitude above which at most a share of ordinary edits of the size lie.

        It is infinite where there are too few edits to know one, fewer than 1 / false_alarms - 1, and for
        edits larger than any that were seen or of texts far shorter or longer.
        """
        shortest, longest = self.lengths
        seen = share <= self.largest_share and shortest / _BEYOND <= length <= longest * _BEYOND
        rank = ceil((len(self.excesses) + 1) * (1 - false_alarms) - 1e-9)
        if rank > len(self.excesses) or not seen:
            return inf
        return _exp(self.expected(share, length) + self.scale(share, length) * self.excesses[rank - 1])


def fit_curve(
    magnitudes: Sequence[float], shares: Sequence[float], lengths: Sequence[int], *, floor: float = 1e-5
) -> Curve:
    """Return the curve of log magnitude by least squares, and what is left over.

    Args:
        magnitudes: n of them, at least 5.
        shares: n, above 0.
        lengths: n, at least 1.
        floor: the least magnitude that is told from none, above 0.
    """
    y = np.log(np.maximum(magnitudes, floor))
    columns = _size_columns(shares, lengths)
    usual = _fitted(columns, y)
    off = np.abs(y - columns @ usual)
    spread = _fitted(columns[:, :SPREAD_COLUMNS], np.log(off + _LEAST_SPREAD))
    whole = Curve(usual, spread, max(shares), (min(lengths), max(lengths)), (), floor)
    excesses = sorted(
        round(whole.excess(m, s, n), DIGITS) for m, s, n in zip(magnitudes, shares, lengths, strict=True)
    )
    if len(excesses) > MOST_KEPT:
        # Each stands for its share; the largest stays, so that thresholds err towards fewer alarms.
        places = np.ceil(np.linspace(0, len(excesses) - 1, MOST_KEPT)).astype(int)
        excesses = [excesses[i] for i in places]
    return replace(whole, excesses=tuple(excesses))


def _size_columns(shares: Sequence[float], lengths: Sequence[int]) -> NDArray[np.float64]:
    """Return (n, 5): 1, log share, log length, log share squared, and the product of both logarithms."""
    share, length = np.log(np.maximum(shares, _LEAST_SHARE)), np.log(np.maximum(lengths, 1))
    return np.stack([np.ones(len(share)), share, length, share**2, share * length], axis=1)


def _fitted(columns: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, ...]:
    """Return a constant and slopes; a ridge of 1 keeps slopes small where sizes hardly differ."""
    means = columns[:, 1:].mean(axis=0)
    centered = columns[:, 1:] - means
    slopes = np.linalg.solve(centered.T @ centered + np.eye(len(means)), centered.T @ (y - y.mean()))
    found = [float(y.mean() - means @ slopes), *map(float, slopes)]
    return tuple(round(number, DIGITS) for number in found)


def _exp(x: float) -> float:
    return exp(min(max(x, -_FARTHEST), _FARTHEST))
