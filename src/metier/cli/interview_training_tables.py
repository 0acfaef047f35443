"""Figures of models that choose, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.tables import rendered
from metier.interview.evaluation import ChoiceReport, WrongChoice


def report_table(report: ChoiceReport) -> str:
    """Return the figures of a report, and then its wrong choices."""
    parts: list[RenderableType] = [_figures({"": report})]
    if report.wrong:
        parts.append(_wrong(report.wrong))
    parts.append(Text(_words(report)))
    return rendered(Group(*parts))


def seeds_table(reports: Mapping[str, ChoiceReport]) -> str:
    """Return the figures of each run of a training with several seeds."""
    return rendered(_figures(reports))


def _figures(reports: Mapping[str, ChoiceReport]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    names = any(reports)
    for name in (*([""] if names else []), "Accuracy", "95 %", "Mean diff", "MSE", "MAE", "Correlation"):
        table.add_column(name, justify="right")
    for name, report in reports.items():
        correlation = "-" if report.correlation is None else f"{report.correlation:.3f}"
        table.add_row(
            *([name] if names else []),
            f"{report.correct}/{report.total} {report.accuracy:.3f}",
            f"{report.accuracy_low:.3f}–{report.accuracy_high:.3f}",
            *(f"{value:.4f}" for value in (report.mean_diff, report.mse, report.mae)),
            correlation,
        )
    return table


def _wrong(choices: tuple[WrongChoice, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title="Wrong choices", title_justify="left")
    table.add_column("Row", justify="right")
    table.add_column("True", overflow="fold")
    table.add_column("Cosine", justify="right")
    table.add_column("Chosen", overflow="fold")
    table.add_column("Cosine", justify="right")
    for wrong in choices:
        cosines = [f"{value:.4f}" for value in (wrong.cosine_true, wrong.cosine_chosen)]
        table.add_row(str(wrong.row), wrong.true, cosines[0], wrong.chosen, cosines[1])
    return table


def _words(report: ChoiceReport) -> str:
    n_wrong = len(report.wrong)
    return "No wrong choice." if not n_wrong else f"{n_wrong} of {report.total} choices are wrong."
