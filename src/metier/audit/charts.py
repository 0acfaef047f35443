"""Pictures of audits as plain values: what `ScanReport.figures` holds under `charts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from metier.audit.roc import Curve
from metier.training.intervals import Interval

CHARTS: Final = "charts"
MOST_POINTS: Final = 200
_LEAST_RATE: Final = 1e-3

Chart = Mapping[str, Any]


def line(name: str, x: ArrayLike, y: ArrayLike) -> Chart:
    """Return a line of a chart, with at most 200 points spread over it, its ends among them.

    Args:
        name: what the legend calls it.
        x: (n,) finite numbers.
        y: (n,) finite numbers.
    """
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    kept = np.unique(np.linspace(0, len(xs) - 1, min(len(xs), MOST_POINTS)).round().astype(np.int64))
    return {"name": name, "x": xs[kept].round(6).tolist(), "y": ys[kept].round(6).tolist()}


def line_chart(
    title: str, lines: Iterable[Chart], *, x_label: str, y_label: str, diagonal: bool = False
) -> Chart:
    """Return a chart of lines.

    Args:
        title: what it shows.
        lines: as `line` makes them.
        x_label: of the axis across.
        y_label: of the axis up.
        diagonal: draw what chance, or perfect calibration, would give.
    """
    return {
        "kind": "line",
        "title": title,
        "x_label": x_label,
        "y_label": y_label,
        "diagonal": diagonal,
        "lines": list(lines),
    }


def bar_chart(
    title: str, rows: Mapping[str, Interval], *, label: str, reference: float | None = None
) -> Chart:
    """Return a chart of bars with intervals.

    Args:
        title: what it shows.
        rows: a figure for each name.
        label: of the figure.
        reference: where to draw a line.
    """
    bars = [
        {"name": name, "value": found.value, "low": found.low, "high": found.high}
        for name, found in rows.items()
    ]
    return {"kind": "bars", "title": title, "label": label, "reference": reference, "rows": bars}


def roc_charts(title: str, curves: Mapping[str, Curve]) -> list[Chart]:
    """Return ROC curves twice: as they are, and over the logarithm of the false positive rate.

    The second one shows what happens at few false alarms, which the first hides in a corner.

    Args:
        title: what is told apart from what.
        curves: by name, at least one.
    """
    whole = [
        line(name, curve.false_positive_rate, curve.true_positive_rate) for name, curve in curves.items()
    ]
    corner = []
    for name, curve in curves.items():
        seen = curve.false_positive_rate >= _LEAST_RATE
        if seen.any():
            rates = np.log10(curve.false_positive_rate[seen])
            corner.append(line(name, rates, curve.true_positive_rate[seen]))
    return [
        line_chart(title, whole, x_label="false positive rate", y_label="true positive rate", diagonal=True),
        line_chart(
            f"{title}, few false alarms",
            corner,
            x_label="log10 of the false positive rate",
            y_label="true positive rate",
        ),
    ]
