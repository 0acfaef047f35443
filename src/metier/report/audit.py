"""Audits as one HTML page that needs nothing else: verdicts, findings, checks, figures and their pictures.

Figures may hold `charts`, a list of mappings. A `line` chart has `title`, `x_label`, `y_label` and `lines`,
each with a `name` and lists `x` and `y`; `diagonal` draws a line of reference. A `bars` chart has `title`,
`label` and `rows`, each with `name`, `value` and perhaps `low` and `high`; `reference` draws a line there.
They may hold `tables` too, a list of mappings with a `title` and `rows`, mappings that share their keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, Final

from metier import __version__
from metier.report.page import environment, style
from metier.scans import Outcome, ScanReport, ScanVerdict
from metier.types import Severity

CHARTS: Final = "charts"
TABLES: Final = "tables"
_SIGNS: Final = {
    ScanVerdict.CLEAN: ("✓", "matched"),
    ScanVerdict.UNSAFE: ("✗", "missing"),
    ScanVerdict.INCONCLUSIVE: ("?", "implied"),
}
_OUTCOMES: Final = {
    Outcome.PASSED: ("✓ passed", "matched"),
    Outcome.FAILED: ("✗ failed", "missing"),
    Outcome.OPEN: ("? to be judged", "implied"),
    Outcome.NOT_RUN: ("? not run", "implied"),
}
_TONES: Final = {Severity.ERROR: "missing", Severity.WARNING: "implied", Severity.INFO: "info"}
_WIDE, _HIGH, _LEFT, _BOTTOM, _TOP = 560, 300, 64, 44, 12
_ROW_HIGH: Final = 26
_LEGEND_HIGH: Final = 18
_NAME_WIDE: Final = 190
_WORDS_WIDE: Final = 150
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a chart: its name, its points as SVG has them, and which pattern it is drawn in."""

    name: str
    points: str
    pattern: int


@dataclass(frozen=True, slots=True)
class _Tick:
    """A mark on an axis."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class _Bar:
    """A row of a chart of bars; places are in pixels."""

    name: str
    words: str
    at: float
    wide: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class _Chart:
    """A picture as the template draws it."""

    kind: str
    title: str
    summary: str
    x_label: str
    y_label: str
    high: float
    lines: tuple[_Line, ...] = ()
    bars: tuple[_Bar, ...] = ()
    x_ticks: tuple[_Tick, ...] = ()
    y_ticks: tuple[_Tick, ...] = ()
    reference: float | None = None
    diagonal: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of figures in words.

    Attributes:
        title: what it is of.
        columns: their names.
        rows: a cell for each column.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _View:
    """One audit as the template sees it."""

    number: int
    report: ScanReport
    sign: str
    tone: str
    figures: tuple[tuple[str, str], ...]
    charts: tuple[_Chart, ...]
    sheets: tuple[Sheet, ...]

    def severity_tone(self, severity: Severity) -> str:
        return _TONES[severity]

    def outcome(self, outcome: Outcome) -> tuple[str, str]:
        return _OUTCOMES[outcome]


def render_audit_html(reports: Sequence[ScanReport]) -> str:
    """Return audits as one page; equal reports give equal text.

    Args:
        reports: at least one, drawn in their order.
    """
    css, css_hash = style("report.css", "audit.css")
    views = [_view(number, report) for number, report in enumerate(reports, start=1)]
    return (
        environment()
        .get_template("audit.html.j2")
        .render(css=css, css_hash=css_hash, views=views, version=__version__)
    )


def _view(number: int, report: ScanReport) -> _View:
    sign, tone = _SIGNS[report.verdict]
    figures = {name: value for name, value in report.figures.items() if name not in {CHARTS, TABLES}}
    charts = tuple(_chart(chart) for chart in report.figures.get(CHARTS, ()))
    return _View(number, report, sign, tone, tuple(_leaves(figures)), charts, sheets(report))


def sheets(report: ScanReport) -> tuple[Sheet, ...]:
    """Return the tables of a report's figures in words, in their order; empty ones are left out."""
    return tuple(_sheet(table) for table in report.figures.get(TABLES, ()) if table["rows"])


def _sheet(table: Mapping[str, Any]) -> Sheet:
    columns = tuple(table["rows"][0])
    rows = tuple(tuple(_cell(row[column]) for column in columns) for row in table["rows"])
    return Sheet(table["title"], tuple(column.replace("_", " ") for column in columns), rows)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and set(value) == {"value", "low", "high"}:
        return f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"
    if isinstance(value, list | tuple):
        return " to ".join(map(_cell, value))
    return f"{value:,}" if isinstance(value, int) else _plain(value)


