"""Figures of models of levels, for a terminal and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.tables import rendered
from metier.expertise.comparison import Comparison
from metier.expertise.evaluation import LevelEvaluation
from metier.expertise.metrics import LevelFigures
from metier.expertise.training import LevelReport
from metier.training.intervals import Interval

_ROWS: Final = {
    "ROC-AUC": "roc_auc",
    "PR-AUC": "pr_auc",
    "QWK": "qwk",
    "MAE in levels": "mae",
    "Adjacent": "adjacent",
    "Accuracy": "accuracy",
    "Macro-F1": "macro_f1",
    "Calibration error": "calibration_error",
    "Set coverage": "coverage",
    "Set size": "set_size",
    "Claims ROC-AUC": "claims_auc",
}


def training_table(report: LevelReport) -> str:
    """Return the figures of a trained model beside those of the baselines, and what to mind."""
    parts: list[RenderableType] = []
    if report.figures is not None:
        named = {report.kind: report.figures, **report.baselines}
        parts += [_figures(named), *_levels(report.figures)]
    gaps = [(report.kind, name, gap) for name, gap in report.beats.items()]
    parts += [*_gaps(gaps), *map(Text, report.notes), *_sensitive(report.sensitive)]
    return rendered(Group(*parts))


def evaluation_table(evaluation: LevelEvaluation) -> str:
    """Return the figures of a model on some rows."""
    figures = evaluation.figures
    parts = [_figures({evaluation.model: figures}), *_levels(figures), *_sensitive(evaluation.sensitive)]
    return rendered(Group(*parts))


def comparison_table(comparison: Comparison) -> str:
    """Return the figures of several kinds of models side by side, and which differ."""
    title = f"{comparison.rows:,} rows, {comparison.folds} folds; 95 % intervals"
    gaps = [(gap.first, gap.second, gap.interval) for gap in comparison.gaps]
    return rendered(Group(Text(title), _figures(comparison.figures), *_gaps(gaps)))


def plain_json(record: object) -> str:
    """Return a record as JSON, with a line end."""
    return json.dumps(plain(record), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Return a record as JSON knows it: objects, lists, and nothing where a number is none."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def _figures(named: Mapping[str, LevelFigures]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Figure")
    for name in named:
        table.add_column(name, justify="right", overflow="fold")
    for title, name in _ROWS.items():
        found = [getattr(figures, name) for figures in named.values()]
        if any(found):
            table.add_row(title, *map(_words, found))
    return table


def _levels(figures: LevelFigures) -> list[RenderableType]:
    """Return the figures of each level, or nothing where no level is known."""
    if not figures.counts:
        return []
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("Level", "Rows", "ROC-AUC", "PR-AUC"):
        table.add_column(name, justify="left" if name == "Level" else "right")
    for level, n in figures.counts.items():
        found = (figures.roc_auc_of.get(level), figures.pr_auc_of.get(level))
        table.add_row(level, f"{n:,}", *map(_words, found))
    return [table]


def _gaps(gaps: Sequence[tuple[str, str, Interval]]) -> list[RenderableType]:
    if not gaps:
        return []
    table = Table(
        box=SIMPLE_HEAD, pad_edge=False, title="Paired differences in ROC-AUC", title_justify="left"
    )
    for name in ("Model", "Against", "Difference", "Told apart"):
        table.add_column(name, justify="right" if name == "Difference" else "left", overflow="fold")
    for first, second, gap in gaps:
        apart = "yes, better" if gap.low > 0 else "yes, worse" if gap.high < 0 else "no"
        table.add_row(first, second, _words(gap, sign="+"), apart)
    return [table]


def _sensitive(names: Sequence[str]) -> list[RenderableType]:
    return [Text(f"Trained with {', '.join(names)}.", style="yellow")] if names else []


def _words(found: Interval | None, *, sign: str = "") -> str:
    if found is None:
        return "–"
    value = f"{found.value:{sign}.3f}"
    return value if math.isnan(found.low) else f"{value}\n{found.low:{sign}.3f} to {found.high:{sign}.3f}"
