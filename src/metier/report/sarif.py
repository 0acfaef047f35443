"""Audits as SARIF 2.1.0, which code hosts and security tools read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from metier import __version__
from metier.scans import Outcome, ScanFinding, ScanReport, ScanVerdict
from metier.types import Severity

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_NOT_RUN: Final = "check-not-run"


def render_sarif(reports: Sequence[ScanReport]) -> str:
    """Return audits as one SARIF log with a run for each; equal reports give equal text.

    A check that did not run becomes a warning of its own, so that a log without results means clean.

    Source: SARIF 2.1.0, OASIS standard of 27 March 2020.
    """
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report) for report in reports]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _run(report: ScanReport) -> dict[str, Any]:
    findings = [*report.findings, *_not_run(report)]
    rules = sorted({finding.code for finding in findings})
    return {
        "tool": {
            "driver": {
                "name": "metier audit",
                "version": __version__,
                "rules": [{"id": code} for code in rules],
            }
        },
        "properties": {
            "kind": report.kind,
            "verdict": report.verdict.value,
            "figures": dict(report.figures),
            "checks": {check.name: check.outcome.value for check in report.checks},
        },
        "invocations": [{"executionSuccessful": report.verdict is not ScanVerdict.INCONCLUSIVE}],
        "results": [_result(report, finding, rules.index(finding.code)) for finding in findings],
    }


def _result(report: ScanReport, finding: ScanFinding, rule: int) -> dict[str, Any]:
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(report, finding)}}}
    if finding.where:
        place["logicalLocations"] = [{"fullyQualifiedName": finding.where}]
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [place],
        "properties": dict(finding.facts),
    }


def _uri(report: ScanReport, finding: ScanFinding) -> str:
    """Return the subject, and the file in it where a finding of a model names one."""
    from urllib.parse import quote

    inside = f"/{finding.where}" if report.kind == "model" and finding.where else ""
    return quote(f"{report.subject}{inside}")


def _not_run(report: ScanReport) -> list[ScanFinding]:
    return [
        ScanFinding(_NOT_RUN, Severity.WARNING, f"Check {check.name} did not run. {check.reason}".strip())
        for check in report.checks
        if check.outcome is Outcome.NOT_RUN
    ]
