"""Every figure of decisions among classes on many resamples of texts, in one pass, in numpy alone.

A resample is a number of times that each text is drawn. Rows are sorted once; each resample then costs a few
sums over them, where computing each figure from its own drawn rows would sort them anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from metier.training.metrics import N_BINS, average_precision, confusion, reliability

Figures = dict[str, NDArray[np.float64]]
"""Values of each figure, (n,), nan where a resample does not define it."""

_LEVEL = 0.95


def resample_figures(
    gold: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    groups: NDArray[np.int64],
    *,
    kinds: Sequence[str],
    seed: int = 0,
    n: int = 1000,
) -> Figures:
    """Return macro_f1, accuracy, calibration_error, average_precision and each class's scores by resample.

    The draws are those of `training.intervals.bootstrap` with the same seed, so figures of two models on the
    same rows are paired, and their difference is that of each resample.

    Args:
        gold: (n_rows,) classes, at least one row.
        probabilities: (n_rows, n_classes), rows that add up to 1; class 0 is "not shown".
        groups: (n_rows,) the text of each row.
        kinds: name of each class, for `precision_<kind>`, `recall_<kind>` and `f1_<kind>`.
        seed: of the draws.
        n: resamples, at least 1.

    Returns:
        By name of the figure, (n,) float64.
    """
    decided = probabilities.argmax(axis=1)
    _, which = np.unique(groups, return_inverse=True)
    n_texts, n_classes = int(which.max()) + 1, probabilities.shape[1]
    cells = np.zeros((n_texts, n_classes * n_classes))
    np.add.at(cells, (which, gold * n_classes + decided), 1.0)
    errors = _CalibrationErrors(probabilities[np.arange(len(gold)), decided], decided == gold, which)
    ranks = _AveragePrecisions(gold != 0, 1 - probabilities[:, 0], which)
    tables = np.zeros((n, n_classes * n_classes))
    calibration, precision = np.zeros(n), np.zeros(n)
    for i, times in enumerate(draw_texts(n_texts, seed=seed, n=n)):
        tables[i] = times @ cells
        calibration[i], precision[i] = errors.of(times), ranks.of(times)
    figures = _table_figures(tables.reshape(n, n_classes, n_classes), kinds)
    return {**figures, "calibration_error": calibration, "average_precision": precision}


def whole_figures(
    gold: NDArray[np.int64], probabilities: NDArray[np.float64], *, kinds: Sequence[str]
) -> dict[str, float]:
    """Return the same figures of all rows, once each; nan where a figure is not defined."""
    decided = probabilities.argmax(axis=1)
    table = confusion(gold, decided, n_classes=probabilities.shape[1])
    figures = {name: float(values[0]) for name, values in _table_figures(table[None], kinds).items()}
    sure = probabilities[np.arange(len(gold)), decided]
    figures["calibration_error"] = reliability(sure, decided == gold).error
    figures["average_precision"] = average_precision(gold != 0, 1 - probabilities[:, 0])
    return figures


def draw_texts(n_texts: int, *, seed: int, n: int) -> Iterator[NDArray[np.int64]]:
    """Yield how often each text is drawn, (n_texts,), for n resamples; the same seed gives the same ones."""
    random = np.random.default_rng(seed)
    for _ in range(n):
        yield np.bincount(random.integers(n_texts, size=n_texts), minlength=n_texts)


def resample_ratio(
    above: NDArray[np.float64], below: NDArray[np.float64], *, seed: int = 0, n: int = 1000
) -> NDArray[np.float64]:
    """Return the ratio of two sums over texts on the same resamples, (n,).

    Args:
        above: (n_texts,), such as the seconds that each text took.
        below: (n_texts,) above 0, such as the number of its pairs.
        seed: of the draws.
        n: resamples, at least 1.
    """
    return np.array([times @ above / (times @ below) for times in draw_texts(len(above), seed=seed, n=n)])


def interval_of(values: NDArray[np.float64]) -> list[float] | None:
    """Return the ends of the 95 % percentile interval of resampled values; None where none is a number.

    >>> interval_of(np.arange(101.0))
    [2.5, 97.5]
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return None
    low, high = np.quantile(known, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return [float(low), float(high)]


def _table_figures(tables: NDArray[np.integer | np.floating], kinds: Sequence[str]) -> Figures:
    """Return the figures that follow from confusion matrices, (n, n_classes, n_classes)."""
    right = np.diagonal(tables, axis1=1, axis2=2).astype(np.float64)
    decided, support = tables.sum(axis=1), tables.sum(axis=2)
    figures: Figures = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = 2 * right / (decided + support)
        for name, values in (("precision", right / decided), ("recall", right / support), ("f1", f1)):
            figures.update({f"{name}_{kind}": values[:, c] for c, kind in enumerate(kinds)})
        figures["macro_f1"] = np.nansum(f1, axis=1) / (~np.isnan(f1)).sum(axis=1)
        figures["accuracy"] = right.sum(axis=1) / tables.sum(axis=(1, 2))
    return figures


class _CalibrationErrors:
    """Calibration errors, with bins as `metrics.reliability` cuts them, of rows drawn several times."""

    def __init__(
        self, confidence: NDArray[np.float64], right: NDArray[np.bool_], which: NDArray[np.int64]
    ) -> None:
        order = np.argsort(confidence, kind="stable")
        ordered = confidence[order]
        self._which = which[order]
        self._gaps = ordered - right[order]
        self._first_equal = np.searchsorted(ordered, ordered, side="left")

    def of(self, times: NDArray[np.int64]) -> float:
        own = times[self._which]
        drawn = np.cumsum(own)
        total = int(drawn[-1])
        wanted = [i * total // N_BINS for i in range(1, N_BINS)]
        edges = np.unique(self._first_equal[np.searchsorted(drawn, wanted, side="right")])
        summed = np.concatenate([[0.0], np.cumsum(own * self._gaps)])
        ends = np.concatenate([[0], edges, [len(own)]])
        return float(np.abs(np.diff(summed[ends])).sum() / total)


class _AveragePrecisions:
    """Average precisions as `metrics.average_precision` has them, of rows drawn several times."""

    def __init__(
        self, gold: NDArray[np.bool_], scores: NDArray[np.float64], which: NDArray[np.int64]
    ) -> None:
        order = np.argsort(-scores, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(scores[order])), len(gold) - 1)
        block = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=-1))
        self._which = which[order]
        # Only blocks of equal scores with a right one gain anything: few where most rows are nones.
        right = np.flatnonzero(gold[order])
        self._right_which = self._which[right]
        used, self._block = np.unique(block[right], return_inverse=True)
        self._ends = ends[used]

    def of(self, times: NDArray[np.int64]) -> float:
        if not len(self._ends):
            return float("nan")
        gained = np.bincount(self._block, weights=times[self._right_which], minlength=len(self._ends))
        hits = np.cumsum(gained)
        if not hits[-1]:
            return float("nan")
        places = np.maximum(np.cumsum(times[self._which])[self._ends], 1)
        return float((gained * hits / places).sum() / hits[-1])
