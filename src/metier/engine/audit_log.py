"""What an audit says of the log of a workspace."""

from __future__ import annotations

from typing import Final

from metier.scans import Check, Outcome, ScanFinding, ScanReport, scan_report
from metier.store.workspaces.log import LogCheck, LogHead
from metier.store.workspaces.workspaces import Workspace
from metier.types import Severity

KIND: Final = "log"
_REASONS: Final = {
    "missing": "is gone or out of its order",
    "changed": "is not as it was written",
    "unchained": "does not follow the entry before it",
    "head": "is not the one that was noted",
}
_UNNOTED: Final = (
    "No head was given that was noted before: entries cut off at the end, or a chain worked out anew, would "
    "not show. Note this head elsewhere, and name it next time."
)


def audit_log(workspace: Workspace, check: LogCheck, head: LogHead, noted: LogHead | None) -> ScanReport:
    """Return an audit of a log: unsafe where it is not as it was written, else clean.

    Args:
        workspace: whose log it is.
        check: what `log.verify` found.
        head: the end of the log as it is.
        noted: the head that `log.verify` was given.
    """
    findings = []
    if check.broken_at is not None:
        message = (
            f"Entry {check.broken_at:,} {_REASONS[check.reason]}. Entries before it: {check.entries:,}, all "
            "sound. Look into backups for it, and find out who can write to the database."
        )
        facts = {"broken_at": check.broken_at, "reason": check.reason}
        where = f"entry {check.broken_at}"
        findings.append(ScanFinding("log-broken", Severity.ERROR, message, where, facts))
    elif noted is None:
        findings.append(ScanFinding("log-end-unknown", Severity.INFO, _UNNOTED))
    outcome = Outcome.PASSED if check.broken_at is None else Outcome.FAILED
    figures = {
        "workspace": workspace.id,
        "name": workspace.name,
        "sound_entries": check.entries,
        "head": head_text(head),
    }
    return scan_report(
        f"log of {workspace.name}",
        KIND,
        findings=findings,
        checks=[Check("entries-as-written", outcome)],
        figures=figures,
    )


def head_text(head: LogHead) -> str:
    """Return a head as people note it: its number, a colon, its hash."""
    return f"{head.number}:{head.hash}"
