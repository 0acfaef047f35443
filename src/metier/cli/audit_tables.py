"""An audit as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.tables import rendered
from metier.report.audit import CHARTS, TABLES, sheets
from metier.report.page import showable
from metier.scans import Outcome, ScanReport, ScanVerdict
from metier.types import Severity

_STYLES = {
    ScanVerdict.CLEAN: ("✓ clean", "bold green"),
    ScanVerdict.UNSAFE: ("✗ unsafe", "bold red"),
    ScanVerdict.INCONCLUSIVE: ("? inconclusive", "bold yellow"),
}
_SEVERITIES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def audit_table(report: ScanReport) -> str:
    """Return an audit for a terminal: the verdict, what was found, what was not looked at, the figures."""
    words, style = _STYLES[report.verdict]
    lines: list[RenderableType] = [Text.assemble((words, style), f"  {showable(report.subject)}")]
    if report.findings:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for column in ("Severity", "Code", "Where"):
            table.add_column(column, overflow="fold")
        table.add_column("What", ratio=1, overflow="fold")
        for finding in report.findings:
            severity = Text(finding.severity.value, style=_SEVERITIES[finding.severity])
            table.add_row(severity, finding.code, showable(finding.where), showable(finding.message))
        lines.append(table)
    missing = [check for check in report.checks if check.outcome is Outcome.NOT_RUN]
    lines += [Text(f"Not checked: {check.name}. {check.reason}", style="yellow") for check in missing]
    judged = [check for check in report.checks if check.outcome is Outcome.OPEN]
    lines += [Text(f"To be judged: {check.name}. {check.reason}", style="yellow") for check in judged]
    passed = sum(check.outcome is Outcome.PASSED for check in report.checks)
    lines.append(Text(f"{passed} of {len(report.checks)} checks passed.", style="dim"))
    for sheet in sheets(report):
        table = Table(title=sheet.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        for column in sheet.columns:
            table.add_column(column, overflow="fold")
        for row in sheet.rows:
            table.add_row(*map(showable, row))
        lines.append(table)
    figures = list(
        _leaves({name: value for name, value in report.figures.items() if name not in {CHARTS, TABLES}})
    )
    if figures:
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        for name, value in figures:
            table.add_row(name, value)
        lines.append(table)
    return rendered(Group(*lines))


def _leaves(figures: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in figures.items():
        if isinstance(value, Mapping) and set(value) == {"value", "low", "high"}:
            yield f"{above}{name}", f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"
        elif isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{name} / ")
        elif isinstance(value, list | tuple) and any(
            isinstance(item, Mapping | list | tuple) for item in value
        ):
            yield f"{above}{name}", f"{len(value)} rows; --format json has them"
        elif isinstance(value, float):
            yield f"{above}{name}", f"{value:.4g}"
        else:
            yield (
                f"{above}{name}",
                ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value),
            )
