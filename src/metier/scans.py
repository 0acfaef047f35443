"""The record of an audit: what was looked at, what was found, and one of three verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from metier.types import Severity


class ScanVerdict(StrEnum):
    """What an audit comes to. What was not understood is inconclusive, never clean."""

    CLEAN = "clean"
    UNSAFE = "unsafe"
    INCONCLUSIVE = "inconclusive"


class Outcome(StrEnum):
    """How a single check of an audit ended; `open`: it ran, and a person has to judge what it found."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    NOT_RUN = "not-run"


@dataclass(frozen=True, slots=True)
class ScanFinding:
    """Something that an audit found.

    Attributes:
        code: stable slug, such as `pickle`; docs/reference/audit.md lists them.
        severity: an `error` makes the verdict unsafe, a `warning` inconclusive; an `info` leaves it.
        message: what is wrong, and what to do about it; no words of a person's document.
        where: the file, row, label or test that it is about; empty for the whole.
        facts: numbers and names that the message rests on, for programs.
    """

    code: str
    severity: Severity
    message: str
    where: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that an audit looks at.

    Attributes:
        name: slug of the check.
        outcome: how it ended.
        reason: why it did not run, or what it rests on; empty where the name says all.
    """

    name: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What an audit says of one subject; `scan_report` makes one.

    Attributes:
        subject: what was audited, as the caller named it.
        kind: of subject: `model`, `document`, `decisions`, or the name of a scanner.
        verdict: unsafe if a finding is an error or a check failed; else inconclusive if a finding is a
            warning or a check is open or did not run; else clean.
        findings: the worst first.
        checks: all that were made or should have been.
        figures: what was measured, by name; nested plain values.
    """

    subject: str
    kind: str
    verdict: ScanVerdict
    findings: tuple[ScanFinding, ...] = ()
    checks: tuple[Check, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


_UNSETTLED = {Outcome.OPEN, Outcome.NOT_RUN}
_WORST_FIRST = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_VERDICTS_WORST_FIRST = (ScanVerdict.UNSAFE, ScanVerdict.INCONCLUSIVE, ScanVerdict.CLEAN)


def scan_report(
    subject: str,
    kind: str,
    *,
    findings: Iterable[ScanFinding] = (),
    checks: Iterable[Check] = (),
    figures: Mapping[str, Any] | None = None,
) -> ScanReport:
    """Return a report whose verdict follows from its findings and checks.

    >>> scan_report("m", "model").verdict.value
    'inconclusive'
    >>> scan_report("m", "model", checks=[Check("hashes", Outcome.PASSED)]).verdict.value
    'clean'
    """
    found = tuple(sorted(findings, key=lambda finding: (_WORST_FIRST[finding.severity], finding.where)))
    made = tuple(checks)
    severities = {finding.severity for finding in found}
    outcomes = {check.outcome for check in made}
    if Severity.ERROR in severities or Outcome.FAILED in outcomes:
        verdict = ScanVerdict.UNSAFE
    elif Severity.WARNING in severities or outcomes & _UNSETTLED or not made:
        verdict = ScanVerdict.INCONCLUSIVE
    else:
        verdict = ScanVerdict.CLEAN
    return ScanReport(subject, kind, verdict, found, made, dict(figures or {}))


def worst(verdicts: Iterable[ScanVerdict]) -> ScanVerdict:
    """Return the worst of some verdicts: unsafe, then inconclusive; of none, inconclusive.

    >>> worst([ScanVerdict.CLEAN, ScanVerdict.INCONCLUSIVE]).value, worst([]).value
    ('inconclusive', 'inconclusive')
    """
    seen = set(verdicts) or {ScanVerdict.INCONCLUSIVE}
    return next(verdict for verdict in _VERDICTS_WORST_FIRST if verdict in seen)
