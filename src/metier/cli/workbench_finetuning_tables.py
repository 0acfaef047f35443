"""Figures of fine-tuned networks for a terminal and for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from metier.cli.tables import rendered

if TYPE_CHECKING:
    from metier.training.intervals import Interval
    from metier.workbench.finetuning.measuring import Measures


def render_measures(parts: Mapping[str, Measures], *, as_json: bool) -> str:
    """Return the figures of each part of the data, one in a row."""
    if as_json:
        return "".join(
            json.dumps(
                {
                    "part": part,
                    "figure": name,
                    "value": figure.value,
                    "low": _finite(figure.low),
                    "high": _finite(figure.high),
                    "counts": dict(measures.counts),
                },
                ensure_ascii=False,
            )
            + "\n"
            for part, measures in parts.items()
            for name, figure in measures.figures.items()
        )
    table = Table(box=SIMPLE_HEAD, pad_edge=False, caption=Text(_caption(parts)), caption_justify="left")
    table.add_column("Part")
    table.add_column("Figure", overflow="fold")
    for column in ("Value", "95 % interval"):
        table.add_column(column, justify="right")
    for part, measures in parts.items():
        for name, figure in measures.figures.items():
            is_first, is_last = name == next(iter(measures.figures)), name == list(measures.figures)[-1]
            span = f"{figure.low:.3f} to {figure.high:.3f}" if _has_width(figure) else "-"
            table.add_row(
                Text(part if is_first else ""), Text(name), f"{figure.value:.3f}", span, end_section=is_last
            )
    return rendered(table)


def _caption(parts: Mapping[str, Measures]) -> str:
    lines = []
    for part, measures in parts.items():
        counts = [f"{count:,} {name.replace('_', ' ')}" for name, count in measures.counts.items()]
        lines.append(f"{part}: {', '.join(counts)}")
    figures = [figure for measures in parts.values() for figure in measures.figures.values()]
    if not all(map(_has_width, figures)):
        lines.append("-: too few that differ for an interval")
    return "\n".join(lines)


def _has_width(figure: Interval) -> bool:
    """Tell whether resampling moved a figure: where all are alike, or too few, it says nothing."""
    return not math.isnan(figure.low) and figure.low < figure.high


def _finite(number: float) -> float | None:
    return None if math.isnan(number) else number
