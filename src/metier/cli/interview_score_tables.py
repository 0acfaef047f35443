"""Scores of short answers, and their figures, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from metier.cli.tables import rendered
from metier.interview.short_answers.evaluate import ScoreReport
from metier.interview.short_answers.rows import ScoreRow
from metier.interview.short_answers.scorer import ScorePrediction
from metier.training.intervals import Interval

_NAMES = {"r": "r", "rmse": "RMSE", "qwk": "QWK", "within_r": "r within questions"}


def report_table(report: ScoreReport) -> str:
    """Return the figures of each part with their intervals."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Answers to")
    for name in ("Answers", "Questions", *_NAMES.values(), "In interval"):
        table.add_column(name, justify="right")
    for name, part in report.parts.items():
        table.add_row(
            name.replace("-", " "),
            f"{part.n_answers:,}",
            f"{part.n_questions:,}",
            *(_figure(part.figures[key]) for key in _NAMES),
            f"{part.covered:.1%}",
        )
    note = f"95 % intervals beneath the figures; {report.level:.0%} of the scores should lie in theirs."
    if report.n_learned:
        note += f" {report.n_learned:,} answers that the model learned from are left out."
    if report.n_blank:
        note += f" {report.n_blank:,} are blank."
    return rendered(Group(table, Text(note)))


def predictions_table(rows: Sequence[ScoreRow], found: Sequence[ScorePrediction]) -> str:
    """Return each answer's score with its interval, by the number of its row."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("Row", "Score", "Interval", "Graded answers known"):
        table.add_column(name, justify="right")
    table.add_column("Look at it")
    for row, item in zip(rows, found, strict=True):
        interval = f"{item.low:.1f}–{item.high:.1f}"
        table.add_row(
            str(row.number), f"{item.score:.2f}", interval, str(item.n_graded), ", ".join(item.doubts)
        )
    return rendered(table)


def _figure(interval: Interval) -> str:
    return f"{interval.value:.3f}\n{interval.low:.3f}–{interval.high:.3f}"