def _leaves(figures: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in figures.items():
        if isinstance(value, Mapping) and set(value) == {"value", "low", "high"}:
            yield f"{above}{name}", f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"
        elif isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{name} / ")
        else:
            yield f"{above}{name}", _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(_plain, value))
    return str(value)


def _chart(chart: Mapping[str, Any]) -> _Chart:
    return _bars(chart) if chart["kind"] == "bars" else _lines(chart)


def _lines(chart: Mapping[str, Any]) -> _Chart:
    xs = [x for line in chart["lines"] for x in line["x"]]
    ys = [y for line in chart["lines"] for y in line["y"]]
    diagonal = bool(chart.get("diagonal"))
    both = [*xs, *ys, 1.0]  # a diagonal runs from corner to corner only where the axes are alike
    x_ticks, y_ticks = (_ticks(_range(both if diagonal else values)) for values in (xs, ys))
    x_range, y_range = (x_ticks[0], x_ticks[-1]), (y_ticks[0], y_ticks[-1])
    lines = tuple(
        _Line(
            line["name"],
            " ".join(
                f"{_x(x, x_range):.1f},{_y(y, y_range):.1f}"
                for x, y in zip(line["x"], line["y"], strict=True)
            ),
            place % 4,
        )
        for place, line in enumerate(chart["lines"])
    )
    return _Chart(
        kind="line",
        title=chart["title"],
        summary=f"{chart['y_label']} over {chart['x_label']}: {', '.join(line.name for line in lines)}.",
        x_label=chart["x_label"],
        y_label=chart["y_label"],
        high=_HIGH + (_LEGEND_HIGH * len(lines) if len(lines) > 1 else 0),
        lines=lines,
        x_ticks=tuple(_Tick(_x(value, x_range), f"{value:.3g}") for value in x_ticks),
        y_ticks=tuple(_Tick(_y(value, y_range), f"{value:.3g}") for value in y_ticks),
        diagonal=diagonal,
    )


def _bars(chart: Mapping[str, Any]) -> _Chart:
    ends = [row.get("high", row["value"]) for row in chart["rows"]]
    lows = [row.get("low", row["value"]) for row in chart["rows"]]
    reference = chart.get("reference")
    shown = [*ends, *lows, *([] if reference is None else [reference])]
    ticks = _ticks((min(0.0, *shown), max(0.0, *shown) or 1.0))
    span = (ticks[0], ticks[-1])
    bars = tuple(_bar(row, span) for row in chart["rows"])
    return _Chart(
        kind="bars",
        title=chart["title"],
        summary="; ".join(f"{bar.name} {bar.words}" for bar in bars),
        x_label=chart["label"],
        y_label="",
        high=_ROW_HIGH * len(bars) + _BOTTOM,
        bars=bars,
        x_ticks=tuple(_Tick(_along(value, span), f"{value:.3g}") for value in ticks),
        reference=None if reference is None else _along(reference, span),
    )


def _bar(row: Mapping[str, Any], span: tuple[float, float]) -> _Bar:
    start, end = sorted((_along(0.0, span), _along(row["value"], span)))
    interval = "low" in row and "high" in row
    words = f"{row['value']:.3g}" + (f" [{row['low']:.3g}, {row['high']:.3g}]" if interval else "")
    low, high = (_along(row[name], span) if interval else None for name in ("low", "high"))
    return _Bar(row["name"], words, start, end - start, low, high)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min([0.0, *values]), max([0.0, *values])
    if not low and high <= 1:
        return 0.0, 1.0 if high > 0.5 else high or 1.0
    return low, high


def _ticks(span: tuple[float, float]) -> list[float]:
    """Return three to six round numbers at equal steps, the first and last of which hold the span."""
    least = (span[1] - span[0]) / 4
    power = 10.0 ** floor(log10(least))
    step = next(step for step in (first * power for first in _STEPS) if step >= least * (1 - 1e-9))
    low, high = floor(span[0] / step + 1e-9), ceil(span[1] / step - 1e-9)
    return [number * step for number in range(low, high + 1)]


def _x(value: float, span: tuple[float, float]) -> float:
    return _LEFT + (value - span[0]) / (span[1] - span[0]) * (_WIDE - _LEFT - 16)


def _y(value: float, span: tuple[float, float]) -> float:
    return _HIGH - _BOTTOM - (value - span[0]) / (span[1] - span[0]) * (_HIGH - _BOTTOM - _TOP)


def _along(value: float, span: tuple[float, float]) -> float:
    return _NAME_WIDE + (value - span[0]) / (span[1] - span[0]) * (_WIDE - _NAME_WIDE - _WORDS_WIDE)
