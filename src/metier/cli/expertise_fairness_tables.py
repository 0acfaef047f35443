"""What counterfactual swaps did to levels, for a terminal and as JSON."""

from __future__ import annotations

import json
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.tables import rendered
from metier.expertise.flips import SwapReport, TraitFlips
from metier.records import to_json

_COLUMNS = ("Swaps", "Added", "Seen", "Beyond", "Level flips", "Mean move", "Largest")
_NOTE = (
    "Added: swaps of a line that was added, where the resume says nothing of the kind. Seen: swaps after "
    "which scores see another text. Beyond: swaps that moved the score by more than the bound. Moves are of "
    "the expected level, in levels; intervals are 95 % over resumes."
)


def report_table(report: SwapReport) -> str:
    """Return what swaps did, a row for each kind, and whether the bound holds."""
    title = f"{report.n_documents:,} resumes; bound {report.bound:g} levels"
    if report.n_untold:
        title += f"; the level of {report.n_untold:,} is not told: they count no further"
    parts: list[RenderableType] = [Text(title)]
    if report.traits:
        table = Table(box=SIMPLE_HEAD, pad_edge=False, caption=_NOTE, caption_justify="left")
        table.add_column("Swapped")
        table.add_column("Masked")
        for name in _COLUMNS:
            table.add_column(name, justify="right")
        for item in report.traits:
            table.add_row(*_cells(item))
        parts.append(table)
    parts.append(_verdict(report))
    return rendered(Group(*parts))


def report_json(report: SwapReport) -> str:
    """Return the same as one JSON object; figures that are not defined are null."""
    facts: dict[str, Any] = {"passed": report.passed, **json.loads(to_json(report))}
    return json.dumps(facts, ensure_ascii=False) + "\n"


def _cells(item: TraitFlips) -> list[RenderableType]:
    flips, move = item.flips, item.mean_move
    return [
        item.trait.value.replace("_", " "),
        "yes" if item.masked else "no",
        f"{item.n:,}",
        f"{item.n_added:,}",
        "–" if item.n_seen is None else f"{item.n_seen:,}",
        Text(f"{item.n_beyond:,}", style="" if item.passed else "red"),
        f"{flips.value:.1%}\n{flips.low:.1%}–{flips.high:.1%}",
        f"{move.value:.3f}\n{move.low:.3f}–{move.high:.3f}",
        f"{item.largest:.3f}",
    ]


def _verdict(report: SwapReport) -> Text:
    if not report.traits:
        return Text("Nothing was measured: no resume tells a level.", style="yellow")
    if report.passed:
        return Text("The bound holds: no masked fact moves a score beyond it.", style="green")
    kinds = ", ".join(dict.fromkeys(item.trait.value.replace("_", " ") for item in report.broken))
    return Text(f"The bound is broken: {len(report.broken):,} swaps of masked facts ({kinds}).", style="red")
