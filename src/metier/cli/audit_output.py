"""Audits for a terminal and for programs: their forms, their pages, their exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.exits import FAILED, INCONCLUSIVE, OK

if TYPE_CHECKING:
    from metier.scans import ScanReport


class AuditFormat(StrEnum):
    """A form of an audit."""

    TABLE = "table"
    JSON = "json"
    SARIF = "sarif"


AuditFormatOption = Annotated[
    AuditFormat | None, typer.Option("--format", help="Default: table in a terminal, JSON lines.")
]
PageOption = Annotated[
    Path | None, typer.Option(help="Write one self-contained HTML page too.", metavar="FILE.html")
]


def emit_reports(
    reports: Sequence[ScanReport],
    *,
    output_format: AuditFormat | None,
    output: Path | None = None,
    page: Path | None = None,
) -> None:
    """Write audits, and exit as the worst of them says: 0 clean, 1 unsafe, 3 inconclusive.

    Args:
        reports: at least one.
        output_format: as asked; by the ending of `output`, else table in a terminal and JSON lines.
        output: a file instead of standard output.
        page: an HTML file to write too.
    """
    from metier.scans import ScanVerdict, worst

    options.emit(_rendered(reports, _chosen(output_format, output)), output)
    if page is not None:
        from metier.report.audit import render_audit_html

        options.emit(render_audit_html(reports), page)
    verdict = worst(report.verdict for report in reports)
    codes = {ScanVerdict.CLEAN: OK, ScanVerdict.UNSAFE: FAILED, ScanVerdict.INCONCLUSIVE: INCONCLUSIVE}
    raise typer.Exit(codes[verdict])


def _chosen(wanted: AuditFormat | None, output: Path | None) -> AuditFormat:
    if wanted is not None:
        return wanted
    if output is not None and output.suffix in {".sarif", ".json", ".jsonl"}:
        return AuditFormat.SARIF if output.suffix == ".sarif" else AuditFormat.JSON
    return AuditFormat.TABLE if output or (sys.stdout and sys.stdout.isatty()) else AuditFormat.JSON


def _rendered(reports: Sequence[ScanReport], chosen: AuditFormat) -> str:
    if chosen is AuditFormat.SARIF:
        from metier.report.sarif import render_sarif

        return render_sarif(reports)
    if chosen is AuditFormat.JSON:
        from metier.records import to_json

        return "".join(f"{to_json(report)}\n" for report in reports)
    from metier.cli.audit_tables import audit_table

    return "\n".join(audit_table(report) for report in reports)
