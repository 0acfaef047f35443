"""`metier audit log`: is the log of a workspace as it was written?"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from metier.cli import options
from metier.cli.audit_output import AuditFormatOption, PageOption, emit_reports
from metier.cli.service_place import DatabaseOption
from metier.cli.workspaces import WorkspaceOption, all_workspaces, chosen_workspace, opened_database
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.scans import ScanReport
    from metier.store.workspaces.log import LogHead
    from metier.store.workspaces.transaction import Transaction
    from metier.store.workspaces.workspaces import Workspace

EXAMPLE: Final = "Example: metier audit log --export log.jsonl"
_HEAD: Final = re.compile(r"(\d{1,9}):([0-9a-f]{64})")
_CHUNK: Final = 200


def register(app: typer.Typer) -> None:
    """Add the command to `metier audit`."""
    app.command("log", epilog=EXAMPLE)(log)


def log(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    workspace: WorkspaceOption = None,
    noted: Annotated[
        str | None,
        typer.Option(help="A head that was noted before: see that nothing was cut off.", metavar="HEAD"),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Write the sound entries as JSON lines.", metavar="FILE")
    ] = None,
    database: DatabaseOption = None,
    output_format: AuditFormatOption = None,
    output: options.OutputOption = None,
    page: PageOption = None,
) -> None:
    """Say whether the service's log is as it was written, of one workspace or of all.

    Each entry holds the hash of the one before: one that was changed, added or taken out breaks the chain
    there. That the end was cut off shows against a head that was noted. Exit codes: 0 clean, 1 unsafe.
    """
    for path in (export, output, page):
        options.check_output(path, [])
    head = None if noted is None else _head(noted)
    with opened_database(database) as found, found.reading() as transaction:
        chosen = _chosen(transaction, workspace, one=noted is not None)
        reports = [_report(transaction, one, head) for one in chosen]
        if export is not None:
            options.emit(_lines(transaction, chosen, reports), export)
    emit_reports(reports, output_format=output_format, output=output, page=page)


def _chosen(transaction: Transaction, named: str | None, *, one: bool) -> tuple[Workspace, ...]:
    there = () if one or named is not None else all_workspaces(transaction)
    return there or (chosen_workspace(transaction, named),)


def _head(text: str) -> LogHead:
    from metier.store.workspaces.log import LogHead

    match = _HEAD.fullmatch(text)
    if match is None:
        raise InvalidInput(
            "--noted must be a head as this command prints it: a number, a colon and 64 of 0-9 and a-f. "
            f"Got {len(text)} characters that are not."
        )
    return LogHead(int(match[1]), match[2])


def _report(transaction: Transaction, workspace: Workspace, noted: LogHead | None) -> ScanReport:
    from metier.engine.audit_log import audit_log
    from metier.store.workspaces import log as stored_log

    check = stored_log.verify(transaction, workspace.id, noted)
    return audit_log(workspace, check, stored_log.head(transaction, workspace.id), noted)


def _lines(transaction: Transaction, workspaces: Sequence[Workspace], reports: Sequence[ScanReport]) -> str:
    """Return the sound entries of some logs, one in a line."""
    from metier.store.workspaces import log as stored_log

    lines = []
    for workspace, report in zip(workspaces, reports, strict=True):
        sound = report.figures["sound_entries"]
        for after in range(0, sound, _CHUNK):
            limit = min(_CHUNK, sound - after)
            found = stored_log.entries(transaction, workspace.id, after=after, limit=limit)
            lines += [json.dumps(asdict(entry), ensure_ascii=False) for entry in found]
    return "".join(f"{line}\n" for line in lines)
