"""How a smaller network compares with the one it was made from, for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from metier.cli.tables import rendered

if TYPE_CHECKING:
    from metier.training.intervals import Interval
    from metier.workbench.shrinking.comparison import Comparison
    from metier.workbench.shrinking.differences import Differences

_MEGABYTE = 1e6


def render_comparison(comparison: Comparison, *, as_json: bool) -> str:
    """Return size, speed, figures and differences of two networks."""
    if as_json:
        return json.dumps(comparison.record(), ensure_ascii=False) + "\n"
    before, after = comparison.before, comparison.after
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for side in (before, after):
        table.add_column(side.label, justify="right")
    table.add_column("Ratio", justify="right")
    sizes = [f"{side.bytes / _MEGABYTE:,.2f} MB" for side in (before, after)]
    table.add_row("Size", *sizes, f"{after.bytes / before.bytes:.2f}")
    speeds = [f"{side.tokens_per_second:,.0f}" for side in (before, after)]
    table.add_row("Tokens per second of one thread", *speeds, f"{comparison.speed_ratio:.2f}")
    for name, figure in before.figures.items():
        table.add_row(_words(name), _figure(figure), _figure(after.figures[name]), "")
    lines = [*difference_lines(comparison.differences), *_note_lines(comparison.notes)]
    if before.figures:
        lines.append(f"Figures on {comparison.n_labelled:,} labelled rows, with 95 % intervals.")
    return rendered(Group(table, *(Text(line) for line in lines)))


def difference_lines(differences: Differences) -> list[str]:
    """Return what differs between two networks, in sentences."""
    found = [f"Compared on {differences.n_rows:,} rows of {differences.n_tokens:,} tokens."]
    otherwise = differences.n_rows - differences.n_same
    where = ""
    if otherwise:
        found.append(
            f"Rows that are segmented otherwise: {otherwise:,} ({otherwise / differences.n_rows:.1%})."
        )
        where = f", on the {differences.n_same:,} that are segmented as before"
    found.append(f"Largest difference of an output: {differences.largest:.3g}{where}.")
    if differences.mean_cosine is not None:
        found.append(
            f"Cosine of outputs: {differences.mean_cosine:.5f} on average, {differences.least_cosine:.5f} at "
            "least."
        )
    if differences.n_decisions:
        found.append(
            f"Decisions that change: {differences.n_changed:,} of {differences.n_decisions:,} "
            f"({differences.n_changed / differences.n_decisions:.1%})."
        )
    return found


def _note_lines(notes: Mapping[str, Any]) -> list[str]:
    return [f"{_words(name)}: {_plain(value)}." for name, value in notes.items()]


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _words(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _figure(figure: Interval) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
