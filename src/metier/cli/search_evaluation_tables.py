"""Figures of search for a terminal."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.tables import rendered
from metier.search.evaluate import FIGURES, Comparison, SearchReport
from metier.search.significance import Verdict

_NAMES = {
    "pass@1": "pass@1",
    "mrr": "MRR",
    "recall@10": "recall@10",
    "recall@100": "recall@100",
    "ndcg@10": "nDCG@10",
    "map": "MAP",
}
_WORDS = {Verdict.BETTER: "yes, better", Verdict.WORSE: "yes, worse", Verdict.NOT_TOLD_APART: "no"}
_STYLES = {Verdict.BETTER: "green", Verdict.WORSE: "red", Verdict.NOT_TOLD_APART: ""}


def report_table(report: SearchReport) -> str:
    """Return the figures of each system, and then the paired differences."""
    parts: list[RenderableType] = [Text(_title(report)), _systems(report)]
    if report.comparisons:
        parts.append(_differences(report.comparisons))
    return rendered(Group(*parts))


def _title(report: SearchReport) -> str:
    title = f"{report.n_queries:,} queries, {report.n_documents:,} documents, rankings of {report.top_k:,}; "
    title += "means over queries with 95 % intervals"
    if report.n_left_out:
        title += f"; {report.n_left_out:,} queries for which nothing is relevant are left out"
    return title


def _systems(report: SearchReport) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("System", overflow="fold")
    for name in FIGURES:
        table.add_column(_NAMES[name], justify="right")
    for system in report.systems:
        found = system.figures.values()
        table.add_row(system.name, *(f"{item.value:.3f}\n{item.low:.3f}–{item.high:.3f}" for item in found))
    return table


def _differences(comparisons: tuple[Comparison, ...]) -> Table:
    notes = "Told apart: the paired 95 % interval holds no 0 and p, of the randomisation test, is below 0.05."
    table = Table(
        box=SIMPLE_HEAD, pad_edge=False, title="Paired differences", title_justify="left", caption=notes
    )
    table.caption_justify = "left"
    for name in ("Model", "Baseline"):
        table.add_column(name, overflow="fold")
    for name in ("Figure", "Difference", "95 % interval", "p"):
        table.add_column(name, justify="left" if name == "Figure" else "right")
    table.add_column("Told apart?")
    for found in comparisons:
        names = (found.model, found.baseline)
        for figure, difference in found.differences.items():
            verdict = difference.verdict
            table.add_row(
                *names,
                _NAMES[figure],
                _signed(difference.value),
                f"{_signed(difference.low)} – {_signed(difference.high)}",
                f"{difference.p:.4f}",
                Text(_WORDS[verdict], style=_STYLES[verdict]),
                end_section=figure == list(found.differences)[-1],
            )
            names = ("", "")
    return table


def _signed(value: float) -> str:
    """Return a number with its sign; what rounds to 0 has a plus."""
    return f"{round(value, 3) + 0.0:+.3f}"
